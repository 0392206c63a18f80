package store_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
	"github.com/terreno/terreno/services/identity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// work is a worker's transaction for acme on a new database, and an administrator beside it.
func work(t *testing.T, do func(w store.Work, admin *sqlx.DB) error) error {
	t.Helper()
	data := pgtest.New(t, identity.Schema, trackingingest.Schema, activity.Schema, geofence.Schema)
	admin := data.Admin(t)
	return data.DB(t, "geofence").AsWorkerFor(t.Context(), "acme", func(tx *sqlx.Tx) error { return do(store.Work{Tx: tx}, admin) })
}

func TestStatesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	fix := rule.Fix{At: noon.Add(time.Millisecond), ReceivedAt: noon.Add(time.Second), Lat: -4.123456789012345, Lon: 179.99999999999997, AccuracyM: 12.5}
	full := store.Person{Who: rule.Who{Company: "acme", User: "juan"}, State: rule.State{
		Zones: "k", Since: noon.Add(-time.Millisecond), Status: rule.Outside, LastAt: noon.Add(123 * time.Millisecond), Run: &rule.Run{Side: zone.Inside, First: fix, Count: 3, Area: 1234.5},
		Devices: rule.Devices{{ID: "a"}, {ID: "b", Last: noon, At: noon, Lat: 1.5, Lon: -2}},
		Alert:   &rule.Alert{ID: "A1", Start: fix, DistanceM: 101.25, RaisedAt: noon, Zones: []string{"z1", "z2"}, Late: true},
	}}
	bare := store.Person{Who: rule.Who{Company: "globex", User: "juan"}, State: rule.State{Zones: "k2", LastAt: noon}}
	err := work(t, func(w store.Work, _ *sqlx.DB) error {
		for range 2 { // new, and again
			if err := w.SetStates(t.Context(), []store.Person{full, bare}); err != nil {
				return err
			}
			got, odd, err := w.States(t.Context(), []rule.Who{full.Who, bare.Who, {Company: "acme", User: "ana"}})
			if err != nil || len(odd) > 0 {
				t.Errorf("unreadable: %v", odd)
				return err
			}
			for _, p := range got {
				want := map[string]store.Person{"acme": full, "globex": bare}[p.Company]
				if !reflect.DeepEqual(p, want) {
					t.Errorf("%+v, want %+v", p, want)
				}
			}
			if len(got) != 2 {
				t.Errorf("%d states", len(got))
			}
			full.Run, full.Alert = nil, nil
		}
		full.Run = &rule.Run{First: rule.Fix{Lat: math.NaN()}}
		if err := w.SetStates(t.Context(), []store.Person{full}); !errors.Is(err, store.ErrUnfit) {
			t.Errorf("what JSON has no word for: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFrontier(t *testing.T) {
	t.Parallel()
	err := work(t, func(w store.Work, _ *sqlx.DB) error {
		for _, want := range []ordered.Frontier{{}, {Created: noon.Add(time.Microsecond), Seq: 7}, {Created: noon, Seq: 3, Stored: noon.Add(2 * time.Microsecond)}, {Created: noon, Seq: 4}} {
			if !want.Created.IsZero() {
				if err := w.SetFrontier(t.Context(), "TRACKING", want); err != nil {
					return err
				}
			}
			got, err := w.Frontier(t.Context(), "TRACKING")
			if err != nil || got.Seq != want.Seq || !got.Created.Equal(want.Created) || !got.Stored.Equal(want.Stored) {
				t.Errorf("%+v, %v, want %+v", got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFixesAreOneCompanysAndBounded: one who has many leaves the others theirs, and keeps the newest. It makes no difference
// whether they were merged, and what cannot be read is passed over.
func TestFixesAreOneCompanysAndBounded(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, identity.Schema, trackingingest.Schema, activity.Schema, geofence.Schema)
	admin, positions := data.Admin(t), trackingtest.NewWriter(t, data)
	var all []track.Fix
	for s := range 21 {
		at := noon.Add(time.Duration(s) * time.Second).UnixMilli()
		all = append(all, track.Fix{RecordedAt: at, ReceivedAt: noon.UnixMilli(), Lat: int32(s) * 1e7})
	}
	add := func(fixes []track.Fix) {
		t.Helper()
		for _, company := range []string{"acme", "globex"} {
			for user, of := range map[string][]track.Fix{"ana": fixes, "juan": fixes, "luz": track.Between(fixes, all[10].RecordedAt, all[11].RecordedAt)} {
				positions.Store(t, trackingtest.Track{Company: company, User: user, Fixes: of})
			}
		}
	}
	check := func(when string) {
		t.Helper()
		fixes, err := recent(t, data.DB(t, "geofence"))
		if err != nil || len(fixes) != 2 || len(fixes["juan"]) != 5 || len(fixes["luz"]) != 1 {
			t.Fatalf("%s: %+v, %v", when, fixes, err)
		}
		for i, f := range fixes["juan"] {
			if f.Lat != float64(11+i) || !f.At.Equal(noon.Add(time.Duration(11+i)*time.Second)) || f.AccuracyM != 0 {
				t.Errorf("%s: %d: %+v", when, i, f)
			}
		}
	}
	add(all[:13])
	if m := positions.Merge(t, "acme", "juan", noon.Add(time.Hour)); m.Segments != 1 {
		t.Fatalf("%+v", m)
	}
	add(all[12:])
	check("some are merged")
	if _, err := admin.ExecContext(t.Context(), `INSERT INTO tracking.arrived
SELECT id_empresa, user_id, received_at, id || '\xff', first_at, last_at, fixes, 'no track' FROM tracking.arrived`); err != nil {
		t.Fatal(err)
	}
	check("some cannot be read")
	for _, user := range []string{"juan", "luz"} {
		if m := positions.Merge(t, "acme", user, noon.Add(time.Hour)); m.Unreadable != 1 {
			t.Fatalf("%+v", m)
		}
	}
	check("all are merged that can be read")
}

func recent(t *testing.T, pool *db.DB) (fixes map[string][]rule.Fix, err error) {
	t.Helper()
	return between(t, pool, noon, noon.Add(15*time.Second))
}

func between(t *testing.T, pool *db.DB, since, until time.Time) (fixes map[string][]rule.Fix, err error) {
	t.Helper()
	err = pool.AsWorkerFor(t.Context(), "acme", func(tx *sqlx.Tx) error {
		fixes, err = store.Work{Tx: tx}.Fixes(t.Context(), "acme", []string{"juan", "luz", "nobody"}, since, until, 5, nil)
		return err
	})
	return fixes, err
}

// TestFixesFromMidnightToTheLastInstant: tracks that begin at a midnight or at the end of the time are read, and after a midnight
// those of the day before too.
func TestFixesFromMidnightToTheLastInstant(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, identity.Schema, trackingingest.Schema, activity.Schema, geofence.Schema)
	positions, pool := trackingtest.NewWriter(t, data), data.DB(t, "geofence")
	midnight := noon.Truncate(24 * time.Hour)
	fix := func(s int) track.Fix {
		at := midnight.Add(time.Duration(s) * time.Second).UnixMilli()
		return track.Fix{RecordedAt: at, ReceivedAt: at}
	}
	for _, fixes := range [][]track.Fix{{fix(-90), fix(-5), fix(0), fix(5)}, {fix(60)}, {fix(61)}} {
		positions.Store(t, trackingtest.Track{Company: "acme", User: "juan", Fixes: fixes})
	}
	for _, c := range []struct{ since, until, want int }{{0, 60, 2}, {-1, 60, 3}, {-6, 60, 4}, {0, 5, 1}, {-90, -5, 1}, {-91, -90, 1}, {5, 59, 0}} {
		got, err := between(t, pool, midnight.Add(time.Duration(c.since)*time.Second), midnight.Add(time.Duration(c.until)*time.Second))
		if err != nil || len(got["juan"]) != c.want {
			t.Errorf("after %d s, up to %d s: %+v, %v, want %d", c.since, c.until, got, err, c.want)
		}
	}
}

// TestUnreadableStatesComeApart: whatever another program, or a hand, may have written, nobody else suffers for it.
func TestUnreadableStatesComeApart(t *testing.T) {
	t.Parallel()
	err := work(t, func(w store.Work, admin *sqlx.DB) error {
		odd := map[string]string{
			"run-is-text":    `UPDATE geofence.user_state SET run = '"fixes"'`,
			"run-is-list":    `UPDATE geofence.user_state SET run = '[1]'`,
			"run-renamed":    `UPDATE geofence.user_state SET run = '{"fixes": 2, "side": 1}'`,
			"run-side":       `UPDATE geofence.user_state SET run = '{"side": 7, "count": 1, "first": {"at": "2026-03-09T12:00:00Z"}}'`,
			"run-area":       `UPDATE geofence.user_state SET run = '{"side": 1, "count": 1, "area": -1, "first": {"at": "2026-03-09T12:00:00Z"}}'`,
			"devices-text":   `UPDATE geofence.user_state SET devices = '"phone"'`,
			"run-count":      `UPDATE geofence.user_state SET run = '{"side": 1, "count": "many"}'`,
			"alert-is-empty": `UPDATE geofence.user_state SET alert = '{}'`,
			"alert-is-text":  `UPDATE geofence.user_state SET alert = '"A1"'`,
			"status":         `UPDATE geofence.user_state SET status = 999`,
			"negative":       `UPDATE geofence.user_state SET status = -1`,
			"no-instant":     `UPDATE geofence.user_state SET last_at = 'infinity'`,
		}
		sound := []string{"good", "null-run", "more-fields"}
		who := []rule.Who{}
		for user := range odd {
			who = append(who, rule.Who{Company: "acme", User: user})
		}
		for _, user := range sound {
			who = append(who, rule.Who{Company: "acme", User: user})
		}
		for _, is := range who {
			if _, err := admin.Exec(`INSERT INTO geofence.user_state VALUES ('acme', $1, 'k', $2, 1, $2)`, is.User, noon); err != nil {
				return err
			}
		}
		odd["null-run"] = `UPDATE geofence.user_state SET run = 'null'`
		odd["more-fields"] = `UPDATE geofence.user_state SET run = '{"side": 1, "count": 1, "first": {"at": "2026-03-09T12:00:00Z", "floor": 3}}'`
		for user, change := range odd {
			if _, err := admin.Exec(change+` WHERE user_id = $1`, user); err != nil {
				return err
			}
		}
		list, apart, err := w.States(t.Context(), who)
		if err != nil {
			return err
		}
		for _, u := range apart {
			if u.Company != "acme" || u.Reason == nil || slices.Contains(sound, u.User) {
				t.Errorf("unreadable: %+v", u)
			}
		}
		if len(list) != len(sound) || len(apart) != len(who)-len(sound) {
			t.Errorf("%d read and %d apart of %d", len(list), len(apart), len(who))
		}
		if _, err := admin.Exec(`INSERT INTO geofence.plan VALUES ('acme', 1, 25, 2, 60, 100, 600, 600)`); err != nil {
			return err
		}
		n := 0
		err = w.CandidatesOf(t.Context(), noon, []string{"acme"}, func(store.Candidate) error {
			n++
			return nil
		})
		if n != len(who) { // whoever has no instant comes too: the visit finds that the state cannot be read
			t.Errorf("%d candidates", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
