package load

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

// connections is how many uploads are under way at once: with fewer the servers would wait for the generator.
const connections = 64

// sending is what became of uploads.
type sending struct {
	took      time.Duration
	accepted  int
	latencies []time.Duration // of the 202s
	retries   int             // 503s and 429s
}

// post sends what was dealt, each part over a connection of its own and as fast as the server answers.
func post(ctx context.Context, addr string, dealt [][]upload) (all sending, err error) {
	parts, errs := make([]sending, len(dealt)), make([]error, len(dealt))
	began := time.Now()
	var running sync.WaitGroup
	for i, uploads := range dealt {
		running.Go(func() { parts[i], errs[i] = postInTurn(ctx, addr, uploads) })
	}
	running.Wait()
	all.took = time.Since(began)
	for i, p := range parts {
		if errs[i] != nil {
			return all, errs[i]
		}
		all.accepted += p.accepted
		all.retries += p.retries
		all.latencies = append(all.latencies, p.latencies...)
	}
	return all, nil
}

func postInTurn(ctx context.Context, addr string, uploads []upload) (s sending, err error) {
	c, err := wire.Dial(ctx, addr)
	if err != nil {
		return s, err
	}
	defer c.Close()
	s.latencies = make([]time.Duration, 0, len(uploads))
	for _, u := range uploads {
		for again := true; again; {
			began := time.Now()
			status, body, err := c.Do(u.request)
			if err != nil {
				return s, err
			}
			if again, err = acceptedAll(status, body, u.fixes); err != nil {
				return s, err
			}
			if !again {
				s.latencies = append(s.latencies, time.Since(began))
				break
			}
			s.retries++
			if !wait.For(ctx, 100*time.Millisecond) {
				return s, ctx.Err()
			}
		}
		s.accepted += u.fixes
	}
	return s, nil
}

// percentile returns the duration that a share p of all do not exceed, 0 without any. It sorts all.
func percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(p*float64(len(all))))]
}

// rate returns how many there were a second.
func rate(n int, took time.Duration) float64 { return float64(n) / max(took.Seconds(), 1e-3) }
