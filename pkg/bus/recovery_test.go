package bus_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// deliver takes each of n messages of the durable from the server, at least so many times, without an outcome.
func deliver(w *bustest.World, n, times int) {
	w.T.Helper()
	durable, err := w.Ingest.JetStream().Consumer(w.T.Context(), stream.Tracking, stream.TrackingWriter)
	if err != nil {
		w.T.Fatal(err)
	}
	delivered := map[string]int{}
	bustest.Eventually(w.T, "delivery", func() bool {
		batch, err := durable.FetchNoWait(100)
		if err != nil {
			return false
		}
		for m := range batch.Messages() {
			delivered[string(m.Data())]++
			if err := m.NakWithDelay(time.Millisecond); err != nil {
				w.T.Error(err)
			}
		}
		enough := 0
		for _, got := range delivered {
			if got >= times {
				enough++
			}
		}
		return enough == n
	})
}

// What raised the count may have been hand-backs and lapsed waits.
func TestManyDeliveriesAloneDoNotBury(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	cfg := bustest.TrackingConfig()
	cfg.MaxAttempts = 1
	deliver(w, 1, 20)
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	r.Check(t, 1, 1)
	if n := len(w.Letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// Of messages that came often without an outcome one may kill the process: they are not risked together.
func TestSuspectsAreHandledAlone(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(5)
	deliver(w, 5, 12)
	r := bustest.NewRecorder()
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		if len(ms) != 1 {
			t.Errorf("a batch of %d", len(ms))
		}
		r.Note(ms[0])
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	r.Check(t, 5, 1)
}

func TestUnreadableSubjectIsADeadLetter(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	by := w.Server.Admin(t)
	for _, s := range []string{"in._sys.tracking.ubicacion.u1", "in.acme.tracking.ubicacion.>"} {
		if _, err := by.JetStream().PublishMsg(t.Context(), &nats.Msg{Subject: s, Data: []byte("1")}); err != nil {
			t.Fatal(err)
		}
	}
	w.Publish(1)
	r := bustest.NewRecorder()
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	r.Check(t, 1, 1)
	list := w.Letters()
	if len(list) != 2 || list[0].OriginalSubject != "in._sys.tracking.ubicacion.u1" || list[1].OriginalSubject != "in.acme.tracking.ubicacion.>" {
		t.Fatalf("dead letters %+v", list)
	}
	if _, err := admin.NewDeadLetters(by).Replay(t.Context(), list[1].Seq); err == nil {
		t.Error("a message with an invalid subject was published again")
	}
}

func TestDurableDeletedWhileRunning(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(3)
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	js := w.Server.Admin(t).JetStream()
	if err := js.DeleteConsumer(t.Context(), stream.Tracking, stream.TrackingWriter); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 3)); err != nil {
		t.Fatal(err)
	}
	bustest.Eventually(t, "the new message is handled", func() bool {
		r.Mu.Lock()
		defer r.Mu.Unlock()
		return r.Seen[3] > 0
	})
	w.Settled()
	if n := bustest.Value(t, w.Metrics, "bus_durables_recreated_total", "durable=tracking-writer"); n != 1 {
		t.Errorf("durable was made anew %g times", n)
	}
	made, err := js.Consumer(t.Context(), stream.Tracking, stream.TrackingWriter)
	if err != nil {
		t.Fatal(err)
	}
	row := w.Server.Row(t, stream.Tracking).Consumers[0]
	have := made.CachedInfo().Config
	if have.AckWait != row.AckWait || have.MaxAckPending != row.MaxAckPending || have.MaxDeliver != -1 {
		t.Errorf("durable was made anew as %+v", have)
	}
	// The provisioner finds nothing to correct: both take the settings from one place.
	if changes := bustest.Provision(t, w.Server.Admin(t), w.Server.Table()); len(changes) != 0 {
		t.Errorf("provision changed %v", changes)
	}
}

func TestStreamMissingIsNotMadeByAService(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithoutStreams())
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Eventually(t, "the stream is found missing", func() bool {
		err := c.Ready(t.Context())
		return err != nil && errors.Is(err, jetstream.ErrStreamNotFound)
	})
	by := w.Server.Admin(t)
	if _, err := by.JetStream().Stream(t.Context(), stream.Tracking); !errors.Is(err, jetstream.ErrStreamNotFound) {
		t.Errorf("the stream: %v", err)
	}
	bustest.Provision(t, by, w.Server.Table())
	w.Publish(2)
	bustest.Eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	w.Settled()
	r.Check(t, 2, 1)
}

