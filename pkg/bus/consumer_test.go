package bus_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/proto/stream"
)

func TestMessagesAreHandledOnceAndAcknowledged(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	m := bustest.Position(t, 0)
	m.Header = nats.Header{"Terreno-Users": {"u0"}}
	begun := time.Now()
	if _, err := w.Ingest.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	if c.Ready(t.Context()) == nil {
		t.Error("consumer is ready before it runs")
	}
	stop := bustest.Run(t, c, err)
	bustest.Eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	w.Settled()
	stop()
	r.Check(t, 1, 1)
	got := r.Msgs[0]
	if got.Subject != m.Subject || got.Header.Get("Terreno-Users") != "u0" || got.Seq != 1 || got.Stream != stream.Tracking ||
		got.Deliveries != 1 || got.StoredAt.Sub(begun).Abs() > time.Minute {
		t.Errorf("handler got %+v", got)
	}
	if w.Outcome("ok") != 1 || bustest.Value(t, w.Metrics, "bus_handler_seconds", "durable=tracking-writer") != 1 {
		t.Error("the message is not counted")
	}
	if c.Ready(t.Context()) == nil {
		t.Error("consumer is ready after it ended")
	}
}

func TestRejectIsADeadLetterAtOnce(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	m := bustest.Position(t, 7)
	m.Header = nats.Header{"Terreno-Users": {"u7"}}
	if _, err := w.Ingest.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return fmt.Errorf("read it: %w", bus.Reject(bustest.ErrPoison))
	})
	bustest.Run(t, c, err)
	w.Settled()
	list := w.Letters()
	if len(list) != 1 || r.Seen[7] != 1 {
		t.Fatalf("%d dead letters, handled %d times", len(list), r.Seen[7])
	}
	l := list[0]
	if l.Service != bustest.IngestService || l.Stream != stream.Tracking || l.Durable != stream.TrackingWriter || l.OriginalSeq != 1 ||
		l.OriginalSubject != m.Subject.Ingress() || l.Reason != "read it: poison" || l.Attempts != 1 ||
		string(l.Data) != "7" || l.Header.Get("Terreno-Users") != "u7" || len(l.Header) != 1 || l.StoredAt.IsZero() || l.At.IsZero() {
		t.Errorf("dead letter %+v", l)
	}
	if w.Outcome("rejected") != 1 || bustest.Value(t, w.Metrics, "bus_dead_letters_total", "durable=tracking-writer") != 1 {
		t.Error("the rejection is not counted")
	}
}

func TestErrorsAreAttemptsThenADeadLetter(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(2)
	r := bustest.NewRecorder()
	cfg := bustest.TrackingConfig()
	cfg.MaxAttempts = 3
	c, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		if r.Note(m) <= 1 || bustest.Number(m) == 1 {
			return bustest.ErrPoison
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	list := w.Letters()
	if len(list) != 1 || list[0].Attempts != 3 || string(list[0].Data) != "1" {
		t.Errorf("dead letters %+v", list)
	}
	if r.Seen[0] != 2 || r.Seen[1] != 3 {
		t.Errorf("handled %v", r.Seen)
	}
	if w.Outcome("failed") != 3 || w.Outcome("dead") != 1 || w.Outcome("ok") != 1 {
		t.Errorf("failed %g, dead %g, ok %g", w.Outcome("failed"), w.Outcome("dead"), w.Outcome("ok"))
	}
}

func TestAttemptsWaitForTheirBackoff(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	cfg := bustest.TrackingConfig()
	cfg.Backoff = func(attempt int) time.Duration { return time.Duration(attempt) * 400 * time.Millisecond }
	calls := make(chan time.Time, 10)
	c, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		calls <- time.Now()
		if m.Deliveries < 3 {
			return bustest.ErrPoison
		}
		return nil
	})
	bustest.Run(t, c, err)
	var at []time.Time
	for range 3 {
		at = append(at, bustest.Within(t, "delivery", time.Minute, calls))
	}
	// The jitter takes off up to half.
	for i, least := range []time.Duration{200 * time.Millisecond, 400 * time.Millisecond} {
		if gap := at[i+1].Sub(at[i]); gap < least {
			t.Errorf("attempt %d came after %s", i+2, gap)
		}
	}
}

