package geofence_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/geofencetest"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// sweeper is a replica that only sweeps, when a test asks it to.
func (w *world) sweeper(t *testing.T) *evaluate.Evaluator {
	t.Helper()
	return w.patient(t, 0)
}

// patient is a sweeper that waits so long for the evaluator.
func (w *world) patient(t *testing.T, patience time.Duration) *evaluate.Evaluator {
	t.Helper()
	pool, b, log := w.data.DB(t, "geofence"), w.nats.Bus(t, "geofence"), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	e, err := evaluate.New(evaluate.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: w.clock, Bus: b, DB: pool, Directory: dir,
		Changes: change.New(pool, outbox.NewRelay(pool, b, "geofence", log, nil), "geofence", w.clock), Patience: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, &app.Service{Name: "geofence", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
	return e
}

// TestSweepsNeverChangeTheOutcome: they run all the time, the writer is as far as it can be, and the evaluator lags, for
// minutes of domain time and for hours.
func TestSweepsNeverChangeTheOutcome(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{11, 12} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := wandering(seed, 12, 200)
			w := setup(t)
			w.people(t, s)
			r := w.start(t)
			w.draw(t, s)
			sweeper := w.patient(t, time.Millisecond)
			ctx, stop := context.WithCancel(t.Context())
			var sweeping sync.WaitGroup
			var passes, behind atomic.Int64
			sweeping.Go(func() {
				for ctx.Err() == nil {
					err := sweeper.SweepAll(ctx)
					switch {
					case err == nil:
						passes.Add(1)
					case errors.Is(err, evaluate.ErrBehind):
						behind.Add(1)
					case ctx.Err() == nil:
						t.Error(err)
						return
					}
				}
			})
			w.play(t, s, func(i int, m geofencetest.Message) {
				w.clock.Set(m.ReceivedAt)
				w.written(t, m)
				switch {
				case i%400 == 100 && i+100 < len(s.messages)/2: // at the end all that comes is late, and no news to a sweep
					r.stop()
				case i%400 == 200 && i < len(s.messages)/2: // what waited for a hundred messages was in a sweep's way
					before := behind.Load()
					apptest.Until(t, func() bool { return behind.Load() > before })
					r = w.start(t)
				}
			})
			w.settled(t)
			done := passes.Load()
			apptest.Until(t, func() bool { return passes.Load() > done+1 }) // a whole one, with nothing left undone
			stop()
			sweeping.Wait()
			w.matches(t, s)
		})
	}
}

// at moves domain time to so many seconds after noon.
func (w *world) at(seconds int) { w.clock.Set(after(seconds)) }

// seen stores fixes and publishes them, as ingest and the writer do.
func (w *world) seen(t *testing.T, company, user string, received int, fixes ...track.Fix) {
	t.Helper()
	w.upload(t, company, user, received, fixes...)
	w.store(t, company, user, received, fixes...)
	w.applied(t)
}

func (w *world) swept(t *testing.T, e *evaluate.Evaluator) {
	t.Helper()
	if err := e.SweepAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestMissedPositionsAreJudged: they are stored, and the evaluator never gets them.
func TestMissedPositionsAreJudged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	w.zone(t, "globex", circle("centro", "Centro"), "juan")
	sweeper := w.sweeper(t)
	w.seen(t, "acme", "juan", 61, point(0, 0), point(60, 0))
	w.store(t, "acme", "juan", 131, point(70, 300), point(130, 300))
	w.store(t, "acme", "ana", 131, point(70, 300), point(130, 300))
	w.at(200)
	w.swept(t, sweeper)
	w.raised(t, "acme juan", "acme ana")
	w.swept(t, sweeper)
	w.silent(t)
	// They count as judged: when they come after all, nothing happens.
	w.upload(t, "acme", "juan", 131, point(70, 300), point(130, 300))
	w.silent(t)
}

