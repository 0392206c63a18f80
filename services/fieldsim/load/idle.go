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
const idleSettle = 10 * time.Second

// idle measures what sockets cost to which nothing is sent but heartbeats.
func idle(sockets int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		sockets := st.scaled(sockets)
		during, settle := time.Duration(float64(fanoutTime)*min(1, st.bench.scale)), time.Duration(float64(idleSettle)*min(1, st.bench.scale))
		pid := st.system.cmd.Process.Pid
		before, errBefore := residentOf(pid)
		watchers, err := st.open(ctx, sockets, new(atomic.Int64))
		if err != nil {
			return r, err
		}
		var reading sync.WaitGroup
		for _, w := range watchers {
			reading.Go(func() { w.watch(span{}) }) // It answers pings.
		}
		defer func() {
			for _, w := range watchers {
				w.socket.Close()
			}
			reading.Wait()
		}()
		wait.For(ctx, settle)
		m, err := st.system.measure()
		if err != nil {
			return r, err
		}
		wait.For(ctx, during)
		if err := m.stop(); err != nil {
			return r, err
		}
		after, errAfter := residentOf(pid)
		m.fill(&r, "socket second", int(float64(sockets)*during.Seconds()))
		if err := errors.Join(errBefore, errAfter); err != nil {
			r.note("%v", err)
			return r, ctx.Err()
		}
		r.note("%.1f kB a socket of %d, %.0f MB before them", float64(after-before)/float64(sockets)/1000, sockets, float64(before)/1e6)
		return r, ctx.Err()
	}
}
