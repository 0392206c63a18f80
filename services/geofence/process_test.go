package geofence_test

import (
	"os"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/services/geofence"
)

// asService makes this test binary the service, so that it can be killed.
const asService = "GEOFENCE_TEST_AS_SERVICE"

func init() {
	if os.Getenv(asService) != "" {
		app.Main("geofence", geofence.New)
		os.Exit(0)
	}
}

// process is a replica as a deployment runs it.
func (w *world) process(t *testing.T) (kill func()) {
	t.Helper()
	return apptest.Process(t, nil, asService+"=1", "TERRENO_NATS_URL="+w.nats.URL("geofence"), "TERRENO_DATABASE_URL="+w.data.DSN(db.Role("geofence")),
		"TERRENO_LOG_LEVEL=warn")
}

// TestKilledInMidStream: two processes, of which the one that leads is killed again and again.
func TestKilledInMidStream(t *testing.T) {
	t.Parallel()
	s := wandering(51, 12, 200)
	w := setup(t, natstest.WithTCP())
	w.prepare(t, s)
	kills := []func(){w.process(t), nil}
	// The first one leads before there is a second.
	apptest.Until(t, func() bool { return w.waiters(t) >= 1 })
	kills[1] = w.process(t)
	let, wait := w.flow(t, s, 5*time.Millisecond)
	const times = 5
	for i := range times {
		let((i + 2) * len(s.messages) / (times + 1))
		apptest.Until(t, func() bool { return w.seq(t) >= (i+1)*len(s.messages)/(times+1) && w.waiters(t) >= 2 })
		kills[i%2]()
		kills[i%2] = w.process(t)
	}
	wait()
	w.matches(t, s)
}

// waiters is how many connections hold the evaluator's lock or wait for it.
func (w *world) waiters(t *testing.T) (n int) {
	t.Helper()
	err := w.admin.GetContext(t.Context(), &n, `SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE a.datname = current_database() AND l.locktype = 'advisory' AND (a.query LIKE '%pg_advisory_lock(%' OR l.granted)`)
	if err != nil {
		return -1
	}
	return n
}
