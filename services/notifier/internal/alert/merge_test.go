package alert_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/terreno/terreno/services/notifier/internal/alert"
)

var began = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// facts returns random facts of one alert. Each field has only a few values, so that two sides often agree, or nearly
// agree.
func facts(r *rand.Rand) alert.Facts {
	f := alert.Facts{
		Type: "outside_zone", User: "ana", Late: r.IntN(2) == 0, StartedAt: began, RaisedAt: began.Add(time.Duration(r.IntN(3)) * time.Minute),
		Zones: []string{"a", "b"}[:r.IntN(3)],
	}
	if r.IntN(2) == 0 {
		f.Why.Note, f.Why.Joins = []string{"", "ayuda"}[r.IntN(2)], []string{"", "p1"}[r.IntN(2)]
	}
	if r.IntN(3) > 0 {
		f.Lat, f.Lon = ptr(float64(r.IntN(2))), ptr(float64(r.IntN(2)))
		if r.IntN(2) == 0 {
			f.AccuracyM = ptr(float32(r.IntN(2)))
		}
	}
	if r.IntN(2) == 0 {
		f.DistanceM = ptr(float64(r.IntN(2)))
	}
	if r.IntN(2) == 0 {
		f.EndedAt, f.EndReason = ptr(began.Add(time.Duration(r.IntN(2))*time.Hour)), []string{"returned", "unassigned"}[r.IntN(2)]
	}
	if r.IntN(2) == 0 {
		f.Why = alert.Why{Note: f.Why.Note, Joins: f.Why.Joins, Cause: []string{"", "unknown", "battery_empty", "app_closed"}[r.IntN(4)], People: int32(r.IntN(2)), Scope: []string{"", "company"}[r.IntN(2)]}
		if r.IntN(2) == 0 {
			f.Why.CauseAt, f.Why.LastFixAt, f.Why.Battery = ptr(began.Add(time.Duration(r.IntN(2))*time.Minute)), ptr(began), ptr(float32(r.IntN(2)))
		}
	}
	return f
}

func with(t *testing.T, f, g alert.Facts) alert.Facts {
	t.Helper()
	both, err := f.With(g)
	if err != nil {
		t.Fatal(err)
	}
	return both
}

// panics are three calls for help under one key: each repetition may say another beginning.
func panics(r *rand.Rand) (f [3]alert.Facts) {
	for i := range f {
		f[i] = facts(r)
		f[i].Type, f[i].Late, f[i].StartedAt = "panico", false, began.Add(time.Duration(r.IntN(3))*time.Second)
	}
	return f
}

func TestWithDependsOnNoOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 8))
	for n := range 10000 {
		a, b, c := facts(r), facts(r), facts(r)
		if n%2 == 0 {
			p := panics(r)
			a, b, c = p[0], p[1], p[2]
			if ab := with(t, a, b); ab.StartedAt.After(a.StartedAt) || ab.StartedAt.After(b.StartedAt) {
				t.Fatalf("not the earliest call\n%+v\n%+v", a, b)
			}
		}
		if !with(t, a, b).Equal(with(t, b, a)) {
			t.Fatalf("not commutative\n%+v\n%+v", a, b)
		}
		if !with(t, with(t, a, b), c).Equal(with(t, a, with(t, b, c))) {
			t.Fatalf("not associative\n%+v\n%+v\n%+v", a, b, c)
		}
		if ab := with(t, a, b); !with(t, ab, a).Equal(ab) || !with(t, ab, ab).Equal(ab) {
			t.Fatalf("not idempotent\n%+v\n%+v", a, b)
		}
		ab := with(t, a, b)
		if (ab.Lat == nil) != (ab.Lon == nil) || ab.Late != (a.Late && b.Late) || (ab.EndedAt == nil) != (a.EndedAt == nil && b.EndedAt == nil) {
			t.Fatalf("%+v\n%+v\nmake %+v", a, b, ab)
		}
	}
}

func TestWithTellsTheWholeOfAnEpisode(t *testing.T) {
	t.Parallel()
	late := alert.Facts{Type: "outside_zone", User: "ana", Late: true, StartedAt: began, RaisedAt: began.Add(time.Minute), Lat: ptr(1.0), Lon: ptr(2.0)}
	live := late
	live.Late, live.RaisedAt = false, began.Add(time.Hour)
	over := live
	over.EndedAt, over.EndReason = ptr(began.Add(2*time.Hour)), "returned"
	if got := with(t, late, live); !got.Equal(live) {
		t.Errorf("late and then live: %+v", got)
	}
	if got := with(t, over, late); !got.Equal(over) {
		t.Errorf("over and then late: %+v", got)
	}
	again := over
	again.EndedAt, again.EndReason = ptr(began.Add(3*time.Hour)), "unassigned"
	if got := with(t, again, over); !got.Equal(again) {
		t.Errorf("two ends: %+v", got)
	}
}

func TestWithRefusesAnotherAlert(t *testing.T) {
	t.Parallel()
	f := alert.Facts{Type: "outside_zone", User: "ana", StartedAt: began}
	for name, change := range map[string]func(*alert.Facts){
		"user":      func(f *alert.Facts) { f.User = "eva" },
		"type":      func(f *alert.Facts) { f.Type = "silent" },
		"beginning": func(f *alert.Facts) { f.StartedAt = began.Add(time.Millisecond) },
	} {
		other := f
		change(&other)
		if _, err := f.With(other); !errors.Is(err, alert.ErrOther) || f.Equal(other) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}
