package geofence_test

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/track"
)

// dead is how many dead letters there are.
func (w *world) dead(t *testing.T) int {
	t.Helper()
	state, err := w.nats.Admin(t).StreamState(t.Context(), stream.DLQ)
	if err != nil {
		t.Fatal(err)
	}
	return int(state.LastSeq)
}

func TestPoisonIsPassedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	r.stop()
	// All of it lies in one batch, before and behind good messages.
	w.upload(t, "acme", "juan", 60, point(0, 0), point(60, 0))
	w.publish(t, "acme", "juan", []byte("this is no track"))
	w.publish(t, "acme", "juan", nil)
	w.publish(t, "acme", "juan", []byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	w.upload(t, "acme", "nobody", 60, point(0, 900), point(70, 900))
	w.upload(t, "initech", "juan", 60, point(0, 900), point(70, 900))
	w.upload(t, "acme", "juan", 200, point(100, 300), point(160, 300))
	w.start(t)
	w.next(t).is(t, "acme", "nueva", "juan")
	w.silent(t)
	if n := w.dead(t); n != 3 {
		t.Errorf("%d dead letters, want 3", n)
	}
}

// TestImpossiblePositionsAreNotJudged: ingest refuses them. Were one there, it must be neither an alert nor the end of all work.
func TestImpossiblePositionsAreNotJudged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.upload(t, "acme", "juan", 60, point(0, 0), point(60, 0))
	for i, c := range []struct {
		change func(n int64, f *track.Fix)
		dead   int
	}{
		{change: func(_ int64, f *track.Fix) { f.Lat = 2_000_000_000 }, dead: 1},
		{change: func(_ int64, f *track.Fix) { f.Lon = math.MinInt32 }, dead: 1},
		{change: func(_ int64, f *track.Fix) { f.Accuracy = math.MaxUint32 }, dead: 1},
		{change: func(_ int64, f *track.Fix) { f.Flags = track.AccuracyUnusable }},
		{change: func(n int64, f *track.Fix) { f.RecordedAt = math.MaxInt64 - 2 + n }},
		{change: func(n int64, f *track.Fix) { f.RecordedAt = math.MinInt64 + n }},
		{change: func(_ int64, f *track.Fix) { f.RecordedAt += 400 * 24 * time.Hour.Milliseconds() }},
	} {
		before := w.dead(t)
		one, two := point(61+i, 900), point(122+i, 900)
		c.change(1, &one)
		c.change(2, &two)
		w.upload(t, "acme", "juan", 70+10*i, one, two)
		w.settled(t)
		if n := w.dead(t) - before; n != c.dead {
			t.Errorf("message %d: %d dead letters, want %d", i, n, c.dead)
		}
	}
	for _, received := range []int64{math.MaxInt64, math.MinInt64, 0} {
		w.publish(t, "acme", "juan", body(t, "", time.UnixMilli(received), point(200, 900), point(261, 900)))
	}
	w.silent(t)
	// None of them counts as the last position: what follows is judged.
	w.upload(t, "acme", "juan", 280, point(210, 300), point(271, 300))
	w.began(t, "juan", "2026-03-09T17:03:30Z")
}

// TestThousandsOfEventsInABatch: five messages of 500 positions, each of which raises or ends an alert; more than a transaction
// may tell. And one message that leads to more than that alone, as ingest makes none.
func TestThousandsOfEventsInABatch(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.send(t, jefa("acme"), "PUT", "/v1/zone-settings", map[string]any{
		"exit_buffer_m": 25, "confirm_fixes": 1, "confirm_s": 0, "max_accuracy_m": 100, "max_age_s": 600, "max_gap_s": 600,
	}).Is(t, http.StatusOK, "")
	users := []string{"juan", "ana", "sofia", "jefa", "u1", "u2"}
	for _, u := range users[4:] {
		w.user(t, "acme", u, "colaborador")
	}
	w.zone(t, "acme", circle("centro", "Centro"), users...)
	r.stop()
	jumps := func(n int) (fixes []track.Fix) {
		for i := range n {
			fixes = append(fixes, point(i, float64(900*((i+1)%2))))
		}
		return fixes
	}
	w.upload(t, "acme", "u2", 60, jumps(1500)...)
	for _, u := range users[:5] {
		w.upload(t, "acme", u, 500, jumps(500)...)
	}
	w.start(t)
	w.settled(t)
	if err := w.heard.Unsubscribe(); err != nil {
		t.Error(err)
	}
	kinds := map[string]int{}
	for who, list := range w.told(t) {
		for _, a := range list {
			kinds[who+" "+a.Event]++
		}
	}
	for _, u := range users[:5] {
		if raised, ended := kinds["acme/"+u+" nueva"], kinds["acme/"+u+" cerrada"]; raised != 250 || ended != 250 {
			t.Errorf("%s: %d raised and %d ended, want 250 each", u, raised, ended)
		}
	}
	if n := kinds["acme/u2 nueva"]; n != 0 || w.dead(t) != 1 {
		t.Errorf("of the message that is too large %d alerts, %d dead letters", n, w.dead(t))
	}
}

// TestCompaniesOfEqualIDsDoNotMix: users of the same ids, and zones too.
func TestCompaniesOfEqualIDsDoNotMix(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.zone(t, "globex", circle("centro", "Centro"), "ana")
	for _, company := range companies {
		for _, user := range []string{"juan", "ana"} {
			w.upload(t, company, user, 70, point(0, 900), point(61, 900))
		}
	}
	got := map[string]bool{}
	for range 2 {
		a := w.next(t)
		got[fmt.Sprint(a.company, " ", a.body["user_id"])] = true
	}
	if !got["acme juan"] || !got["globex ana"] {
		t.Errorf("%v", got)
	}
	w.silent(t)
}
