package geofence_test

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/geofencetest"
)

// flow publishes a scene's messages in their order, one each pace, again and again until the server has each. let says
// how many it may publish in all, at first none. wait lets it publish all, and returns when they are there.
func (w *world) flow(t *testing.T, s *scene, pace time.Duration) (let func(int), wait func()) {
	t.Helper()
	var flowing sync.WaitGroup
	var upTo atomic.Int64
	let = func(n int) { upTo.Store(int64(n)) }
	flowing.Go(func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for i, m := range s.messages {
			for {
				select {
				case <-tick.C:
				case <-t.Context().Done():
					return
				}
				if int64(i) >= upTo.Load() {
					continue
				}
				if err := w.tell(t, i, m); err == nil {
					break
				}
			}
		}
	})
	return let, func() {
		let(len(s.messages))
		flowing.Wait()
	}
}

func (w *world) tell(t *testing.T, i int, m geofencetest.Message) error {
	body, err := m.Body()
	if err != nil {
		return err
	}
	to, err := subject.New(m.Company, "tracking", "ubicacion", m.User)
	if err != nil {
		return err
	}
	_, err = w.phones.Publish(t.Context(), bus.Message{Subject: to, ID: fmt.Sprintf("%s-flow-%d", t.Name(), i), Data: body})
	return err
}

// seq is how far TRACKING is applied; -1 when the database does not answer.
func (w *world) seq(t *testing.T) (seq int) {
	t.Helper()
	if w.admin.GetContext(t.Context(), &seq, `SELECT coalesce((SELECT seq FROM geofence.frontier WHERE stream = 'TRACKING'), 0)`) != nil {
		return -1
	}
	return seq
}

// prepare makes a scene's people and zones, and leaves no replica behind.
func (w *world) prepare(t *testing.T, s *scene) {
	t.Helper()
	w.people(t, s)
	r := w.start(t)
	w.draw(t, s)
	apptest.Until(t, func() bool {
		var n int
		return w.admin.GetContext(t.Context(), &n, `SELECT count(*) FROM geofence.outbox`) == nil && n == 0
	})
	r.stop()
}

func TestReplicasComeAndGo(t *testing.T) {
	t.Parallel()
	for most := 2; most <= 3; most++ {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			t.Parallel()
			s := wandering(uint64(20+most), 12, 200)
			w := setup(t)
			w.prepare(t, s)
			let, wait := w.flow(t, s, 4*time.Millisecond)
			rng := rand.New(rand.NewPCG(1, uint64(most)))
			running := []*replica{w.start(t)}
			terms := 0
			for next := 0; w.seq(t) < len(s.messages); {
				next += 30 + rng.IntN(60)
				// What flows while a replica comes or goes. If all of it did, a slow one would come when nothing is left.
				let(next + 60)
				apptest.Until(t, func() bool { return w.seq(t) >= min(next, len(s.messages)) })
				if n := len(running); n == 1 || n < most && rng.IntN(2) == 0 {
					running = append(running, w.start(t))
					continue
				}
				// Mostly the oldest, who leads.
				i := min(rng.IntN(3), len(running)-1) * rng.IntN(2)
				running[i].stop()
				running = append(running[:i], running[i+1:]...)
				terms++
			}
			wait()
			if terms < 3 {
				t.Errorf("only %d replicas ended: nothing was tried", terms)
			}
			w.matches(t, s)
		})
	}
}

// killInside ends the backends that hold the evaluator's lock and are in a transaction, and returns how many.
func (w *world) killInside(t *testing.T) (killed int) {
	t.Helper()
	err := w.admin.GetContext(t.Context(), &killed, `SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL
AND (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted) >= 2`)
	if err != nil {
		return 0
	}
	return killed
}

// readOnly keeps everybody from writing a table until release.
func (w *world) readOnly(t *testing.T, table string) (release func()) {
	t.Helper()
	return w.lock(t, `LOCK TABLE geofence.`+table+` IN SHARE MODE`)
}

// TestTheLocksBackendIsKilled: in the middle of transactions, by an administrator. Of each two times, once whatever it does, and once when
// it waits to write: the states, or how far it came.
func TestTheLocksBackendIsKilled(t *testing.T) {
	t.Parallel()
	s := wandering(31, 12, 200)
	w := setup(t)
	w.prepare(t, s)
	w.start(t)
	w.start(t)
	let, wait := w.flow(t, s, 2*time.Millisecond)
	const kills = 6
	part := len(s.messages) / (kills + 2)
	for i := range kills {
		let((i+1)*part + part/2)
		apptest.Until(t, func() bool { return w.seq(t) >= (i+1)*part })
		w.killInside(t)
		release := w.readOnly(t, []string{"user_state", "frontier"}[i%2])
		let((i + 2) * part) // something is left to be written
		apptest.Until(t, func() bool { return w.killInside(t) > 0 })
		release()
	}
	wait()
	w.matches(t, s)
}

// TestPostgresAndNATSGoAndComeBack: by turns, while positions flow.
func TestPostgresAndNATSGoAndComeBack(t *testing.T) {
	t.Parallel()
	s := wandering(41, 10, 200)
	w := setup(t, natstest.WithTCP())
	server := pgtest.NewServer(t)
	w.data = pgtest.On(t, server, schemas()...)
	w.admin = w.data.Admin(t)
	for _, company := range companies {
		w.company(t, company, "America/Bogota")
		w.user(t, company, "jefa", audience.RoleAdmin)
	}
	w.prepare(t, s)
	addr := w.nats.Addr()
	w.phones = w.nats.BusAt(t, "tracking-ingest", addr)
	w.remote(t, addr)
	w.remote(t, addr)
	let, wait := w.flow(t, s, 4*time.Millisecond)
	for i := range 4 {
		let((i + 2) * len(s.messages) / 6)
		apptest.Until(t, func() bool { return w.seq(t) >= (i+1)*len(s.messages)/6 })
		if i%2 == 1 {
			w.nats.Restart(t)
			continue
		}
		if err := server.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := server.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wait()
	w.matches(t, s)
}

// remote is a replica that reaches NATS over TCP, so that it outlives the server.
func (w *world) remote(t *testing.T, addr string) {
	t.Helper()
	pool, b, log := w.data.DB(t, "geofence"), w.nats.BusAt(t, "geofence", addr), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	service, err := geofence.New(geofence.Config{SweepEvery: 3 * time.Minute}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: dir,
		DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(service.Handler)
	t.Cleanup(web.Close)
	apptest.Run(t, service, &app.Service{Name: "geofence", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
}
