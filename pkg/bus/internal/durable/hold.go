package durable

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

// Backoff is the delay while a dependency is down: 250 ms, doubling to 5 s, up to half of it taken off at random.
type Backoff struct{ delay time.Duration }

// Wait waits for the next delay. It returns false when ctx ended first.
func (b *Backoff) Wait(ctx context.Context) bool {
	b.delay = min(max(2*b.delay, 250*time.Millisecond), 5*time.Second)
	return wait.For(ctx, wait.Jitter(b.delay))
}

// Call calls the handler, again and again while it says that a dependency is down. It returns ErrLeft when shutdown came
// first. ctx is the runner's, work is what the handler gets.
func (d *Durable) Call(ctx, work context.Context, messages int, handler func() error) error {
	for backoff := (Backoff{}); ; {
		if work.Err() != nil {
			return ErrLeft
		}
		err := d.callOnce(handler)
		var down *UnavailableError
		switch {
		case err != nil && work.Err() != nil:
			// The handler was cut short, so what it says is not about the message.
			return ErrLeft
		case !errors.As(err, &down):
			d.Ready()
			return err
		}
		d.Count(OutcomeUnavailable, messages)
		d.Unready(err)
		d.Log.Warn("dependency unavailable, messages stay in hand", "messages", messages, "error", err)
		if !backoff.Wait(ctx) {
			return ErrLeft
		}
	}
}

func (d *Durable) callOnce(handler func() error) (err error) {
	begun := time.Now()
	defer func() {
		d.metrics.seconds.Observe(time.Since(begun).Seconds())
		if p := recover(); p != nil {
			d.Log.Error("handler panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("handler panicked: %v", p)
		}
	}()
	return handler()
}
