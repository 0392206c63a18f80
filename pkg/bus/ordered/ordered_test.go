package ordered_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

func TestOrderedAppliesEverythingInOrder(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(500)
	reg := prometheus.NewRegistry()
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 64
	c := bustest.Ordered(t, w.Bus(bustest.Geofence, reg), cfg, l.Writer(nil))
	if err := c.Ready(t.Context()); err == nil {
		t.Error("ready before it runs")
	}
	stop := apptest.Start(t, c.Run)
	w.PublishFrom(500, 800)
	w.Acknowledged(800)
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Run(t.Context()); err == nil {
		t.Error("it runs twice")
	}
	stop()
	l.Check(t, bustest.UpTo(800)...)
	state, err := w.Ingest.StreamState(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	if f := l.FrontierNow(); f.Seq != 800 || !f.Created.Equal(state.Created.Truncate(time.Microsecond)) {
		t.Errorf("frontier %+v of a stream made at %s", f, state.Created)
	}
	labels := []string{"stream=TRACKING", "durable=geofence-evaluator"}
	if bustest.Value(t, reg, "bus_durables_reset_total", labels...) != 1 || bustest.Value(t, reg, "bus_handled_total", append(labels, "outcome=ok")...) != 800 {
		t.Error("the work is not counted")
	}
	for i, n := range l.Batches {
		if n > 64 || n == 0 {
			t.Errorf("batch %d has %d messages", i, n)
		}
	}
}

// It goes on behind the frontier wherever the durable stands: the acknowledgement of what was committed was lost.
func TestOrderedDeathBetweenCommitAndAcknowledgement(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(30)
	dying := w.Evaluator()
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	first := l.Writer(nil)
	dead := make(chan struct{})
	c, err := ordered.New(dying, cfg, first.Frontier, func(ctx context.Context, ms []bus.Msg, f ordered.Frontier) error {
		if f.Seq > 25 {
			return bus.Unavailable(bustest.ErrAsideTransaction) // It is dead.
		}
		err := first.Apply(ctx, ms, f)
		if f.Seq == 25 { // The batches are 1, 2, 4, 8 and 10 long.
			dying.Conn().Close()
			close(dead)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	stop := apptest.Start(t, c.Run)
	bustest.Within(t, "the commit", time.Minute, dead)
	stop()
	bustest.Eventually(t, "what was sent is acknowledged, and the last batch is not", func() bool {
		info, err := w.Place()
		return err == nil && info.AckFloor.Stream == 15
	})
	if seq := l.FrontierNow().Seq; seq != 25 {
		t.Fatalf("committed %d", seq)
	}
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(nil)).Run)
	w.Acknowledged(30)
	l.Check(t, bustest.UpTo(30)...)
}

func TestOrderedDeathBeforeTheCommit(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(30)
	dying := w.Evaluator()
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	dead := make(chan struct{})
	var once sync.Once
	stop := apptest.Start(t, bustest.Ordered(t, dying, cfg, l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq <= 15 {
			return nil
		}
		once.Do(func() {
			dying.Conn().Close()
			close(dead)
		})
		return bus.Unavailable(bustest.ErrAsideTransaction)
	})).Run)
	bustest.Within(t, "the fifth batch", time.Minute, dead)
	stop()
	l.Check(t, bustest.UpTo(15)...)
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(nil)).Run)
	w.Acknowledged(30)
	l.Check(t, bustest.UpTo(30)...)
}

// The first process stops without a word, with a batch in hand. AckWait is 30 s: the second must not wait for it, and must not
// begin with what comes behind the batch.
func TestOrderedTakeover(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(100)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 20
	inHand, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stopFirst := apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq > 20 {
			once.Do(func() { close(inHand) })
			<-release
		}
		return nil
	})).Run)
	bustest.Within(t, "the second batch is in hand", time.Minute, inHand)
	begun := time.Now()
	stopSecond := apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(nil)).Run)
	bustest.Eventually(t, "the second is through", func() bool { return l.Count() == 100 })
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("the takeover took %s", took)
	}
	l.Check(t, bustest.UpTo(100)...)
	stopSecond()
	// The first comes to life again and commits what it had: too late. It goes on behind the second.
	close(release)
	w.PublishFrom(100, 110)
	w.Acknowledged(110)
	stopFirst()
	l.Check(t, bustest.UpTo(110)...)
	if n := len(w.Letters()); n != 0 || l.Moved != 1 {
		t.Errorf("%d dead letters, %d commits refused", n, l.Moved)
	}
}

