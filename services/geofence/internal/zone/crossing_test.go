package zone_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// crossing is by the signs of four areas, for edges in no special place.
func crossing(a, b, c, d pos) bool {
	left := func(o, p, q pos) bool { return (p[0]-o[0])*(q[1]-o[1]) > (p[1]-o[1])*(q[0]-o[0]) }
	return left(a, b, c) != left(a, b, d) && left(c, d, a) != left(c, d, b)
}

func crosses(ring []pos, other []pos) bool {
	for i := 1; i < len(ring); i++ {
		for j := 1; j < len(other); j++ {
			a, b, c, d := ring[i-1], ring[i], other[j-1], other[j]
			if a != c && a != d && b != c && b != d && crossing(a, b, c, d) {
				return true
			}
		}
	}
	return false
}

// scattered is a ring of positions in any order; the fewer they are the more often it is simple.
func scattered(r *rand.Rand, n int, span float64) []pos {
	ring := make([]pos, 0, n+1)
	x, y := r.Float64()*(0.3-span), r.Float64()*(0.3-span)
	for range n {
		ring = append(ring, pos{179.9 + x + span*r.Float64(), 10 + y + span*r.Float64()})
	}
	return append(ring, ring[0])
}

func code(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var f *zone.Fault
	if !errors.As(err, &f) {
		t.Fatalf("%T", err)
	}
	return f.Code
}

func TestSelfIntersectionByTryingEachPair(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 11))
	seen := map[string]int{}
	for range 2000 {
		ring := scattered(r, 3+r.IntN(6), 0.3)
		want := ""
		if crosses(ring, ring) {
			want = "self_intersection"
		}
		_, err := zone.Parse(geometry(t, "Polygon", rings{ring}), nil, nil)
		if got := code(t, err); got != want {
			t.Fatalf("%v: %v, want %q", ring, err, want)
		}
		seen[want]++
	}
	// One edge of a large star turned around is found wherever it is.
	for range 100 {
		ring := star(r, 10, 20, 5000, 0.5, 1, 200)
		i := 1 + r.IntN(197)
		ring[i], ring[i+1] = ring[i+1], ring[i]
		if _, err := zone.Parse(geometry(t, "Polygon", rings{ring}), nil, nil); crosses(ring, ring) != (code(t, err) == "self_intersection") {
			t.Fatalf("turned at %d: %v", i, err)
		}
		seen["turned"]++
	}
	if len(seen) != 3 {
		t.Errorf("only %v", seen)
	}
}

// Two triangles overlap when edges cross or one has a corner of the other inside.
func TestOverlapByTrying(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 12))
	seen := map[string]int{}
	for range 2000 {
		a, b := scattered(r, 3, 0.2), scattered(r, 3, 0.02+0.1*r.Float64())
		if r.IntN(2) == 0 {
			a, b = b, a
		}
		one, other := parse(t, "Polygon", rings{a}), parse(t, "Polygon", rings{b})
		crossed, bInA, aInB := crosses(a, b), one.Contains(b[0][1], b[0][0]), other.Contains(a[0][1], a[0][0])

		wantParts, wantHole := "", ""
		if crossed || bInA || aInB {
			wantParts = "rings_overlap"
		}
		if crossed || !bInA {
			wantHole = "hole_outside"
		}
		_, err := zone.Parse(geometry(t, "MultiPolygon", []rings{{a}, {b}}), nil, nil)
		if got := code(t, err); got != wantParts {
			t.Fatalf("parts %v and %v: %v, want %q", a, b, err, wantParts)
		}
		_, err = zone.Parse(geometry(t, "Polygon", rings{a, b}), nil, nil)
		if got := code(t, err); got != wantHole {
			t.Fatalf("hole %v in %v: %v, want %q", b, a, err, wantHole)
		}
		around := star(r, 10.15, 180.05, 50_000, 0.99, 1, 12)
		_, err = zone.Parse(geometry(t, "Polygon", rings{around, a, b}), nil, nil)
		if got := code(t, err); got != wantParts {
			t.Fatalf("holes %v and %v: %v, want %q", a, b, err, wantParts)
		}
		seen[wantParts+wantHole]++
	}
	if len(seen) != 3 {
		t.Errorf("only %v", seen)
	}
}