func TestPanicIsAnAttempt(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		if m.Deliveries == 1 {
			panic("boom")
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	if w.Outcome("failed") != 1 || w.Outcome("ok") != 1 {
		t.Errorf("failed %g, ok %g", w.Outcome("failed"), w.Outcome("ok"))
	}
}

func TestLaterIsNoAttempt(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	cfg := bustest.TrackingConfig()
	cfg.MaxAttempts = 1
	var calls atomic.Int32
	c, err := bus.NewConsumer(w.Ingest, cfg, func(context.Context, bus.Msg) error {
		// More often than a crash loop would be allowed to.
		if calls.Add(1) <= 12 {
			return bus.Later(time.Millisecond)
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	if len(w.Letters()) != 0 || w.Outcome("later") != 12 || w.Outcome("ok") != 1 {
		t.Errorf("%d dead letters, later %g, ok %g", len(w.Letters()), w.Outcome("later"), w.Outcome("ok"))
	}
}

// A batch-wide Later is about all of it: the batch is not taken apart.
func TestLaterOfABatch(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(20)
	var calls atomic.Int32
	r := bustest.NewRecorder()
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		if calls.Add(1) == 1 {
			return bus.Later(50 * time.Millisecond)
		}
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	r.Check(t, 20, 1)
	if w.Outcome("later") != 20 {
		t.Errorf("%g messages came later", w.Outcome("later"))
	}
}

func TestPoisonAmongAHundred(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(100)
	r := bustest.NewRecorder()
	sizes := make(chan int, 1000)
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		sizes <- len(ms)
		for _, m := range ms {
			switch bustest.Number(m) {
			case 37:
				return bus.Reject(bustest.ErrPoison)
			case 38:
				panic("boom")
			case 80:
				return bustest.ErrPoison
			}
		}
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	if first := <-sizes; first != 100 {
		t.Errorf("first batch of %d", first)
	}
	got := bustest.Counted{}
	for _, l := range w.Letters() {
		got[bustest.Number(bus.Msg{Data: l.Data})] = l.Attempts
	}
	if len(got) != 3 || got[37] != 1 || got[38] != 5 || got[80] != 5 {
		t.Errorf("dead letters with their attempts: %v", got)
	}
	for _, poison := range []int{37, 38, 80} {
		r.Seen[poison] = 1
	}
	r.Check(t, 100, 1)
}

func TestUnavailableHoldsTheBatch(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(bustest.ShortAckWait))
	w.Publish(10)
	var down atomic.Bool
	down.Store(true)
	var batches [][]bus.Msg
	called := make(chan struct{}, 100)
	cfg := bustest.TrackingConfig()
	cfg.MaxAttempts = 1
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(_ context.Context, ms []bus.Msg) error {
		batches = append(batches, ms)
		called <- struct{}{}
		if down.Load() {
			return bus.Unavailable(errors.New("database is down"))
		}
		return nil
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "the first try", time.Minute, called)
	stopOther := w.IdleReplica()
	// Longer than AckWait, so that only the heartbeats keep the messages from the other replica.
	begun := time.Now()
	for n := 0; n < 3 || time.Since(begun) < 2*bustest.ShortAckWait; n++ {
		bustest.Within(t, "the next try", time.Minute, called)
		bustest.Eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	}
	down.Store(false)
	w.Settled()
	bustest.Eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	stop()
	stopOther()
	for _, ms := range batches {
		for i, m := range ms {
			if len(ms) != 10 || bustest.Number(m) != i || m.Deliveries != 1 {
				t.Fatalf("batch of %d with message %d on delivery %d", len(ms), bustest.Number(m), m.Deliveries)
			}
		}
	}
	if len(w.Letters()) != 0 || w.Outcome("failed") != 0 || w.Outcome("unavailable") != float64(10*(len(batches)-1)) {
		t.Errorf("%d dead letters, failed %g, unavailable %g of %d calls",
			len(w.Letters()), w.Outcome("failed"), w.Outcome("unavailable"), len(batches))
	}
}

func TestConsumerIsRefused(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	nothing := func(context.Context, bus.Msg) error { return nil }
	gateway := w.Bus("gateway", nil)
	for name, c := range map[string]struct {
		bus *bus.Bus
		cfg bus.ConsumerConfig
		h   bus.Handler
	}{
		"unknown stream":    {w.Ingest, bus.ConsumerConfig{Stream: "NONE", Durable: stream.TrackingWriter}, nothing},
		"unknown durable":   {w.Ingest, bus.ConsumerConfig{Stream: stream.Tracking, Durable: "none"}, nothing},
		"another's durable": {gateway, bustest.TrackingConfig(), nothing},
		"no handler":        {w.Ingest, bustest.TrackingConfig(), nil},
	} {
		if _, err := bus.NewConsumer(c.bus, c.cfg, c.h); err == nil {
			t.Errorf("%s: a consumer was made", name)
		}
	}
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), nothing)
	stop := bustest.Run(t, c, err)
	bustest.Eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "runs already") {
		t.Errorf("a second Run: %v", err)
	}
	stop()
}
