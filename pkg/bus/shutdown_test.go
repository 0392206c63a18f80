package bus_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
)

// Shutdown while the dependency is down hands the messages to whoever comes next.
func TestShutdownWhileUnavailable(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(5)
	called := make(chan struct{}, 100)
	c, err := bus.NewBatchConsumer(w.ingest, trackingConfig(), func(context.Context, []bus.Msg) error {
		called <- struct{}{}
		return bus.Unavailable(nil)
	})
	stop := run(t, c, err)
	within(t, "first try", 10*time.Second, called)
	begun := time.Now()
	stop()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("shutdown took %s", took)
	}
	r := newRecorder()
	next, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	run(t, next, err)
	// AckWait is 30 s: they come at once only because they were handed back.
	w.settled()
	r.check(t, 5, 1)
}

func TestShutdownFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(5)
	begun, cut, release := make(chan struct{}, 5), make(chan struct{}, 5), make(chan struct{})
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(ctx context.Context, _ bus.Msg) error {
		begun <- struct{}{}
		select {
		case <-ctx.Done():
			cut <- struct{}{}
		case <-release:
		}
		return nil
	})
	stop := run(t, c, err)
	within(t, "handler", 10*time.Second, begun)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	select {
	case <-cut:
		t.Error("shutdown cut a handler short")
	case <-stopped:
		t.Error("shutdown did not wait for the handler")
	case <-time.After(300 * time.Millisecond):
	}
	close(release)
	within(t, "stop", 5*time.Second, stopped)
	w.settled()
	if n := w.outcome("ok"); n != 5 {
		t.Errorf("%g messages are done", n)
	}
}

func TestDrainTimeoutCutsTheHandler(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(3)
	cfg := trackingConfig()
	cfg.DrainTimeout = 50 * time.Millisecond
	cfg.MaxAttempts = 1
	begun := make(chan struct{}, 5)
	c, err := bus.NewConsumer(w.ingest, cfg, func(ctx context.Context, _ bus.Msg) error {
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	stop := run(t, c, err)
	within(t, "handler", 10*time.Second, begun)
	stop()
	r := newRecorder()
	next, err := bus.NewConsumer(w.ingest, cfg, func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	run(t, next, err)
	w.settled()
	r.check(t, 3, 1)
	if len(w.letters()) != 0 {
		t.Error("a handler that was cut short made a dead letter")
	}
}

func TestLongWorkIsKeptAlive(t *testing.T) {
	t.Parallel()
	w := setup(t, withAckWait(shortAckWait))
	w.publish(3)
	r := newRecorder()
	begun := make(chan struct{}, 3)
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(ctx context.Context, m bus.Msg) error {
		begun <- struct{}{}
		if r.note(m) == 1 && number(m) == 0 {
			// Twice AckWait, with the other two messages waiting behind this one.
			select {
			case <-time.After(2 * shortAckWait):
			case <-ctx.Done():
			}
		}
		return nil
	})
	run(t, c, err)
	within(t, "first message", 10*time.Second, begun)
	w.idleReplica()
	w.settled()
	r.check(t, 3, 1)
}

// idleReplica is another replica, which should find nothing to do: all messages are in somebody's hands.
func (w *world) idleReplica() (stop func()) {
	w.t.Helper()
	c, err := bus.NewConsumer(w.replica(), trackingConfig(), func(_ context.Context, m bus.Msg) error {
		w.t.Errorf("message %d went to the other replica, on delivery %d", number(m), m.Deliveries)
		return nil
	})
	return run(w.t, c, err)
}

// A process that dies acknowledges nothing: its messages come again, to another one.
func TestRedeliveryAfterADeath(t *testing.T) {
	t.Parallel()
	w := setup(t, withAckWait(300*time.Millisecond))
	w.publish(20)
	dying := w.replica()
	half := make(chan struct{})
	block := make(chan struct{})
	r := newRecorder()
	c, err := bus.NewConsumer(dying, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		if number(m) == 9 {
			close(half)
			<-block
			return nil
		}
		r.note(m)
		return nil
	})
	stop := run(t, c, err)
	within(t, "half of them", 10*time.Second, half)
	dying.Conn().Close()
	close(block)
	stop()
	next, err := bus.NewBatchConsumer(w.ingest, trackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			r.note(m)
		}
		return nil
	})
	run(t, next, err)
	w.settled()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range 20 {
		if n := r.seen[i]; n < 1 || n > 2 {
			t.Errorf("message %d was handled %d times", i, n)
		}
	}
}

// replica is a second connection of the same service.
func (w *world) replica() *bus.Bus {
	w.t.Helper()
	return w.bus(ingestService, prometheus.NewRegistry())
}

func TestTwoReplicasShareADurable(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(200)
	r := newRecorder()
	cfg := trackingConfig()
	cfg.Batch = 7
	for _, b := range []*bus.Bus{w.ingest, w.replica()} {
		c, err := bus.NewConsumer(b, cfg, func(_ context.Context, m bus.Msg) error {
			r.note(m)
			return nil
		})
		run(t, c, err)
	}
	w.settled()
	r.check(t, 200, 1)
}