// Two by mistake fight for the durable. What they commit is right all the same.
func TestOrderedTwoReaders(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(400)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 7
	for range 2 {
		apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(nil)).Run)
	}
	w.PublishFrom(400, 600)
	bustest.Eventually(t, "both together are through", func() bool { return l.Count() >= 600 })
	l.Check(t, bustest.UpTo(600)...)
	if n := len(w.Letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// A handler that takes longer than AckWait sees nothing twice, and the durable is not reset again and again.
func TestOrderedSlowHandler(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithGeofence(func(c *stream.Consumer) { c.AckWait = 200 * time.Millisecond }))
	w.Publish(30)
	reg := prometheus.NewRegistry()
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	apptest.Start(t, bustest.Ordered(t, w.Bus(bustest.Geofence, reg), cfg, l.Writer(func([]bus.Msg) error {
		<-time.After(600 * time.Millisecond)
		return nil
	})).Run)
	w.Acknowledged(30)
	l.Check(t, bustest.UpTo(30)...)
	if n := bustest.Value(t, reg, "bus_durables_reset_total", "durable=geofence-evaluator"); n != 1 {
		t.Errorf("the durable was reset %g times", n)
	}
}

func TestOrderedShutdownFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(3)
	l := &bustest.Ledger{}
	begun, release := make(chan struct{}), make(chan struct{})
	stop := apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq == 2 {
			close(begun)
			<-release
		}
		return nil
	})).Run)
	bustest.Within(t, "handler", time.Minute, begun)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	select {
	case <-stopped:
		t.Error("shutdown did not wait for the handler")
	case <-time.After(200 * time.Millisecond):
	}
	close(release)
	bustest.Within(t, "stop", time.Minute, stopped)
	l.Check(t, bustest.UpTo(3)...)
	w.Acknowledged(3)
}

func TestOrderedConsumerIsRefused(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	l := (&bustest.Ledger{}).Writer(nil)
	evaluator := w.Evaluator()
	writers := bustest.OrderedConfig()
	writers.Durable = stream.TrackingWriter
	for name, c := range map[string]struct {
		bus *bus.Bus
		cfg ordered.Config
	}{
		"no stream":         {evaluator, ordered.Config{Stream: "NONE", Durable: stream.GeofenceEvaluator}},
		"not ordered":       {w.Ingest, writers},
		"another's durable": {w.Ingest, bustest.OrderedConfig()},
	} {
		if _, err := ordered.New(c.bus, c.cfg, l.Frontier, l.Apply); err == nil {
			t.Errorf("%s: a consumer was made", name)
		}
	}
	if _, err := ordered.New(evaluator, bustest.OrderedConfig(), nil, l.Apply); err == nil {
		t.Error("a consumer without a frontier was made")
	}
	shared := bus.ConsumerConfig{Stream: stream.Tracking, Durable: stream.GeofenceEvaluator}
	if _, err := bus.NewConsumer(evaluator, shared, func(context.Context, bus.Msg) error { return nil }); err == nil {
		t.Error("an ordered durable was given to a consumer that acknowledges one by one")
	}
}

func BenchmarkOrdered(b *testing.B) {
	s := natstest.Start(b)
	payload := make([]byte, 1<<10)
	js := s.Bus(b, bustest.IngestService).JetStream()
	const n = 20_000
	for range n {
		if _, err := js.PublishAsync("in.acme.tracking.ubicacion.u1", payload); err != nil {
			b.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
	evaluator := s.Bus(b, bustest.Geofence)
	for b.Loop() {
		done := make(chan struct{})
		c, err := ordered.New(evaluator, bustest.OrderedConfig(),
			func(context.Context) (ordered.Frontier, error) { return ordered.Frontier{}, nil },
			func(_ context.Context, _ []bus.Msg, f ordered.Frontier) error {
				if f.Seq == n {
					close(done)
				}
				return nil
			})
		if err != nil {
			b.Fatal(err)
		}
		stop := apptest.Start(b, c.Run)
		bustest.Within(b, "the end", time.Minute, done)
		stop()
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "messages/s")
}
