package bus_test

import (
	"context"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
)

// Shutdown while the dependency is down hands the messages to whoever comes next.
func TestShutdownWhileUnavailable(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(time.Hour))
	w.Publish(5)
	called := make(chan struct{}, 100)
	cfg := bustest.TrackingConfig()
	cfg.DrainTimeout = time.Minute
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(context.Context, []bus.Msg) error {
		called <- struct{}{}
		return bus.Unavailable(nil)
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "first try", time.Minute, called)
	begun := time.Now()
	stop()
	if took := time.Since(begun); took > cfg.DrainTimeout/2 {
		t.Errorf("shutdown took %s", took)
	}
	r := bustest.NewRecorder()
	next, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, next, err)
	// AckWait is an hour: they come only because they were handed back.
	w.Settled()
	r.Check(t, 5, 1)
}

func TestShutdownFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(5)
	begun, cut, release := make(chan struct{}, 5), make(chan struct{}, 5), make(chan struct{})
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(ctx context.Context, _ bus.Msg) error {
		begun <- struct{}{}
		select {
		case <-ctx.Done():
			cut <- struct{}{}
		case <-release:
		}
		return nil
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "handler", time.Minute, begun)
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
	bustest.Within(t, "stop", time.Minute, stopped)
	w.Settled()
	if n := w.Outcome("ok"); n != 5 {
		t.Errorf("%g messages are done", n)
	}
}

func TestDrainTimeoutCutsTheHandler(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(3)
	cfg := bustest.TrackingConfig()
	cfg.DrainTimeout = 50 * time.Millisecond
	cfg.MaxAttempts = 1
	begun := make(chan struct{}, 5)
	c, err := bus.NewConsumer(w.Ingest, cfg, func(ctx context.Context, _ bus.Msg) error {
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "handler", time.Minute, begun)
	stop()
	r := bustest.NewRecorder()
	next, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, next, err)
	w.Settled()
	r.Check(t, 3, 1)
	if len(w.Letters()) != 0 {
		t.Error("a handler that was cut short made a dead letter")
	}
}

func TestLongWorkIsKeptAlive(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(bustest.ShortAckWait))
	w.Publish(3)
	r := bustest.NewRecorder()
	begun := make(chan struct{}, 3)
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(ctx context.Context, m bus.Msg) error {
		begun <- struct{}{}
		if r.Note(m) == 1 && bustest.Number(m) == 0 {
			// Twice AckWait, with the other two messages waiting behind this one.
			select {
			case <-time.After(2 * bustest.ShortAckWait):
			case <-ctx.Done():
			}
		}
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Within(t, "first message", time.Minute, begun)
	w.IdleReplica()
	w.Settled()
	r.Check(t, 3, 1)
}

func TestRedeliveryAfterADeath(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(300*time.Millisecond))
	w.Publish(20)
	dying := w.Replica()
	half := make(chan struct{})
	block := make(chan struct{})
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(dying, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		if bustest.Number(m) == 9 {
			close(half)
			<-block
			return nil
		}
		r.Note(m)
		return nil
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "half of them", time.Minute, half)
	dying.Conn().Close()
	close(block)
	stop()
	next, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, next, err)
	w.Settled()
	r.Mu.Lock()
	defer r.Mu.Unlock()
	for i := range 20 {
		if n := r.Seen[i]; n < 1 || n > 2 {
			t.Errorf("message %d was handled %d times", i, n)
		}
	}
}

func TestTwoReplicasShareADurable(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(200)
	r := bustest.NewRecorder()
	cfg := bustest.TrackingConfig()
	cfg.Batch = 7
	for _, b := range []*bus.Bus{w.Ingest, w.Replica()} {
		c, err := bus.NewConsumer(b, cfg, func(_ context.Context, m bus.Msg) error {
			r.Note(m)
			return nil
		})
		bustest.Run(t, c, err)
	}
	w.Settled()
	r.Check(t, 200, 1)
}
