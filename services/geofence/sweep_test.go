package geofence_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/geofence/geofencetest"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
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
func (w *world) at(seconds int) { w.clock.Set(noon.Add(time.Duration(seconds) * time.Second)) }

// seen stores fixes and publishes them, as ingest and the writer do.
func (w *world) seen(t *testing.T, company, user string, received int, fixes ...*terrenov1.Fix) {
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

// TestAnEditIsFeltWithoutNewPositions: somebody stands still, and what applies changes around.
func TestAnEditIsFeltWithoutNewPositions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.at(200)
	w.zone(t, "acme", circle("lejos", "Lejos"), "ana")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.seen(t, "acme", "ana", 61, point(0, 0), point(60, 0))
	w.silent(t)
	// A zone for somebody who was never judged: the edit's own sweep finds out.
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	// Renamed: nobody is judged anew.
	renamed := circle("centro", "Centro histórico")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", renamed).Is(t, http.StatusOK, "")
	w.swept(t, w.sweeper(t))
	w.silent(t)
	// Larger: juan is inside by now, and always was.
	renamed["properties"].(map[string]any)["radius_m"] = 500
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", renamed).Is(t, http.StatusOK, "")
	w.ended(t, "juan", "zones_changed", "2026-03-09T17:03:20Z")
	// Elsewhere: ana is outside.
	away := circle("lejos", "Lejos")
	away["geometry"] = map[string]any{"type": "Point", "coordinates": []float64{-74.08, 4.70}}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/lejos", away).Is(t, http.StatusOK, "")
	w.next(t).is(t, "acme", "nueva", "ana")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/lejos/users", map[string]any{"users": []string{}}).Is(t, http.StatusOK, "")
	w.ended(t, "ana", "unassigned", "2026-03-09T17:03:20Z")
	w.silent(t)
	// What was judged stays judged: old positions that come again are no news when zones apply again.
	w.at(2000)
	w.send(t, jefa("acme"), "PUT", "/v1/zones/lejos/users", map[string]any{"users": []string{"ana"}}).Is(t, http.StatusOK, "")
	w.upload(t, "acme", "ana", 2000, point(0, 0), point(60, 0))
	w.silent(t)
}

// TestTeamsAndDeactivation: who joins or leaves a team, and who is not active any more.
func TestTeamsAndDeactivation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "luz", audience.RoleColaborador, "norte")
	w.start(t)
	w.at(200)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", map[string]any{"users": []string{"luz"}, "teams": []string{"norte"}}).Is(t, http.StatusOK, "")
	for _, user := range []string{"juan", "sofia", "ana", "luz"} {
		w.seen(t, "acme", user, 61, point(0, 300), point(60, 300))
	}
	// sofia watches the team and does not work in it.
	w.raised(t, "acme juan", "acme luz")
	w.silent(t)
	identity := w.nats.Bus(t, "identity")
	change := func(user string, active bool, teams ...string) {
		t.Helper()
		w.changeUser(t, identity, user, active, teams...)
	}
	change("ana", true, "norte")
	w.next(t).is(t, "acme", "nueva", "ana")
	change("juan", true)
	w.ended(t, "juan", "unassigned", "")
	change("luz", false, "norte")
	w.ended(t, "luz", "unassigned", "")
	w.swept(t, w.sweeper(t))
	w.silent(t)
}

