package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

// kill ends the installation with kill -9 while uploads come at a steady rate, starts it again at once, and measures how
// long after that start everything is stored. Phones whose upload was not answered send it again, as phones do; they send
// nothing new after the kill.
func kill(perSecond, batch int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		before := time.Duration(float64(4*time.Second) * min(1, st.bench.scale))
		users := max(connections, perSecond/batch)
		p := plan{company: plain, users: users, each: 1 + int(before.Seconds()*2), batch: batch, format: "json", end: time.Now()}
		dealt, err := p.prepare(st.bench.tokens, connections)
		if err != nil {
			return r, err
		}
		crash := &crash{pace: time.Duration(float64(time.Second) * connections * float64(batch) / float64(perSecond)), back: make(chan struct{})}
		crash.addr.Store(&st.system.addr)
		errs := make([]error, len(dealt))
		var running sync.WaitGroup
		for i, uploads := range dealt {
			running.Go(func() { errs[i] = crash.post(ctx, uploads) })
		}
		wait.For(ctx, before)
		crash.over.Store(true)
		if err := st.system.end(syscall.SIGKILL); err != nil {
			return r, err
		}
		began := time.Now()
		again, err := st.bench.program.start(ctx, st.system.dir)
		if err != nil {
			return r, err
		}
		*st.system = *again
		up := time.Since(began)
		crash.addr.Store(&st.system.addr)
		close(crash.back)
		running.Wait()
		if err := errors.Join(errs...); err != nil {
			return r, err
		}
		want := crash.accepted.Load()
		stored, err := st.system.awaitStored(ctx, want)
		if err != nil {
			return r, err
		}
		r.N, r.Unit, r.Took, r.Missing = int(stored), "fix", time.Since(began), want-stored
		r.note("all stored %.1f s after the start, which took %.1f s; %d fixes, %d missing", r.Took.Seconds(), up.Seconds(), want, r.Missing)
		return r, nil
	}
}

// crash is what the phones know of a crash.
type crash struct {
	pace time.Duration
	// over is true after the kill: no new uploads. back is closed once the installation answers again, at addr.
	over     atomic.Bool
	back     chan struct{}
	addr     atomic.Pointer[string]
	accepted atomic.Int64
}

// post sends uploads at a steady rate until the kill. An upload that it began it sends until it is accepted.
func (c *crash) post(ctx context.Context, uploads []upload) error {
	conn, err := wire.Dial(ctx, *c.addr.Load())
	if err != nil {
		return err
	}
	defer func() { conn.Close() }()
	began := time.Now()
	for i, u := range uploads {
		if !wait.For(ctx, time.Until(began.Add(time.Duration(i)*c.pace))) || c.over.Load() {
			break
		}
		for {
			status, body, err := conn.Do(u.request)
			if err == nil {
				again, err := acceptedAll(status, body, u.fixes)
				if err != nil {
					return err
				}
				if !again {
					break
				}
				wait.For(ctx, 100*time.Millisecond)
				continue
			}
			select {
			case <-c.back:
			case <-ctx.Done():
				return ctx.Err()
			}
			conn.Close()
			if conn, err = wire.Dial(ctx, *c.addr.Load()); err != nil {
				return err
			}
		}
		c.accepted.Add(int64(u.fixes))
	}
	return ctx.Err()
}
