package geofence_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/geofence"
)

var update = flag.Bool("update", false, "write the golden files anew")

// described is the service's description, of a service that never runs.
func described(t *testing.T) *huma.OpenAPI {
	t.Helper()
	pool, b := pgtest.New(t, append(neighbours(), schedule.Schema, geofence.Schema)...).DB(t, "geofence"), natstest.Start(t).Bus(t, "geofence")
	log := natstest.Log(t)
	service, err := geofence.New(geofence.Config{SweepEvery: 3 * time.Minute}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: b, DB: pool, Auth: authtest.New(t).Verifier(t, nil),
		Directory: directory.New(pool, b, log, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	return service.OpenAPI
}

func operations(item *huma.PathItem) map[string]*huma.Operation {
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}
}

// Who may call what, as it was agreed: a change of this file is a change of who may do something.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	var lines []string
	for path, item := range described(t).Paths {
		for method, op := range operations(item) {
			if op == nil {
				continue
			}
			who := "everybody"
			for _, scheme := range op.Security {
				for _, roles := range scheme {
					who = strings.Join(roles, " ")
				}
			}
			lines = append(lines, fmt.Sprintf("%-6s %-36s %s", method, path, who))
			if op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s is not described", method, path)
			}
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[7:]+a, b[7:]+b) })
	got := strings.Join(lines, "\n") + "\n"
	const golden = "testdata/operations.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got != string(want) {
		t.Errorf("operations\n%s\nwant\n%s(%v)", got, want, err)
	}
}
