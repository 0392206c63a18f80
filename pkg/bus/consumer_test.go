package bus_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// shortAckWait is short for a test that outlasts it, and long enough for heartbeats on a machine under load.
const shortAckWait = 1500 * time.Millisecond

// withAckWait makes a lost message come back within a test's patience.
func withAckWait(d time.Duration) natstest.Option {
	return natstest.WithStream(stream.Tracking, func(s *stream.Stream) { s.Consumers[0].AckWait = d })
}

func (w *world) outcome(name string) float64 {
	w.t.Helper()
	return value(w.t, w.metrics, "bus_handled_total", "stream=TRACKING", "durable=tracking-writer", "outcome="+name)
}

// recorder notes what a handler saw.
type recorder struct {
	mu   sync.Mutex
	seen counted
	msgs []bus.Msg
}

func newRecorder() *recorder { return &recorder{seen: counted{}} }

func (r *recorder) note(m bus.Msg) (times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[number(m)]++
	r.msgs = append(r.msgs, m)
	return r.seen[number(m)]
}

func (r *recorder) check(t testing.TB, n, times int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen.check(t, n, times)
}

func TestMessagesAreHandledOnceAndAcknowledged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	m := position(t, 0)
	m.Header = nats.Header{"Terreno-Users": {"u0"}}
	begun := time.Now()
	if _, err := w.ingest.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r := newRecorder()
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	if c.Ready(t.Context()) == nil {
		t.Error("consumer is ready before it runs")
	}
	stop := run(t, c, err)
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	w.settled()
	stop()
	r.check(t, 1, 1)
	got := r.msgs[0]
	if got.Subject != m.Subject || got.Header.Get("Terreno-Users") != "u0" || got.Seq != 1 || got.Stream != stream.Tracking ||
		got.Deliveries != 1 || got.StoredAt.Sub(begun).Abs() > time.Minute {
		t.Errorf("handler got %+v", got)
	}
	if w.outcome("ok") != 1 || value(t, w.metrics, "bus_handler_seconds", "durable=tracking-writer") != 1 {
		t.Error("the message is not counted")
	}
	if c.Ready(t.Context()) == nil {
		t.Error("consumer is ready after it ended")
	}
}

func TestRejectIsADeadLetterAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	m := position(t, 7)
	m.Header = nats.Header{"Terreno-Users": {"u7"}}
	if _, err := w.ingest.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r := newRecorder()
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return fmt.Errorf("read it: %w", bus.Reject(errPoison))
	})
	run(t, c, err)
	w.settled()
	list := w.letters()
	if len(list) != 1 || r.seen[7] != 1 {
		t.Fatalf("%d dead letters, handled %d times", len(list), r.seen[7])
	}
	l := list[0]
	if l.Service != ingestService || l.Stream != stream.Tracking || l.Durable != stream.TrackingWriter || l.OriginalSeq != 1 ||
		l.OriginalSubject != m.Subject.Ingress() || l.Reason != "read it: poison" || l.Attempts != 1 ||
		string(l.Data) != "7" || l.Header.Get("Terreno-Users") != "u7" || len(l.Header) != 1 || l.StoredAt.IsZero() || l.At.IsZero() {
		t.Errorf("dead letter %+v", l)
	}
	if w.outcome("rejected") != 1 || value(t, w.metrics, "bus_dead_letters_total", "durable=tracking-writer") != 1 {
		t.Error("the rejection is not counted")
	}
}

