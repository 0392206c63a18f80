package bus_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

const geofence = "geofence"

// ledger stands for the owner's table: what was applied, and the frontier that is stored with it.
type ledger struct {
	mu      sync.Mutex
	stored  bus.Frontier
	applied []int
	batches []int
	moved   int
}

var errAsideTransaction = errors.New("not committed")

// writer is one process on the ledger. It compares in its transaction, as OrderedHandler asks for.
type writer struct {
	*ledger
	last bus.Frontier
	// before may refuse what is to be committed, or hold it.
	before func(ms []bus.Msg) error
}

func (l *ledger) writer(before func(ms []bus.Msg) error) *writer {
	return &writer{ledger: l, before: before}
}

func (w *writer) frontier(context.Context) (bus.Frontier, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = w.stored
	return w.stored, nil
}

func (w *writer) apply(_ context.Context, ms []bus.Msg, f bus.Frontier) error {
	if w.before != nil {
		if err := w.before(ms); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stored != w.last {
		w.moved++
		return bus.ErrFrontierMoved
	}
	for _, m := range ms {
		w.applied = append(w.applied, number(m))
	}
	w.batches = append(w.batches, len(ms))
	f.Created = f.Created.Truncate(time.Microsecond) // As PostgreSQL does.
	w.stored, w.last = f, f
	return nil
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.applied)
}

func (l *ledger) frontierNow() bus.Frontier {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stored
}

// check compares what was applied, in its order.
func (l *ledger) check(t testing.TB, want ...int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Equal(l.applied, want) {
		return
	}
	for i := range min(len(want), len(l.applied)) {
		if l.applied[i] != want[i] {
			t.Fatalf("%d were applied; place %d holds %d, expected %d", len(l.applied), i, l.applied[i], want[i])
		}
	}
	t.Fatalf("%d were applied, expected %d", len(l.applied), len(want))
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func orderedConfig() bus.OrderedConfig {
	return bus.OrderedConfig{
		Stream: stream.Tracking, Durable: stream.GeofenceEvaluator,
		Backoff: func(int) time.Duration { return 20 * time.Millisecond },
	}
}

func ordered(t testing.TB, b *bus.Bus, cfg bus.OrderedConfig, w *writer) *bus.OrderedConsumer {
	t.Helper()
	c, err := bus.NewOrderedConsumer(b, cfg, w.frontier, w.apply)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) evaluator() *bus.Bus { return w.bus(geofence, prometheus.NewRegistry()) }

// place is where the durable stands; ingest may look, because it purges.
func (w *world) place() (jetstream.ConsumerInfo, error) {
	c, err := w.ingest.JetStream().Consumer(w.t.Context(), stream.Tracking, stream.GeofenceEvaluator)
	if err != nil {
		return jetstream.ConsumerInfo{}, err
	}
	return *c.CachedInfo(), nil
}

// acknowledged waits until the durable is at the stream's end and knows it.
func (w *world) acknowledged(last uint64) {
	w.t.Helper()
	eventually(w.t, "everything is acknowledged", func() bool {
		info, err := w.place()
		return err == nil && info.AckFloor.Stream == last && info.NumPending == 0 && info.NumAckPending == 0
	})
}

// withGeofence changes the row of the ordered durable.
func withGeofence(change func(*stream.Consumer)) natstest.Option {
	return natstest.WithStream(stream.Tracking, func(s *stream.Stream) {
		for i := range s.Consumers {
			if s.Consumers[i].Durable == stream.GeofenceEvaluator {
				change(&s.Consumers[i])
			}
		}
	})
}

func TestOrderedAppliesEverythingInOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(500)
	reg := prometheus.NewRegistry()
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 64
	c := ordered(t, w.bus(geofence, reg), cfg, l.writer(nil))
	if err := c.Ready(t.Context()); err == nil {
		t.Error("ready before it runs")
	}
	stop := apptest.Start(t, c.Run)
	w.publishFrom(500, 800)
	w.acknowledged(800)
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.Run(t.Context()); err == nil {
		t.Error("it runs twice")
	}
	stop()
	l.check(t, upTo(800)...)
	state, err := w.ingest.StreamState(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	if f := l.frontierNow(); f.Seq != 800 || !f.Created.Equal(state.Created.Truncate(time.Microsecond)) {
		t.Errorf("frontier %+v of a stream made at %s", f, state.Created)
	}
	labels := []string{"stream=TRACKING", "durable=geofence-evaluator"}
	if value(t, reg, "bus_durables_reset_total", labels...) != 1 || value(t, reg, "bus_handled_total", append(labels, "outcome=ok")...) != 800 {
		t.Error("the work is not counted")
	}
	for i, n := range l.batches {
		if n > 64 || n == 0 {
			t.Errorf("batch %d has %d messages", i, n)
		}
	}
}

// It goes on behind the frontier wherever the durable stands: the acknowledgement of what was committed was lost.
func TestOrderedDeathBetweenCommitAndAcknowledgement(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(30)
	dying := w.evaluator()
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 10
	first := l.writer(nil)
	dead := make(chan struct{})
	c, err := bus.NewOrderedConsumer(dying, cfg, first.frontier, func(ctx context.Context, ms []bus.Msg, f bus.Frontier) error {
		if f.Seq > 20 {
			return bus.Unavailable(errAsideTransaction) // It is dead.
		}
		err := first.apply(ctx, ms, f)
		if f.Seq == 20 {
			dying.Conn().Close()
			close(dead)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	stop := apptest.Start(t, c.Run)
	within(t, "the commit", 10*time.Second, dead)
	stop()
	if info, err := w.place(); err != nil || info.AckFloor.Stream != 10 || l.frontierNow().Seq != 20 {
		t.Fatalf("acknowledged %d, committed %d, %v", info.AckFloor.Stream, l.frontierNow().Seq, err)
	}
	apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(nil)).Run)
	w.acknowledged(30)
	l.check(t, upTo(30)...)
}

func TestOrderedDeathBeforeTheCommit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(30)
	dying := w.evaluator()
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 10
	dead := make(chan struct{})
	var once sync.Once
	stop := apptest.Start(t, ordered(t, dying, cfg, l.writer(func(ms []bus.Msg) error {
		if ms[0].Seq <= 10 {
			return nil
		}
		once.Do(func() {
			dying.Conn().Close()
			close(dead)
		})
		return bus.Unavailable(errAsideTransaction)
	})).Run)
	within(t, "the second batch", 10*time.Second, dead)
	stop()
	l.check(t, upTo(10)...)
	apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(nil)).Run)
	w.acknowledged(30)
	l.check(t, upTo(30)...)
}

