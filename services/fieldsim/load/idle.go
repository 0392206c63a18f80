package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

// idleSettle is after the last handshake, until what it left behind is collected.
const idleSettle = 5 * time.Second

// idle measures what sockets cost to which nothing is sent but heartbeats. What counts is the memory of the second half of
// them: the first half fills what the process had free after its start.
func idle(sockets int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		half, short := max(1, st.scaled(sockets)/2), min(1, st.bench.scale)
		var reading sync.WaitGroup
		var all []*watcher
		defer func() {
			closeAll(all)
			reading.Wait()
		}()
		var resident [3]int64 // with no sockets, with half and with all
		errs := make([]error, len(resident))
		for i := range resident {
			if i > 0 {
				more, err := st.open(ctx, half, new(atomic.Int64))
				if err != nil {
					return r, err
				}
				for _, w := range more {
					reading.Go(func() { w.watch(span{}) }) // It answers pings.
				}
				all = append(all, more...)
				wait.For(ctx, time.Duration(float64(idleSettle)*short))
			}
			resident[i], errs[i] = residentOf(st.system.cmd.Process.Pid)
		}
		m, err := st.system.measure()
		if err != nil {
			return r, err
		}
		during := time.Duration(float64(fanoutTime) * short)
		wait.For(ctx, during)
		if err := m.stop(); err != nil {
			return r, err
		}
		m.fill(&r, "socket second", int(float64(len(all))*during.Seconds()))
		if err := errors.Join(errs...); err != nil {
			r.note("%v", err)
			return r, ctx.Err()
		}
		each := func(from, to int) float64 {
			return float64(resident[to]-resident[from]) / float64((to-from)*half) / 1000
		}
		r.note("%.1f kB a socket of the second %d, %.1f of all; %.0f MB before them", each(1, 2), half, each(0, 2), float64(resident[0])/1e6)
		return r, ctx.Err()
	}
}
