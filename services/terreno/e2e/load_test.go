package e2e_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/fieldsim/load"
)

// What `make bench-system` does, with very little load: nothing is lost on the way to PostgreSQL, to the sockets and to FCM, and
// every figure is there. The figures themselves are those of a race detector and mean nothing.
func TestLoadIsMeasuredAndNothingIsMissing(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	results, err := load.Run(t.Context(), load.Options{
		Command: []string{os.Args[0]}, Environ: []string{asService + "=terreno"}, Dir: openFolder(t),
		Scenarios: []string{"batch50-zones", "fanout-200x100", "panic"}, Scale: 0.02,
	}, &out)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 3 {
		t.Fatalf("%d results", len(results))
	}
	stored, delivered, helped := results[0], results[1], results[2]
	if stored.Missing != 0 || stored.N != 20*8*50 || stored.StoredPerSecond == 0 || stored.P99 == 0 {
		t.Errorf("ingest: %+v", stored)
	}
	// 200 milliseconds of 100 fixes a second, for four sockets.
	if delivered.N != 20*4 || delivered.P99 == 0 {
		t.Errorf("fan-out: %+v", delivered)
	}
	// 200 milliseconds of 20 calls a second, for five sockets. One that is no push is an error.
	if helped.N != 4*5 || helped.P99 == 0 || !strings.Contains(helped.Notes[0], "FCM has the push after p50") {
		t.Errorf("calls for help: %+v", helped)
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil && (stored.Process == 0 || stored.Postgres == 0 || delivered.Process == 0) {
		t.Errorf("no CPU time: %+v, %+v", stored, delivered)
	}
}