func TestMessageIsHeldWhileTheDeadLettersAreAway(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(bustest.ShortAckWait))
	w.Publish(2)
	by := w.Server.Admin(t)
	if err := by.JetStream().DeleteStream(t.Context(), stream.DLQ); err != nil {
		t.Fatal(err)
	}
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		if bustest.Number(m) == 0 {
			return bus.Reject(bustest.ErrPoison)
		}
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Eventually(t, "unready, since the letter cannot be stored", func() bool {
		err := c.Ready(t.Context())
		return err != nil && errors.Is(err, bus.ErrUnavailable)
	})
	w.IdleReplica()
	bustest.Provision(t, by, w.Server.Table())
	w.Settled()
	r.Check(t, 2, 1)
	if list := w.Letters(); len(list) != 1 {
		t.Errorf("%d dead letters", len(list))
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// Only the handler's errors are attempts: what others took and did not settle is not.
func TestDeliveriesAreNotAttempts(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	deliver(w, 1, 4)
	cfg := bustest.TrackingConfig()
	cfg.MaxAttempts = 3
	var calls atomic.Int32
	c, err := bus.NewConsumer(w.Ingest, cfg, func(context.Context, bus.Msg) error {
		if calls.Add(1) < 3 {
			return bustest.ErrPoison
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	if len(w.Letters()) != 0 || calls.Load() != 3 {
		t.Errorf("%d dead letters after %d calls", len(w.Letters()), calls.Load())
	}
}

func TestConsumerAcrossAnOutageOfItsLink(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	w := &bustest.World{T: t, Server: s, Ingest: s.Bus(t, bustest.IngestService)}
	r := bustest.NewRecorder()
	c, err := bus.NewConsumer(s.BusAt(t, bustest.IngestService, link.Addr()), bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	link.Down()
	bustest.Eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	w.Publish(5)
	link.Up()
	bustest.Eventually(t, "ready again", func() bool { return c.Ready(t.Context()) == nil })
	w.Settled()
	r.Check(t, 5, 1)
}

// A server that restarts in the middle of a backlog loses nothing, and the consumer goes on by itself.
func TestServerRestartsInTheMiddle(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP(), bustest.WithAckWait(time.Second))
	w := &bustest.World{T: t, Server: s, Metrics: prometheus.NewRegistry()}
	w.Ingest = s.BusAt(t, bustest.IngestService, s.Addr())
	w.Publish(300)
	r := bustest.NewRecorder()
	middle := make(chan struct{})
	var once sync.Once
	cfg := bustest.TrackingConfig()
	cfg.Batch = 10
	c, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		if bustest.Number(m) == 150 { // Perhaps not on its first delivery: a busy machine may let AckWait pass.
			once.Do(func() { close(middle) })
		}
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Within(t, "the middle", time.Minute, middle)
	s.Restart(t)
	w.Settled()
	r.Mu.Lock()
	defer r.Mu.Unlock()
	for i := range 300 {
		if r.Seen[i] < 1 {
			t.Errorf("message %d was lost", i)
		}
	}
}

func TestLagIsMeasured(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(30)
	release := make(chan struct{})
	cfg := bustest.TrackingConfig()
	cfg.Batch = 10
	c, err := bus.NewConsumer(w.Ingest, cfg, func(ctx context.Context, _ bus.Msg) error {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil
	})
	for _, name := range []string{"bus_pending", "bus_ack_pending", "bus_redelivered", "bus_dead_letters_total", "bus_durables_recreated_total"} {
		if v := bustest.Value(t, w.Metrics, name, "stream=TRACKING", "durable=tracking-writer"); v != 0 {
			t.Errorf("%s begins at %g", name, v)
		}
	}
	for _, o := range []string{"ok", "rejected", "later", "failed", "unavailable", "dead"} {
		if v := w.Outcome(o); v != 0 {
			t.Errorf("outcome %s begins at %g", o, v)
		}
	}
	bustest.Run(t, c, err)
	bustest.Eventually(t, "pending is measured", func() bool {
		return bustest.Value(t, w.Metrics, "bus_pending", "stream=TRACKING", "durable=tracking-writer") >= 20
	})
	close(release)
	w.Settled()
}