// changeUser changes somebody of acme's as identity does, which tells of it; whoever evaluates hears it.
func (w *world) changeUser(t *testing.T, identity *bus.Bus, user string, active bool, teams ...string) {
	t.Helper()
	w.joins(t, "acme", user, teams...)
	w.exec(t, `UPDATE identity.users SET active = $2 WHERE id_empresa = 'acme' AND id = $1`, user, active)
	to, err := subject.New("acme", "directorio", "usuario", user)
	if err != nil {
		t.Fatal(err)
	}
	body, err := protojson.Marshal(&terrenov1.DirectoryUser{Id: user, Role: audience.RoleColaborador, Teams: teams, Active: active, Version: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Publish(t.Context(), bus.Message{Subject: to, ID: "acme-" + user, Data: body}); err != nil {
		t.Fatal(err)
	}
}

// TestAChangeOfTeamsWhoseSweepFailsIsNotForgotten: it is in no plan's version, so that no later sweep would find it. Here the
// sweep's first statement is cancelled, as a statement timeout does.
func TestAChangeOfTeamsWhoseSweepFailsIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.at(200)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", map[string]any{"teams": []string{"norte"}}).Is(t, http.StatusOK, "")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	apptest.Until(t, func() bool { return w.unswept(t) == 0 })
	release := w.hold(t)
	w.changeUser(t, w.nats.Bus(t, "identity"), "juan", true)
	const waiting = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%geofence.states%'`
	apptest.Until(t, func() bool {
		var cancelled int
		err := w.admin.Get(&cancelled, `SELECT count(*) FROM (SELECT pg_cancel_backend(pid) `+waiting+`) c`)
		return err == nil && cancelled > 0
	})
	release()
	w.ended(t, "juan", "unassigned", "")
}

// hours makes a zone that applies from one local time to another; noon, when tests begin, is 12:00 in Bogotá.
func hours(zone map[string]any, from, to string) map[string]any {
	zone["properties"].(map[string]any)["schedule"] = []map[string]any{{"days": []string{"mon"}, "from": from, "to": to}}
	return zone
}

// TestAScheduleEndsWhileOutside: with it the alert, whether a position comes or not, and whatever comes late of before.
func TestAScheduleEndsWhileOutside(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", hours(circle("centro", "Centro"), "08:00", "12:05"), "juan", "ana")
	w.zone(t, "globex", circle("centro", "Centro"), "juan")
	sweeper := w.sweeper(t)
	for _, user := range []string{"juan", "ana"} {
		w.seen(t, "acme", user, 61, point(0, 300), point(60, 300))
		w.next(t).is(t, "acme", "nueva", user)
	}
	w.at(299)
	w.swept(t, sweeper)
	w.silent(t)
	// ana's phone tells that it is over, juan's is silent.
	w.seen(t, "acme", "ana", 311, point(310, 300))
	w.ended(t, "ana", "schedule_ended", "")
	w.at(400)
	w.swept(t, sweeper)
	w.ended(t, "juan", "schedule_ended", "2026-03-09T17:05:00Z")
	// Positions of before the end that come now are past, of both.
	for _, user := range []string{"juan", "ana"} {
		w.seen(t, "acme", user, 410, point(200, 300), point(220, 300), point(250, 300), point(290, 300))
	}
	w.swept(t, sweeper)
	w.silent(t)
	// Next week it begins again.
	const week = 7 * 24 * 3600
	w.seen(t, "acme", "juan", week+61, point(week, 300), point(week+60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.silent(t)
}

// TestOneZoneHandsOverToTheNext: an alert ends with its zone, and what follows is judged by the next.
func TestOneZoneHandsOverToTheNext(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	north := hours(circle("norte", "Norte"), "12:05", "14:00")
	north["geometry"] = map[string]any{"type": "Point", "coordinates": []float64{-74.08, 4.65 + 1000.0/110_574}}
	w.zone(t, "acme", hours(circle("centro", "Centro"), "08:00", "12:05"), "juan", "ana")
	w.zone(t, "acme", north, "juan", "ana")
	sweeper := w.sweeper(t)
	// juan is outside both, ana inside the first; both stand still. No alert of ana's: nothing to do for the sweep.
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.seen(t, "acme", "ana", 61, point(0, 0), point(60, 0))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.at(420)
	w.swept(t, sweeper)
	w.ended(t, "juan", "zones_changed", "2026-03-09T17:05:00Z")
	w.swept(t, sweeper)
	w.silent(t)
	for _, user := range []string{"juan", "ana"} {
		w.seen(t, "acme", user, 490, point(310, 300), point(480, 300))
		if a := w.began(t, user, "2026-03-09T17:05:10Z"); a.body["zones"].([]any)[0] != "norte" {
			t.Errorf("%v", a)
		}
	}
	w.swept(t, sweeper)
	w.silent(t)
}

// TestAScheduleThatEndsWhilePositionsWait: the evaluator is behind, so that the end is not yet where it is. A sweep that ended the
// alert would see it raised again by what waits.
func TestAScheduleThatEndsWhilePositionsWait(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", hours(circle("centro", "Centro"), "08:00", "12:05"), "juan")
	sweeper := w.sweeper(t)
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	r.stop()
	w.upload(t, "acme", "juan", 210, point(120, 0), point(200, 0))
	w.at(400)
	if err := w.patient(t, time.Millisecond).SweepAll(t.Context()); !errors.Is(err, evaluate.ErrBehind) {
		t.Errorf("nobody evaluates, and the sweep says %v", err)
	}
	swept := make(chan error, 1)
	go func() { swept <- sweeper.SweepAll(t.Context()) }()
	w.start(t)
	if err := <-swept; err != nil {
		t.Fatal(err)
	}
	w.ended(t, "juan", "returned", "2026-03-09T17:02:00Z")
	w.silent(t)
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

// TestAnEditThatNobodyHeardIsFound: by the version of its plan, and once.
func TestAnEditThatNobodyHeardIsFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.at(5000) // nothing is recent
	sweeper := w.sweeper(t)
	w.swept(t, sweeper)
	if n := w.unswept(t); n != 0 {
		t.Errorf("%d companies are left for the next sweep", n)
	}
	w.exec(t, `DELETE FROM geofence.zone_user; UPDATE geofence.plan SET version = version + 1`)
	w.swept(t, sweeper)
	if n := w.unswept(t); n != 0 {
		t.Errorf("%d companies are left for the next sweep", n)
	}
	if n := w.open(t, "acme"); n != 0 {
		t.Errorf("%d alerts go on", n)
	}
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
	for i := range 5000 {
		user := fmt.Sprintf("p%d", i+1)
		w.upload(t, "acme", user, 61, point(0, float64(i%5)*100), point(70, float64(i%5)*100))
	}
	w.exec(t, `SELECT tracking.ensure_partitions($1::date, $1::date)`, noon)
	w.exec(t, `INSERT INTO tracking.position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, accuracy_m, activity, mock)
SELECT 'acme', 'p' || i, '', $1::timestamptz + s * interval '1 second', $1::timestamptz + interval '71 seconds',
    4.65 + ((i - 1) % 5) * 100 / 110574.0, -74.08, 10, '', false
FROM generate_series(1, 5000) i, unnest(ARRAY[0, 70]) s`, noon)
	w.latest(t, "acme", "")
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

// TestWhatIsInOneMessageOrInManyIsTheSame: also where nothing applies for a minute in between.
func TestWhatIsInOneMessageOrInManyIsTheSame(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	split := hours(circle("centro", "Centro"), "08:00", "12:05")
	properties := split["properties"].(map[string]any)
	properties["schedule"] = append(properties["schedule"].([]map[string]any), map[string]any{"days": []string{"mon"}, "from": "12:06", "to": "14:00"})
	w.zone(t, "acme", split, "juan", "ana")
	fixes := []*terrenov1.Fix{point(270, 300), point(330, 300), point(370, 300), point(410, 300)}
	for _, f := range fixes {
		w.upload(t, "acme", "juan", 420, f)
		w.applied(t)
	}
	w.upload(t, "acme", "ana", 420, fixes...)
	w.silent(t)
	for _, user := range []string{"juan", "ana"} {
		w.upload(t, "acme", user, 440, point(435, 300))
		w.began(t, user, "2026-03-09T17:06:10Z")
	}
	w.silent(t)
}

// TestAnEditWhilePositionsWait: the sweep that the edit brings about does not go ahead of what waits, of which only the last ten
// minutes are stored news.
func TestAnEditWhilePositionsWait(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", -200, point(-260, 0), point(-200, 0))
	r.stop()
	for _, fix := range []struct{ at, metres int }{{0, 300}, {60, 300}, {1900, 0}} {
		w.upload(t, "acme", "juan", fix.at+1, point(fix.at, float64(fix.metres)))
		w.store(t, "acme", "juan", fix.at+1, point(fix.at, float64(fix.metres)))
	}
	wider := circle("centro", "Centro")
	wider["properties"].(map[string]any)["radius_m"] = 210
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", wider).Is(t, http.StatusOK, "")
	w.at(2000)
	if err := w.patient(t, time.Millisecond).SweepAll(t.Context()); !errors.Is(err, evaluate.ErrBehind) {
		t.Errorf("nobody evaluates, and the sweep says %v", err)
	}
	w.start(t)
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	w.silent(t)
}

// TestAPhoneThatIsAhead: its positions are of a time when the zone applies, and the sweep's clock is not there yet.
func TestAPhoneThatIsAhead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", hours(circle("centro", "Centro"), "12:05", "18:00"), "juan")
	w.at(290)
	w.seen(t, "acme", "juan", 285, point(305, 300), point(370, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.swept(t, w.sweeper(t))
	w.silent(t)
}

// TestWhoHeardOfAnAlertHearsOfItsEnd: also when its user works in another team by then.
func TestWhoHeardOfAnAlertHearsOfItsEnd(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	r.stop()
	w.team(t, "acme", "sur")
	w.joins(t, "acme", "juan", "sur")
	w.start(t)
	w.seen(t, "acme", "juan", 181, point(120, 0), point(180, 0))
	ended := w.next(t).is(t, "acme", "cerrada", "juan")
	if got := audience.Of(ended.header).Teams; !slices.Equal(got, []string{"norte", "sur"}) {
		t.Errorf("told to %v", got)
	}
}

// TestAnEditIsFeltByWhoHasTwoPhones: the last positions of the phone that counts are judged again, though both were heard before.
func TestAnEditIsFeltByWhoHasTwoPhones(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.at(200)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	for _, m := range []geofencetest.Message{
		{Device: "carried", Fixes: fixesOf(point(0, 100), point(60, 100))},
		{Device: "left", Fixes: fixesOf(point(1, 0), point(61, 0))},
		{Device: "carried", Fixes: fixesOf(point(90, 100), point(150, 100))},
	} {
		m.Company, m.User, m.ReceivedAt = "acme", "juan", m.Fixes[1].At.Add(time.Second)
		body, err := proto.Marshal(batch(m))
		if err != nil {
			t.Fatal(err)
		}
		w.publish(t, "acme", "juan", body)
		w.written(t, m)
	}
	w.silent(t)
	smaller := circle("centro", "Centro")
	smaller["properties"].(map[string]any)["radius_m"] = 20
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", smaller).Is(t, http.StatusOK, "")
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	w.swept(t, w.sweeper(t))
	w.silent(t)
}
