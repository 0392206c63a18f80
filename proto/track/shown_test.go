package track_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/proto/track"
)

func TestShown(t *testing.T) {
	t.Parallel()
	var all *track.Shown
	if !all.Shows(5) || track.ShownIn().Shows(5) {
		t.Error("nil shows everything, and no span shows nothing")
	}
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 11))
		spans := make([]track.Span, r.IntN(6))
		for i := range spans {
			from := r.Int64N(50)
			spans[i] = track.Span{From: from, Until: from + r.Int64N(20) - 2}
		}
		s := track.ShownIn(spans...)
		for at := range int64(80) {
			want := false
			for _, is := range spans {
				want = want || is.From <= at && at < is.Until
			}
			if s.Shows(at) != want {
				t.Fatalf("%v at %d: %v", spans, at, !want)
			}
		}
	}
}

func TestAWayTellsWhatIsShown(t *testing.T) {
	t.Parallel()
	fixes := make([]track.Fix, 10)
	for i := range fixes {
		fixes[i] = track.Fix{RecordedAt: int64(i), ReceivedAt: 100}
	}
	body, _, err := track.Encode("phone", fixes)
	if err != nil {
		t.Fatal(err)
	}
	var way track.Way
	if err := way.Add(body); err != nil {
		t.Fatal(err)
	}
	tell := func() (text string) {
		way.Between(1, 9, func(_ string, f *track.Fix) bool {
			text += fmt.Sprint(f.RecordedAt)
			return true
		})
		return text
	}
	way.Show(track.ShownIn(track.Span{From: 2, Until: 4}, track.Span{From: 6, Until: 20}))
	if got := tell(); got != "23678" || way.Len() != 10 {
		t.Errorf("shown %s of %d", got, way.Len())
	}
	if n := way.Drop(func(f *track.Fix) bool { return f.RecordedAt%2 == 0 }); n != 5 {
		t.Errorf("%d dropped", n)
	}
	way.Show(nil)
	if got := tell(); got != "1357" || way.Len() != 5 {
		t.Errorf("left %s of %d", got, way.Len())
	}
}
