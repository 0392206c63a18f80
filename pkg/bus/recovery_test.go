package bus_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// deliver takes every message of the durable from the server, so many times, without an outcome.
func (w *world) deliver(times int) {
	w.t.Helper()
	durable, err := w.ingest.JetStream().Consumer(w.t.Context(), stream.Tracking, stream.TrackingWriter)
	if err != nil {
		w.t.Fatal(err)
	}
	for range times {
		var got int
		eventually(w.t, "delivery", func() bool {
			batch, err := durable.FetchNoWait(100)
			if err != nil {
				return false
			}
			for m := range batch.Messages() {
				got++
				if err := m.NakWithDelay(time.Millisecond); err != nil {
					w.t.Error(err)
				}
			}
			return got > 0
		})
	}
}

func TestCrashLoopBecomesADeadLetter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(1)
	cfg := trackingConfig()
	cfg.MaxAttempts = 1
	w.deliver(100)
	var calls atomic.Int32
	c, err := bus.NewBatchConsumer(w.ingest, cfg, func(context.Context, []bus.Msg) error {
		calls.Add(1)
		return nil
	})
	run(t, c, err)
	w.settled()
	list := w.letters()
	if len(list) != 1 || calls.Load() != 0 || list[0].Attempts != 101 || !strings.Contains(list[0].Reason, "end the process") {
		t.Errorf("after %d calls: %+v", calls.Load(), list)
	}
}

// What raised the count may have been hand-backs and lapsed waits.
func TestManyDeliveriesAloneDoNotBury(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(1)
	cfg := trackingConfig()
	cfg.MaxAttempts = 1
	w.deliver(20)
	r := newRecorder()
	c, err := bus.NewConsumer(w.ingest, cfg, func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	run(t, c, err)
	w.settled()
	r.check(t, 1, 1)
	if n := len(w.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// Of messages that came often without an outcome one may kill the process: they are not risked together.
func TestSuspectsAreHandledAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(5)
	w.deliver(12)
	r := newRecorder()
	c, err := bus.NewBatchConsumer(w.ingest, trackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		if len(ms) != 1 {
			t.Errorf("a batch of %d", len(ms))
		}
		r.note(ms[0])
		return nil
	})
	run(t, c, err)
	w.settled()
	r.check(t, 5, 1)
}

func TestUnreadableSubjectIsADeadLetter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.server.Admin(t)
	for _, s := range []string{"in._sys.tracking.ubicacion.u1", "in.acme.tracking.ubicacion.>"} {
		if _, err := admin.JetStream().PublishMsg(t.Context(), &nats.Msg{Subject: s, Data: []byte("1")}); err != nil {
			t.Fatal(err)
		}
	}
	w.publish(1)
	r := newRecorder()
	c, err := bus.NewBatchConsumer(w.ingest, trackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			r.note(m)
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	r.check(t, 1, 1)
	list := w.letters()
	if len(list) != 2 || list[0].OriginalSubject != "in._sys.tracking.ubicacion.u1" || list[1].OriginalSubject != "in.acme.tracking.ubicacion.>" {
		t.Fatalf("dead letters %+v", list)
	}
	if _, err := bus.NewDeadLetters(admin).Replay(t.Context(), list[1].Seq); err == nil {
		t.Error("a message with an invalid subject was published again")
	}
}

func TestDurableDeletedWhileRunning(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(3)
	r := newRecorder()
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	run(t, c, err)
	w.settled()
	js := w.server.Admin(t).JetStream()
	if err := js.DeleteConsumer(t.Context(), stream.Tracking, stream.TrackingWriter); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ingest.Publish(t.Context(), position(t, 3)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new message is handled", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.seen[3] > 0
	})
	w.settled()
	if n := value(t, w.metrics, "bus_durables_recreated_total", "durable=tracking-writer"); n != 1 {
		t.Errorf("durable was made anew %g times", n)
	}
	made, err := js.Consumer(t.Context(), stream.Tracking, stream.TrackingWriter)
	if err != nil {
		t.Fatal(err)
	}
	row := w.server.Row(t, stream.Tracking).Consumers[0]
	have := made.CachedInfo().Config
	if have.AckWait != row.AckWait || have.MaxAckPending != row.MaxAckPending || have.MaxDeliver != -1 {
		t.Errorf("durable was made anew as %+v", have)
	}
	// The provisioner finds nothing to correct: both take the settings from one place.
	if changes := provision(t, w.server.Admin(t), w.server.Table()); len(changes) != 0 {
		t.Errorf("provision changed %v", changes)
	}
}

