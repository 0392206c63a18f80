package bus_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// overTCP is a world whose evaluator reads over a link that the test can cut.
func overTCP(t *testing.T, opts ...natstest.Option) (*world, *natstest.Proxy, *bus.Bus) {
	t.Helper()
	s := natstest.Start(t, append(opts, natstest.WithTCP())...)
	link := natstest.NewProxy(t, s.Addr())
	w := &world{t: t, server: s, ingest: s.BusAt(t, ingestService, s.Addr()), metrics: prometheus.NewRegistry()}
	return w, link, s.BusAt(t, geofence, link.Addr())
}

// publishFrom stores positions from one number to another, the last excluded.
func (w *world) publishFrom(from, to int) {
	w.t.Helper()
	for i := from; i < to; i++ {
		if _, err := w.ingest.Publish(w.t.Context(), position(w.t, i)); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestOrderedLinkIsCutInMidStream(t *testing.T) {
	t.Parallel()
	w, link, evaluator := overTCP(t)
	w.publish(300)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 10
	cuts := 0
	c := ordered(t, evaluator, cfg, l.writer(func(ms []bus.Msg) error {
		if ms[0].Seq > uint64(100*(cuts+1)) {
			cuts++
			link.Cut()
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	eventually(t, "through", func() bool { return l.count() >= 300 })
	link.Down()
	eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	w.publishFrom(300, 400)
	link.Up()
	w.acknowledged(400)
	l.check(t, upTo(400)...)
	if cuts < 2 {
		t.Errorf("the link was cut %d times", cuts)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOrderedServerRestartsInTheMiddle(t *testing.T) {
	t.Parallel()
	w, _, evaluator := overTCP(t)
	w.publish(300)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 10
	middle := make(chan struct{})
	var once sync.Once
	apptest.Start(t, ordered(t, evaluator, cfg, l.writer(func(ms []bus.Msg) error {
		if ms[0].Seq > 150 {
			once.Do(func() { close(middle) })
		}
		return nil
	})).Run)
	within(t, "the middle", 10*time.Second, middle)
	w.server.Restart(t)
	w.acknowledged(300)
	l.check(t, upTo(300)...)
}

func (w *world) replaceTracking() {
	w.t.Helper()
	admin := w.server.Admin(w.t)
	if err := admin.JetStream().DeleteStream(w.t.Context(), stream.Tracking); err != nil {
		w.t.Fatal(err)
	}
	provision(w.t, admin, w.server.Table())
}

// The new stream is shorter than, as long as, or longer than the old one.
func TestOrderedStreamIsMadeAnew(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"shorter": 3, "equal": 10, "longer": 40} {
		for _, outage := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, outage %t", name, outage), func(t *testing.T) {
				t.Parallel()
				w, link, evaluator := overTCP(t)
				w.publish(10)
				l := &ledger{}
				apptest.Start(t, ordered(t, evaluator, orderedConfig(), l.writer(nil)).Run)
				w.acknowledged(10)
				before := l.frontierNow()
				if outage {
					link.Down()
				}
				w.replaceTracking()
				w.publishFrom(100, 100+n)
				link.Up()
				w.acknowledged(uint64(n))
				want := upTo(10)
				for i := range n {
					want = append(want, 100+i)
				}
				l.check(t, want...)
				if now := l.frontierNow(); now.Seq != uint64(n) || !now.Created.After(before.Created) {
					t.Errorf("frontier %+v, before %+v", now, before)
				}
			})
		}
	}
}

// The stream was made anew while a batch was in hand: what comes next looks old, and is not.
func TestOrderedStreamIsMadeAnewBehindAHandler(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(10)
	l := &ledger{}
	inHand, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	apptest.Start(t, ordered(t, w.evaluator(), orderedConfig(), l.writer(func([]bus.Msg) error {
		once.Do(func() {
			close(inHand)
			<-release
		})
		return nil
	})).Run)
	within(t, "the batch", 10*time.Second, inHand)
	w.replaceTracking()
	w.publishFrom(100, 120)
	close(release)
	w.acknowledged(20)
	want := upTo(10)
	for i := range 20 {
		want = append(want, 100+i)
	}
	l.check(t, want...)
}

// A server that lost its power comes back with an older state of its disk. The frontier is ahead of it, and goes back: what
// comes in the place of the lost messages is new.
func TestOrderedStreamLostItsEnd(t *testing.T) {
	t.Parallel()
	w, link, evaluator := overTCP(t)
	w.publish(5)
	w.server.Stop(t)
	earlier := filepath.Join(t.TempDir(), "earlier")
	if err := os.CopyFS(earlier, os.DirFS(w.server.Dir())); err != nil {
		t.Fatal(err)
	}
	w.server.Restart(t)
	w.publishFrom(5, 10)
	l := &ledger{}
	apptest.Start(t, ordered(t, evaluator, orderedConfig(), l.writer(nil)).Run)
	w.acknowledged(10)
	link.Down()
	w.server.Stop(t)
	if err := errors.Join(os.RemoveAll(w.server.Dir()), os.CopyFS(w.server.Dir(), os.DirFS(earlier))); err != nil {
		t.Fatal(err)
	}
	w.server.Restart(t)
	link.Up()
	eventually(t, "the frontier went back", func() bool { return l.frontierNow().Seq == 5 })
	w.publishFrom(105, 112)
	w.acknowledged(12)
	l.check(t, append(upTo(10), 105, 106, 107, 108, 109, 110, 111)...)
}

func TestOrderedDurableIsDeleted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(20)
	reg := prometheus.NewRegistry()
	l := &ledger{}
	apptest.Start(t, ordered(t, w.bus(geofence, reg), orderedConfig(), l.writer(nil)).Run)
	w.acknowledged(20)
	admin := w.server.Admin(t)
	if err := admin.JetStream().DeleteConsumer(t.Context(), stream.Tracking, stream.GeofenceEvaluator); err != nil {
		t.Fatal(err)
	}
	w.publishFrom(20, 30)
	eventually(t, "the new messages are applied", func() bool { return l.count() >= 30 })
	w.acknowledged(30)
	l.check(t, upTo(30)...)
	if n := value(t, reg, "bus_durables_recreated_total", "durable=geofence-evaluator"); n != 1 {
		t.Errorf("the durable was made anew %g times", n)
	}
	if changes := provision(t, admin, w.server.Table()); len(changes) != 0 {
		t.Errorf("provision changed %v", changes)
	}
}

// What is gone from the stream is passed over, and nothing else: the head was purged, others were deleted by hand.
func TestOrderedHolesInTheStream(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(60)
	tracking, err := w.server.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	remove := func(numbers ...int) {
		for _, n := range numbers {
			if err := tracking.DeleteMsg(t.Context(), uint64(n+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tracking.Purge(t.Context(), jetstream.WithPurgeSequence(11)); err != nil {
		t.Fatal(err)
	}
	remove(20, 21, 25, 41, 59)
	reg := prometheus.NewRegistry()
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 8
	var once sync.Once
	apptest.Start(t, ordered(t, w.bus(geofence, reg), cfg, l.writer(func(ms []bus.Msg) error {
		if ms[0].Seq > 30 {
			once.Do(func() { remove(50, 51, 55) }) // After others were looked up.
		}
		return nil
	})).Run)
	eventually(t, "through", func() bool { return l.frontierNow().Seq == 59 })
	l.check(t, without(60, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 25, 41, 50, 51, 55, 59)...)
	if n := value(t, reg, "bus_durables_reset_total", "durable=geofence-evaluator"); n != 1 {
		t.Errorf("the durable was reset %g times", n)
	}
	w.publishFrom(60, 61)
	w.acknowledged(61)
}

// Somebody else's reset at the right moment leaves a gap that the delivery count does not show: 6 follows 5 either way.
func TestOrderedGapBehindAnEqualDeliveryCount(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(30)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 5
	thief := w.evaluator().JetStream()
	var once sync.Once
	apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(func([]bus.Msg) error {
		once.Do(func() {
			if _, err := thief.ResetConsumerToSequence(t.Context(), stream.Tracking, stream.GeofenceEvaluator, 11); err != nil {
				t.Error(err)
			}
			durable, err := thief.Consumer(t.Context(), stream.Tracking, stream.GeofenceEvaluator)
			if err != nil {
				t.Error(err)
				return
			}
			stolen, err := durable.Fetch(5)
			if err != nil {
				t.Error(err)
				return
			}
			n := 0
			for range stolen.Messages() {
				n++
			}
			if n != 5 {
				t.Errorf("%d messages were stolen", n)
			}
		})
		return nil
	})).Run)
	w.acknowledged(30)
	l.check(t, upTo(30)...)
}

// An acknowledgement of before a reset that arrives after it carries a delivery count that is too high: the server then
// takes those that follow for old ones, until the durable is full.
func TestOrderedServerIsDeafToAcknowledgements(t *testing.T) {
	t.Parallel()
	w := setup(t, withGeofence(func(c *stream.Consumer) { c.MaxAckPending = 40 }))
	w.publish(200)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Batch = 10
	evaluator := w.evaluator()
	var once sync.Once
	apptest.Start(t, ordered(t, evaluator, cfg, l.writer(func([]bus.Msg) error {
		once.Do(func() {
			late := fmt.Sprintf("$JS.ACK.%s.%s.1.1.1000000.%d.0", stream.Tracking, stream.GeofenceEvaluator, time.Now().UnixNano())
			if err := errors.Join(evaluator.Conn().Publish(late, nil), evaluator.Conn().Flush()); err != nil {
				t.Error(err)
			}
		})
		return nil
	})).Run)
	w.acknowledged(200)
	l.check(t, upTo(200)...)
}
