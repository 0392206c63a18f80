package geofence_test

import (
	"errors"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
)

// hours makes a zone that applies from one local time to another; noon, when tests begin, is 12:00 in Bogotá.
func hours(zone map[string]any, from, to string) map[string]any {
	zone["properties"].(map[string]any)["schedule"] = []map[string]any{{"days": []string{"mon"}, "from": from, "to": to}}
	return zone
}

// TestAScheduleEndsWhileOutside: the alert ends with the schedule. It does not matter whether a new position comes, or which
// positions from before the end come late.
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
	// Both users now send positions that were recorded before the end. They change nothing any more.
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
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	r.stop()
	w.upload(t, "acme", "juan", 210, point(120, 0), point(200, 0))
	w.at(400)
	if err := w.patient(t, time.Millisecond).SweepAll(t.Context()); !errors.Is(err, evaluate.ErrBehind) {
		t.Errorf("nobody evaluates, and the sweep says %v", err)
	}
	sweeper := w.patient(t, patience) // a replica may take longer to start than a sweep waits
	swept := make(chan error, 1)
	go func() { swept <- sweeper.SweepAll(t.Context()) }()
	w.start(t)
	if err := <-swept; err != nil {
		t.Fatal(err)
	}
	w.ended(t, "juan", "returned", "2026-03-09T17:02:00Z")
	w.silent(t)
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
	fixes := []track.Fix{point(270, 300), point(330, 300), point(370, 300), point(410, 300)}
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