func TestErrorsAreAttemptsThenADeadLetter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(2)
	r := newRecorder()
	cfg := trackingConfig()
	cfg.MaxAttempts = 3
	c, err := bus.NewConsumer(w.ingest, cfg, func(_ context.Context, m bus.Msg) error {
		if r.note(m) <= 1 || number(m) == 1 {
			return errPoison
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	list := w.letters()
	if len(list) != 1 || list[0].Attempts != 3 || string(list[0].Data) != "1" {
		t.Errorf("dead letters %+v", list)
	}
	if r.seen[0] != 2 || r.seen[1] != 3 {
		t.Errorf("handled %v", r.seen)
	}
	if w.outcome("failed") != 3 || w.outcome("dead") != 1 || w.outcome("ok") != 1 {
		t.Errorf("failed %g, dead %g, ok %g", w.outcome("failed"), w.outcome("dead"), w.outcome("ok"))
	}
}

func TestAttemptsWaitForTheirBackoff(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(1)
	cfg := trackingConfig()
	cfg.Backoff = func(attempt int) time.Duration { return time.Duration(attempt) * 400 * time.Millisecond }
	calls := make(chan time.Time, 10)
	c, err := bus.NewConsumer(w.ingest, cfg, func(_ context.Context, m bus.Msg) error {
		calls <- time.Now()
		if m.Deliveries < 3 {
			return errPoison
		}
		return nil
	})
	run(t, c, err)
	var at []time.Time
	for range 3 {
		at = append(at, within(t, "delivery", 10*time.Second, calls))
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
	w := setup(t)
	w.publish(1)
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		if m.Deliveries == 1 {
			panic("boom")
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	if w.outcome("failed") != 1 || w.outcome("ok") != 1 {
		t.Errorf("failed %g, ok %g", w.outcome("failed"), w.outcome("ok"))
	}
}

func TestLaterIsNoAttempt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(1)
	cfg := trackingConfig()
	cfg.MaxAttempts = 1
	var calls atomic.Int32
	c, err := bus.NewConsumer(w.ingest, cfg, func(context.Context, bus.Msg) error {
		// More often than a crash loop would be allowed to.
		if calls.Add(1) <= 12 {
			return bus.Later(time.Millisecond)
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	if len(w.letters()) != 0 || w.outcome("later") != 12 || w.outcome("ok") != 1 {
		t.Errorf("%d dead letters, later %g, ok %g", len(w.letters()), w.outcome("later"), w.outcome("ok"))
	}
}

// A batch-wide Later is about all of it: the batch is not taken apart.
func TestLaterOfABatch(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(20)
	var calls atomic.Int32
	r := newRecorder()
	c, err := bus.NewBatchConsumer(w.ingest, trackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		if calls.Add(1) == 1 {
			return bus.Later(50 * time.Millisecond)
		}
		for _, m := range ms {
			r.note(m)
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	r.check(t, 20, 1)
	if w.outcome("later") != 20 {
		t.Errorf("%g messages came later", w.outcome("later"))
	}
}

func TestPoisonAmongAHundred(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(100)
	r := newRecorder()
	sizes := make(chan int, 1000)
	c, err := bus.NewBatchConsumer(w.ingest, trackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		sizes <- len(ms)
		for _, m := range ms {
			switch number(m) {
			case 37:
				return bus.Reject(errPoison)
			case 38:
				panic("boom")
			case 80:
				return errPoison
			}
		}
		for _, m := range ms {
			r.note(m)
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	if first := <-sizes; first != 100 {
		t.Errorf("first batch of %d", first)
	}
	got := counted{}
	for _, l := range w.letters() {
		got[number(bus.Msg{Data: l.Data})] = l.Attempts
	}
	if len(got) != 3 || got[37] != 1 || got[38] != 5 || got[80] != 5 {
		t.Errorf("dead letters with their attempts: %v", got)
	}
	for _, poison := range []int{37, 38, 80} {
		r.seen[poison] = 1
	}
	r.check(t, 100, 1)
}

func TestUnavailableHoldsTheBatch(t *testing.T) {
	t.Parallel()
	w := setup(t, withAckWait(shortAckWait))
	w.publish(10)
	var down atomic.Bool
	down.Store(true)
	var batches [][]bus.Msg
	called := make(chan struct{}, 100)
	cfg := trackingConfig()
	cfg.MaxAttempts = 1
	c, err := bus.NewBatchConsumer(w.ingest, cfg, func(_ context.Context, ms []bus.Msg) error {
		batches = append(batches, ms)
		called <- struct{}{}
		if down.Load() {
			return bus.Unavailable(errors.New("database is down"))
		}
		return nil
	})
	stop := run(t, c, err)
	within(t, "the first try", 10*time.Second, called)
	stopOther := w.idleReplica()
	// Longer than AckWait, so that only the heartbeats keep the messages from the other replica.
	begun := time.Now()
	for n := 0; n < 3 || time.Since(begun) < 2*shortAckWait; n++ {
		within(t, "the next try", 10*time.Second, called)
		eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	}
	down.Store(false)
	w.settled()
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	stop()
	stopOther()
	for _, ms := range batches {
		for i, m := range ms {
			if len(ms) != 10 || number(m) != i || m.Deliveries != 1 {
				t.Fatalf("batch of %d with message %d on delivery %d", len(ms), number(m), m.Deliveries)
			}
		}
	}
	if len(w.letters()) != 0 || w.outcome("failed") != 0 || w.outcome("unavailable") != float64(10*(len(batches)-1)) {
		t.Errorf("%d dead letters, failed %g, unavailable %g of %d calls",
			len(w.letters()), w.outcome("failed"), w.outcome("unavailable"), len(batches))
	}
}

func TestConsumerIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	nothing := func(context.Context, bus.Msg) error { return nil }
	gateway := w.bus("gateway", nil)
	for name, c := range map[string]struct {
		bus *bus.Bus
		cfg bus.ConsumerConfig
		h   bus.Handler
	}{
		"unknown stream":    {w.ingest, bus.ConsumerConfig{Stream: "NONE", Durable: stream.TrackingWriter}, nothing},
		"unknown durable":   {w.ingest, bus.ConsumerConfig{Stream: stream.Tracking, Durable: "none"}, nothing},
		"another's durable": {gateway, trackingConfig(), nothing},
		"no handler":        {w.ingest, trackingConfig(), nil},
	} {
		if _, err := bus.NewConsumer(c.bus, c.cfg, c.h); err == nil {
			t.Errorf("%s: a consumer was made", name)
		}
	}
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), nothing)
	stop := run(t, c, err)
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "runs already") {
		t.Errorf("a second Run: %v", err)
	}
	stop()
}
