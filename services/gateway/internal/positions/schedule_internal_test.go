package positions

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestScheduleAgainstASortedList: urgent turns leave first, then the turn that has been due longest. No turn leaves
// early, and a room keeps the earlier of two turns.
func TestScheduleAgainstASortedList(t *testing.T) {
	t.Parallel()
	start := time.Unix(1e9, 0)
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var s schedule
		feeds := make([]*feed, 8)
		for i := range feeds {
			feeds[i] = &feed{place: -1}
		}
		waiting := map[*feed]turn{}
		now := start
		for range 300 {
			f := feeds[r.IntN(len(feeds))]
			switch r.IntN(4) {
			case 0, 1:
				at := turn{urgent: r.IntN(3) == 0, at: now.Add(rand.N(time.Minute))}
				if old, in := waiting[f]; !in || at.before(old) {
					waiting[f] = at
				}
				s.put(f, at)
			case 2:
				s.remove(f)
				delete(waiting, f)
			default:
				now = now.Add(rand.N(20 * time.Second))
				got, in := s.pop(now)
				var best *feed
				for f, at := range waiting {
					if best == nil || at.before(waiting[best]) {
						best = f
					}
				}
				due := best != nil && (waiting[best].urgent || !waiting[best].at.After(now))
				if (got != nil) != due || due && waiting[got] != waiting[best] || !due && in <= 0 {
					t.Fatalf("seed %d: took %+v, in %v; want %+v", seed, got, in, best)
				}
				if got != nil {
					delete(waiting, got)
				}
			}
		}
	}
}
