package activity_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// replica is another process that makes visits.
func (w *world) replica(t *testing.T) *store.Store {
	t.Helper()
	pool := w.database.DB(t, name)
	relay := outbox.NewRelay(pool, w.nats.Bus(t, name), name, natstest.Log(t), nil)
	return store.New(pool, change.New(pool, relay, name, w.clock), w.dir)
}

// Four replicas make the visits of the same series at the same instant, while people end some of them. Each visit is made once, and
// nothing is left of a series that has ended.
func TestReplicasMakeVisitsAtTheSameInstant(t *testing.T) {
	t.Parallel()
	w := site(t)
	const series = 40
	w.recurring(t, "acme", body{"rule": "FREQ=DAILY;COUNT=60", "first_date": "2026-03-25"})
	w.exec(t, `INSERT INTO activity.series SELECT (jsonb_populate_record(s, jsonb_build_object('id', 'copy' || n))).* FROM activity.series s, generate_series(2, $1) n`, series)
	w.clock.Set(noon.Add(10 * 24 * time.Hour))
	now := w.clock.Now().UTC()
	token := w.issuer.Token(t, person("boss"))
	var wg sync.WaitGroup
	for range 4 {
		replica := w.replica(t)
		wg.Go(func() {
			for more := true; more; {
				var err error
				if _, more, err = replica.MakeVisits(t.Context(), "acme", now, 7); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := 2; n <= 11; n++ {
		wg.Go(func() {
			a, err := w.try(t.Context(), token, http.MethodPost, fmt.Sprintf("/v1/activity-series/copy%d/end", n), body{"reason": "x"})
			if err != nil || a.Status != http.StatusOK {
				t.Errorf("%d %s, %v", a.Status, a.Text, err)
			}
		})
	}
	wg.Wait()
	// A replica leaves what another one has in hand, and the next run does it.
	for replica, more := w.replica(t), true; more; {
		var err error
		if _, more, err = replica.MakeVisits(t.Context(), "acme", now, 100); err != nil {
			t.Fatal(err)
		}
	}
	for what, want := range map[string]int{
		"activity.series WHERE ended_at IS NOT NULL":                                                                            10,
		"activity.series WHERE problem <> '' OR make_at <= '" + now.Format(time.RFC3339) + "'":                                  0,
		"activity.visit v JOIN activity.series s ON s.id = v.series_id WHERE s.ended_at IS NULL":                                9 * (series - 10),
		"activity.visit v JOIN activity.series s ON s.id = v.series_id WHERE s.ended_at IS NOT NULL AND v.state <> 'cancelada'": 0,
		"(SELECT 1 FROM activity.visit GROUP BY series_id, series_date HAVING count(*) > 1) twice":                              0,
	} {
		if n := pgtest.Count(t, w.admin, what); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
}
