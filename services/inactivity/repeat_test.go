package inactivity_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/inactivity"
)

// Checks run twice, late and in two replicas, the clock leaps and is set back, batteries empty and charge, storage falls behind, people come
// and go: each alert is raised once, ended at most once and not before it began, and nobody has two at a time.
func TestWhateverRepeatsIsToldOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const people = 8
	w.crew(t, "big", people, "12:00")
	w.crew(t, "tiny", 2, "12:00")
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // a test that repeats
	replicas := []inactivity.Checker{w.checker, inactivity.NewChecker(w.deps)}
	now, behind := at("12:10"), time.Duration(0)
	raised, ended, open := map[string]int{}, map[string]int{}, map[string]string{}
	for step := range 350 {
		user := fmt.Sprint("u", 1+random.IntN(people))
		switch random.IntN(14) {
		case 0, 1, 2:
			now = now.Add(time.Duration(1+random.IntN(15)) * time.Minute)
		case 3:
			now = now.Add(time.Duration(random.IntN(300)) * time.Minute)
		case 4:
			now = now.Add(-time.Duration(random.IntN(40)) * time.Minute)
		case 5:
			w.exec(t, `UPDATE tracking.latest_position SET received_at = $1, recorded_at = $1::timestamptz - $2 * interval '1 minute' WHERE user_id = $3 OR $4`,
				now, random.IntN(30), user, random.IntN(3) == 0)
		case 6:
			w.exec(t, `UPDATE activity.shift SET paused = NOT paused, pauses = jsonb_build_array(jsonb_build_object('From', $1::timestamptz - interval '5 minutes', 'Until', $1::timestamptz)) WHERE user_id = $2`, now, user)
		case 7:
			w.exec(t, `UPDATE activity.shift SET ended_at = CASE WHEN ended_at IS NULL THEN $1::timestamptz END WHERE user_id = $2`, now, user)
		case 9, 10, 11, 12, 13:
			w.exec(t, `INSERT INTO inactivity.device_state (id_empresa, user_id, device_id, kind, occurred_at, received_at, value, level, charging, app, os, model)
VALUES ('big', $1, $2, 'battery', $3::timestamptz - $4 * interval '1 minute', $3, '', $5, $6, '', '', '')
ON CONFLICT (id_empresa, user_id, device_id, kind) DO UPDATE SET occurred_at = excluded.occurred_at, level = excluded.level, charging = excluded.charging`,
				user, []string{"d", "e"}[random.IntN(2)], now, random.IntN(30), float64(random.IntN(30))/100, random.IntN(4) == 0)
		case 8:
			behind = time.Duration(random.IntN(3)*15) * time.Minute
		}
		w.clock.Set(now)
		w.stored(t, now.Add(-30*time.Second-behind), now)
		for range 1 + random.IntN(2) {
			r := replicas[random.IntN(2)]
			if err := r.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if random.IntN(2) == 0 {
				if err := r.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, e := range w.events(t) {
			about := e.company + " " + e.Type + " " + e.User + " "
			if e.User == "" {
				about += e.Why.Cause
			}
			if e.EndedAt == nil {
				raised[e.ID]++
				open[about] = e.ID
				continue
			}
			ended[e.ID]++
			if e.EndedAt.Before(e.StartedAt) {
				t.Errorf("step %d: %s began at %v and ended at %v", step, about, e.StartedAt, e.EndedAt)
			}
			if open[about] == e.ID {
				delete(open, about)
			}
		}
	}
	for id, n := range raised {
		if n != 1 || ended[id] > 1 {
			t.Errorf("%s was raised %d times and ended %d times", id, n, ended[id])
		}
	}
	for id := range ended {
		if raised[id] == 0 {
			t.Errorf("%s ended and was never raised", id)
		}
	}
	lasting := pgtest.Count(t, w.admin, "inactivity.silence WHERE ended_at IS NULL") + pgtest.Count(t, w.admin, "inactivity.shared WHERE ended_at IS NULL")
	if pgtest.Count(t, w.admin, "inactivity.silence WHERE kind = 'bateria_baja' AND again > 0") == 0 {
		t.Error("nobody had a low battery twice")
	}
	if len(raised) < 20 || len(raised)-len(ended) != lasting || len(open) > lasting {
		t.Errorf("%d raised, %d ended, %d last, %v", len(raised), len(ended), lasting, open)
	}
}