func TestStreamMissingIsNotMadeByAService(t *testing.T) {
	t.Parallel()
	w := setup(t, natstest.WithoutStreams())
	r := newRecorder()
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	run(t, c, err)
	eventually(t, "the stream is found missing", func() bool {
		err := c.Ready(t.Context())
		return err != nil && errors.Is(err, jetstream.ErrStreamNotFound)
	})
	admin := w.server.Admin(t)
	if _, err := admin.JetStream().Stream(t.Context(), stream.Tracking); !errors.Is(err, jetstream.ErrStreamNotFound) {
		t.Errorf("the stream: %v", err)
	}
	provision(t, admin, w.server.Table())
	w.publish(2)
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	w.settled()
	r.check(t, 2, 1)
}

func TestMessageIsHeldWhileTheDeadLettersAreAway(t *testing.T) {
	t.Parallel()
	w := setup(t, withAckWait(shortAckWait))
	w.publish(2)
	admin := w.server.Admin(t)
	if err := admin.JetStream().DeleteStream(t.Context(), stream.DLQ); err != nil {
		t.Fatal(err)
	}
	r := newRecorder()
	c, err := bus.NewConsumer(w.ingest, trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		if number(m) == 0 {
			return bus.Reject(errPoison)
		}
		return nil
	})
	run(t, c, err)
	eventually(t, "unready, since the letter cannot be stored", func() bool {
		err := c.Ready(t.Context())
		return err != nil && errors.Is(err, bus.ErrUnavailable)
	})
	w.idleReplica()
	provision(t, admin, w.server.Table())
	w.settled()
	r.check(t, 2, 1)
	if list := w.letters(); len(list) != 1 {
		t.Errorf("%d dead letters", len(list))
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// Only the handler's errors are attempts: what others took and did not settle is not.
func TestDeliveriesAreNotAttempts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(1)
	w.deliver(4)
	cfg := trackingConfig()
	cfg.MaxAttempts = 3
	var calls atomic.Int32
	c, err := bus.NewConsumer(w.ingest, cfg, func(context.Context, bus.Msg) error {
		if calls.Add(1) < 3 {
			return errPoison
		}
		return nil
	})
	run(t, c, err)
	w.settled()
	if len(w.letters()) != 0 || calls.Load() != 3 {
		t.Errorf("%d dead letters after %d calls", len(w.letters()), calls.Load())
	}
}

func TestConsumerAcrossAnOutageOfItsLink(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	w := &world{t: t, server: s, ingest: s.Bus(t, ingestService)}
	r := newRecorder()
	c, err := bus.NewConsumer(s.BusAt(t, ingestService, link.Addr()), trackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.note(m)
		return nil
	})
	run(t, c, err)
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	link.Down()
	eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	w.publish(5)
	link.Up()
	eventually(t, "ready again", func() bool { return c.Ready(t.Context()) == nil })
	w.settled()
	r.check(t, 5, 1)
}

// A server that restarts in the middle of a backlog loses nothing, and the consumer goes on by itself.
func TestServerRestartsInTheMiddle(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP(), withAckWait(time.Second))
	w := &world{t: t, server: s, metrics: prometheus.NewRegistry()}
	w.ingest = s.BusAt(t, ingestService, s.Addr())
	w.publish(300)
	r := newRecorder()
	middle := make(chan struct{})
	cfg := trackingConfig()
	cfg.Batch = 10
	c, err := bus.NewConsumer(w.ingest, cfg, func(_ context.Context, m bus.Msg) error {
		r.note(m)
		if number(m) == 150 && m.Deliveries == 1 {
			close(middle)
		}
		return nil
	})
	run(t, c, err)
	within(t, "the middle", 10*time.Second, middle)
	s.Restart(t)
	w.settled()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range 300 {
		if r.seen[i] < 1 {
			t.Errorf("message %d was lost", i)
		}
	}
}

func TestLagIsMeasured(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(30)
	release := make(chan struct{})
	cfg := trackingConfig()
	cfg.Batch = 10
	c, err := bus.NewConsumer(w.ingest, cfg, func(ctx context.Context, _ bus.Msg) error {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil
	})
	for _, name := range []string{"bus_pending", "bus_ack_pending", "bus_redelivered", "bus_dead_letters_total", "bus_durables_recreated_total"} {
		if v := value(t, w.metrics, name, "stream=TRACKING", "durable=tracking-writer"); v != 0 {
			t.Errorf("%s begins at %g", name, v)
		}
	}
	for _, o := range []string{"ok", "rejected", "later", "failed", "unavailable", "dead"} {
		if v := w.outcome(o); v != 0 {
			t.Errorf("outcome %s begins at %g", o, v)
		}
	}
	run(t, c, err)
	eventually(t, "pending is measured", func() bool {
		return value(t, w.metrics, "bus_pending", "stream=TRACKING", "durable=tracking-writer") >= 20
	})
	close(release)
	w.settled()
}
