package identity

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Who may call what, as it was agreed: a change of this file is a change of who may do something.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	service, err := New(testConfig(t), app.Deps{
		Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: natstest.Start(t).Bus(t, name),
		DB: pgtest.New(t, Schema).DB(t, name), Auth: authtest.New(t).Verifier(t, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for path, item := range service.OpenAPI.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
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
