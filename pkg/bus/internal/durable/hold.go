package durable

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

// Backoff is the delay between tries while a dependency is down. It starts at 250 ms and doubles up to 5 s. Up to half of
// each delay is taken off at random.
type Backoff struct{ delay time.Duration }

// Wait waits for the next delay. It returns false if ctx ended first.
func (b *Backoff) Wait(ctx context.Context) bool {
	b.delay = min(max(2*b.delay, 250*time.Millisecond), 5*time.Second)
	return wait.For(ctx, wait.Jitter(b.delay))
}

// Call calls the handler, and repeats the call while the handler says that a dependency is down. It returns ErrLeft if
// shutdown came first. ctx is the runner's context. work is the context that the handler gets.
func (d *Durable) Call(ctx, work context.Context, messages int, handler func() error) error {
	return d.Hold(ctx, work, func() error {
		err := d.Once(work, handler)
		if down := (*UnavailableError)(nil); errors.As(err, &down) {
			d.Count(OutcomeUnavailable, messages)
		}
		return err
	})
}

// Hold repeats try while try says that a dependency is down. Only the first caller that finds it down goes on trying, with
// a backoff. All other callers wait until the dependency is up again or ctx ends.
func (d *Durable) Hold(ctx, work context.Context, try func() error) error {
	first := false
	defer func() {
		if first {
			d.down.end()
		}
	}()
	for backoff := (Backoff{}); ; {
		if !first && !d.down.awaitEnd(ctx) || work.Err() != nil {
			return ErrLeft
		}
		err := try()
		var down *UnavailableError
		if !errors.As(err, &down) {
			if first || !d.down.now() {
				d.Ready()
			}
			return err
		}
		d.Unready(err)
		first = first || d.down.begin()
		if !first {
			continue
		}
		d.Log.Warn("dependency is down, messages stay in hand", "error", err)
		if !backoff.Wait(ctx) {
			return ErrLeft
		}
	}
}

// AwaitUp waits while a dependency is known to be down. It returns false if ctx ended first.
func (d *Durable) AwaitUp(ctx context.Context) bool { return d.down.awaitEnd(ctx) && ctx.Err() == nil }

// Once calls the handler once and turns a panic into an error. It returns ErrLeft when the end of work interrupted the
// handler, because the handler's error then says nothing about the message.
func (d *Durable) Once(work context.Context, handler func() error) (err error) {
	begun := time.Now()
	defer func() {
		d.metrics.seconds.Observe(time.Since(begun).Seconds())
		if p := recover(); p != nil {
			d.Log.Error("handler panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("handler panicked: %v", p)
		}
		if err != nil && work.Err() != nil {
			err = ErrLeft
		}
	}()
	return handler()
}

// outage is the period during which a dependency is down.
type outage struct {
	mu   sync.Mutex
	over chan struct{} // nil while there is none
}

// begin returns false when another caller has already found the dependency down.
func (o *outage) begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over != nil {
		return false
	}
	o.over = make(chan struct{})
	return true
}

func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.over)
	o.over = nil
}

func (o *outage) now() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over != nil
}

// awaitEnd returns false if ctx ended before the outage did.
func (o *outage) awaitEnd(ctx context.Context) bool {
	for {
		o.mu.Lock()
		over := o.over
		o.mu.Unlock()
		if over == nil {
			return true
		}
		select {
		case <-over:
		case <-ctx.Done():
			return false
		}
	}
}