// The first process stops without a word, with a batch in hand. AckWait is 30 s: the second must not wait for it, and must not
// begin with what comes behind the batch.
func TestOrderedTakeover(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(100)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 20
	inHand, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stopFirst := apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(func(ms []bus.Msg) error {
		if ms[0].Seq > 20 {
			once.Do(func() { close(inHand) })
			<-release
		}
		return nil
	})).Run)
	within(t, "the second batch is in hand", 10*time.Second, inHand)
	begun := time.Now()
	stopSecond := apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(nil)).Run)
	eventually(t, "the second is through", func() bool { return l.count() == 100 })
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the takeover took %s", took)
	}
	l.check(t, upTo(100)...)
	stopSecond()
	// The first comes to life again and commits what it had: too late. It goes on behind the second.
	close(release)
	w.publishFrom(100, 110)
	w.acknowledged(110)
	stopFirst()
	l.check(t, upTo(110)...)
	if n := len(w.letters()); n != 0 || l.moved != 1 {
		t.Errorf("%d dead letters, %d commits refused", n, l.moved)
	}
}

// Two by mistake fight for the durable. What they commit is right all the same.
func TestOrderedTwoReaders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(400)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 7
	for range 2 {
		apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(nil)).Run)
	}
	w.publishFrom(400, 600)
	eventually(t, "both together are through", func() bool { return l.count() >= 600 })
	l.check(t, upTo(600)...)
	if n := len(w.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// A handler that takes longer than AckWait sees nothing twice, and the durable is not reset again and again.
func TestOrderedSlowHandler(t *testing.T) {
	t.Parallel()
	w := setup(t, withGeofence(func(c *stream.Consumer) { c.AckWait = 200 * time.Millisecond }))
	w.publish(30)
	reg := prometheus.NewRegistry()
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 10
	apptest.Start(t, ordered(t, w.bus(geofence, reg), cfg, l.writer(func([]bus.Msg) error {
		<-time.After(600 * time.Millisecond)
		return nil
	})).Run)
	w.acknowledged(30)
	l.check(t, upTo(30)...)
	if n := value(t, reg, "bus_durables_reset_total", "durable=geofence-evaluator"); n != 1 {
		t.Errorf("the durable was reset %g times", n)
	}
}

func TestOrderedShutdownFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(5)
	l := &ledger{}
	begun, release := make(chan struct{}), make(chan struct{})
	stop := apptest.Start(t, ordered(t, w.evaluator(), orderedConfig(), l.writer(func([]bus.Msg) error {
		close(begun)
		<-release
		return nil
	})).Run)
	within(t, "handler", 10*time.Second, begun)
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
	within(t, "stop", 5*time.Second, stopped)
	l.check(t, upTo(5)...)
	w.acknowledged(5)
}

func TestOrderedConsumerIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	l := (&ledger{}).writer(nil)
	evaluator := w.evaluator()
	writers := orderedConfig()
	writers.Durable = stream.TrackingWriter
	for name, c := range map[string]struct {
		bus *bus.Bus
		cfg bus.OrderedConfig
	}{
		"no stream":         {evaluator, bus.OrderedConfig{Stream: "NONE", Durable: stream.GeofenceEvaluator}},
		"not ordered":       {w.ingest, writers},
		"another's durable": {w.ingest, orderedConfig()},
	} {
		if _, err := bus.NewOrderedConsumer(c.bus, c.cfg, l.frontier, l.apply); err == nil {
			t.Errorf("%s: a consumer was made", name)
		}
	}
	if _, err := bus.NewOrderedConsumer(evaluator, orderedConfig(), nil, l.apply); err == nil {
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
	js := s.Bus(b, ingestService).JetStream()
	const n = 20_000
	for range n {
		if _, err := js.PublishAsync("in.acme.tracking.ubicacion.u1", payload); err != nil {
			b.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
	evaluator := s.Bus(b, geofence)
	for b.Loop() {
		done := make(chan struct{})
		c, err := bus.NewOrderedConsumer(evaluator, orderedConfig(),
			func(context.Context) (bus.Frontier, error) { return bus.Frontier{}, nil },
			func(_ context.Context, _ []bus.Msg, f bus.Frontier) error {
				if f.Seq == n {
					close(done)
				}
				return nil
			})
		if err != nil {
			b.Fatal(err)
		}
		stop := apptest.Start(b, c.Run)
		within(b, "the end", time.Minute, done)
		stop()
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "messages/s")
}