// TestASweepReadsMergedPositionsAndThoseThatArrived: of each user it reads the same, before, between and after merges, and passes
// over what it cannot read.
func TestASweepReadsMergedPositionsAndThoseThatArrived(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	everyone := []string{"juan", "ana", "sofia", "jefa"}
	w.zone(t, "acme", circle("centro", "Centro"), everyone...)
	sweeper := w.sweeper(t)
	for _, user := range everyone {
		w.store(t, "acme", user, 31, point(0, 300), point(30, 300))
	}
	merge := func(users ...string) {
		t.Helper()
		for _, user := range users {
			if m := w.writer.Merge(t, "acme", user, after(1000)); m.Messages != 1 || m.Segments == 0 || m.Unreadable != 0 {
				t.Fatalf("%s: %+v", user, m)
			}
		}
	}
	merge("juan", "ana", "sofia")
	for _, user := range everyone {
		w.store(t, "acme", user, 62, point(30, 0), point(61, 300)) // what was received first of an instant counts
	}
	merge("juan", "ana")
	w.store(t, "acme", "juan", 62, point(30, 0), point(61, 300)) // it came again after it was merged
	w.exec(t, `INSERT INTO tracking.arrived SELECT id_empresa, user_id, received_at, '\xff', first_at, last_at, fixes, 'no track' FROM tracking.arrived WHERE user_id = 'sofia'`)
	w.at(200)
	w.swept(t, sweeper)
	w.raised(t, "acme juan", "acme ana", "acme sofia", "acme jefa")
	w.swept(t, sweeper)
	w.silent(t)
}

// TestOneSweepRunsAtATime: the job's, and those that edits bring about.
func TestOneSweepRunsAtATime(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO geofence.plan VALUES ('acme', 1, 25, 2, 60, 100, 600, 600)`)
	sweeper := w.sweeper(t)
	// A sweep begins by waiting for whoever judges: here for good.
	release := w.hold(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 3)
	go func() { ended <- sweeper.SweepAll(ctx) }()
	waiting := func() (n int) {
		if err := w.admin.Get(&n, `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`); err != nil {
			t.Error(err)
		}
		return n
	}
	apptest.Until(t, func() bool { return waiting() == 1 })
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	for range 2 {
		go func() { ended <- sweeper.Sweep(short, "acme") }()
	}
	for range 2 {
		if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second sweep ended with %v", err)
		}
		if n := waiting(); n != 1 {
			t.Errorf("%d sweeps wait in the database", n)
		}
	}
	release()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	stop()
}

// TestASweepOfACompanyThatNobodyChangedDoesNothing: of 5,000 users, at any time.
func TestASweepOfACompanyThatNobodyChangedDoesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role, teams) SELECT 'acme', 'p' || i, i, 'colaborador', '{norte}' FROM generate_series(1, 5000) i`)
	w.exec(t, `INSERT INTO identity.team_member SELECT 'acme', 'norte', 'p' || i FROM generate_series(1, 5000) i`)
	w.start(t)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", map[string]any{"teams": []string{"norte"}}).Is(t, http.StatusOK, "")
	var stored []trackingtest.Track
	for i := range 5000 {
		user := fmt.Sprintf("p%d", i+1)
		fixes := receivedAt(after(71), []track.Fix{point(0, float64(i%5)*100), point(70, float64(i%5)*100)})
		w.upload(t, "acme", user, 71, fixes...)
		stored = append(stored, trackingtest.Track{Company: "acme", User: user, Fixes: fixes})
	}
	w.writer.Store(t, stored...)
	w.settled(t)
	sweeper := w.sweeper(t)
	before := w.fingerprint(t)
	for _, at := range []int{75, 200, 599, 700, 5000, 90_000} {
		w.at(at)
		began := time.Now()
		w.swept(t, sweeper)
		t.Logf("a sweep of 5,000 users at %d s took %v", at, time.Since(began))
		if after := w.fingerprint(t); after != before {
			t.Fatalf("at %d s a sweep changed %s to %s", at, before, after)
		}
	}
	if err := w.heard.Unsubscribe(); err != nil {
		t.Error(err)
	}
}

// fingerprint is of everything that a sweep may write.
func (w *world) fingerprint(t *testing.T) (all string) {
	t.Helper()
	err := w.admin.GetContext(t.Context(), &all, `SELECT (SELECT count(*) || ' ' || md5(string_agg(s::text || xmin::text, ',' ORDER BY id_empresa, user_id))
FROM geofence.user_state s) || ' ' || (SELECT count(*) FROM geofence.outbox)`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
