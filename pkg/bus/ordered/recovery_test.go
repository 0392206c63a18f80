package ordered_test

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
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// overTCP is a world whose evaluator reads over a link that the test can cut.
func overTCP(t *testing.T, opts ...natstest.Option) (*bustest.World, *natstest.Proxy, *bus.Bus) {
	t.Helper()
	s := natstest.Start(t, append(opts, natstest.WithTCP())...)
	link := natstest.NewProxy(t, s.Addr())
	w := &bustest.World{T: t, Server: s, Ingest: s.BusAt(t, bustest.IngestService, s.Addr()), Metrics: prometheus.NewRegistry()}
	return w, link, s.BusAt(t, bustest.Geofence, link.Addr())
}

func TestOrderedLinkIsCutInMidStream(t *testing.T) {
	t.Parallel()
	w, link, evaluator := overTCP(t)
	w.Publish(300)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	cuts := 0
	c := bustest.Ordered(t, evaluator, cfg, l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq > uint64(100*(cuts+1)) {
			cuts++
			link.Cut()
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	bustest.Eventually(t, "through", func() bool { return l.Count() >= 300 })
	link.Down()
	bustest.Eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	w.PublishFrom(300, 400)
	link.Up()
	w.Acknowledged(400)
	l.Check(t, bustest.UpTo(400)...)
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
	w.Publish(300)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	middle := make(chan struct{})
	var once sync.Once
	apptest.Start(t, bustest.Ordered(t, evaluator, cfg, l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq > 150 {
			once.Do(func() { close(middle) })
		}
		return nil
	})).Run)
	bustest.Within(t, "the middle", time.Minute, middle)
	w.Server.Restart(t)
	w.Acknowledged(300)
	l.Check(t, bustest.UpTo(300)...)
}

func replaceTracking(w *bustest.World) {
	w.T.Helper()
	admin := w.Server.Admin(w.T)
	if err := admin.JetStream().DeleteStream(w.T.Context(), stream.Tracking); err != nil {
		w.T.Fatal(err)
	}
	bustest.Provision(w.T, admin, w.Server.Table())
}

// The new stream is shorter than, as long as, or longer than the old one.
func TestOrderedStreamIsMadeAnew(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"shorter": 3, "equal": 10, "longer": 40} {
		for _, outage := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, outage %t", name, outage), func(t *testing.T) {
				t.Parallel()
				w, link, evaluator := overTCP(t)
				w.Publish(10)
				l := &bustest.Ledger{}
				apptest.Start(t, bustest.Ordered(t, evaluator, bustest.OrderedConfig(), l.Writer(nil)).Run)
				w.Acknowledged(10)
				before := l.FrontierNow()
				if outage {
					link.Down()
				}
				replaceTracking(w)
				w.PublishFrom(100, 100+n)
				link.Up()
				w.Acknowledged(uint64(n))
				want := bustest.UpTo(10)
				for i := range n {
					want = append(want, 100+i)
				}
				l.Check(t, want...)
				if now := l.FrontierNow(); now.Seq != uint64(n) || !now.Created.After(before.Created) {
					t.Errorf("frontier %+v, before %+v", now, before)
				}
			})
		}
	}
}

// The stream was made anew while a batch was in hand: what comes next looks old, and is not.
func TestOrderedStreamIsMadeAnewBehindAHandler(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(10)
	l := &bustest.Ledger{}
	inHand, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq == 4 {
			once.Do(func() {
				close(inHand)
				<-release
			})
		}
		return nil
	})).Run)
	bustest.Within(t, "the batch", time.Minute, inHand)
	replaceTracking(w)
	w.PublishFrom(100, 120)
	close(release)
	w.Acknowledged(20)
	want := bustest.UpTo(7)
	for i := range 20 {
		want = append(want, 100+i)
	}
	l.Check(t, want...)
}

// A server that lost its power comes back with an older state of its disk. The frontier is ahead of it, and goes back: what
// comes in the place of the lost messages is new.
func TestOrderedStreamLostItsEnd(t *testing.T) {
	t.Parallel()
	w, link, evaluator := overTCP(t)
	w.Publish(5)
	w.Server.Stop(t)
	earlier := filepath.Join(t.TempDir(), "earlier")
	if err := os.CopyFS(earlier, os.DirFS(w.Server.Dir())); err != nil {
		t.Fatal(err)
	}
	w.Server.Restart(t)
	w.PublishFrom(5, 10)
	l := &bustest.Ledger{}
	apptest.Start(t, bustest.Ordered(t, evaluator, bustest.OrderedConfig(), l.Writer(nil)).Run)
	w.Acknowledged(10)
	link.Down()
	w.Server.Stop(t)
	if err := errors.Join(os.RemoveAll(w.Server.Dir()), os.CopyFS(w.Server.Dir(), os.DirFS(earlier))); err != nil {
		t.Fatal(err)
	}
	w.Server.Restart(t)
	link.Up()
	bustest.Eventually(t, "the frontier went back", func() bool { return l.FrontierNow().Seq == 5 })
	w.PublishFrom(105, 112)
	w.Acknowledged(12)
	l.Check(t, append(bustest.UpTo(10), 105, 106, 107, 108, 109, 110, 111)...)
}

func TestOrderedDurableIsDeleted(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(20)
	reg := prometheus.NewRegistry()
	l := &bustest.Ledger{}
	apptest.Start(t, bustest.Ordered(t, w.Bus(bustest.Geofence, reg), bustest.OrderedConfig(), l.Writer(nil)).Run)
	w.Acknowledged(20)
	admin := w.Server.Admin(t)
	if err := admin.JetStream().DeleteConsumer(t.Context(), stream.Tracking, stream.GeofenceEvaluator); err != nil {
		t.Fatal(err)
	}
	w.PublishFrom(20, 30)
	bustest.Eventually(t, "the new messages are applied", func() bool { return l.Count() >= 30 })
	w.Acknowledged(30)
	l.Check(t, bustest.UpTo(30)...)
	if n := bustest.Value(t, reg, "bus_durables_recreated_total", "durable=geofence-evaluator"); n != 1 {
		t.Errorf("the durable was made anew %g times", n)
	}
	if changes := bustest.Provision(t, admin, w.Server.Table()); len(changes) != 0 {
		t.Errorf("provision changed %v", changes)
	}
}

// The server lost the durable's files, as it may when the durable is deleted and made anew at once. It then refuses every change
// of the durable's metadata for ever. Work goes on.
func TestOrderedDurableWithoutFiles(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(20)
	files, err := filepath.Glob(filepath.Join(w.Server.Dir(), "jetstream", "*", "streams", stream.Tracking, "obs", stream.GeofenceEvaluator))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.RemoveAll(files[0]); err != nil {
		t.Fatal(err)
	}
	l := &bustest.Ledger{}
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(nil)).Run)
	bustest.Eventually(t, "all messages are applied", func() bool { return l.Count() >= 20 })
	w.Acknowledged(20)
	l.Check(t, bustest.UpTo(20)...)
}

// What is gone from the stream is passed over, and nothing else: the head was purged, others were deleted by hand.
func TestOrderedHolesInTheStream(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(60)
	tracking, err := w.Server.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
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
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 8
	var once sync.Once
	apptest.Start(t, bustest.Ordered(t, w.Bus(bustest.Geofence, reg), cfg, l.Writer(func(ms []bus.Msg) error {
		if ms[0].Seq > 30 {
			once.Do(func() { remove(50, 51, 55) }) // After others were looked up.
		}
		return nil
	})).Run)
	bustest.Eventually(t, "through", func() bool { return l.FrontierNow().Seq == 59 })
	l.Check(t, without(60, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 25, 41, 50, 51, 55, 59)...)
	if n := bustest.Value(t, reg, "bus_durables_reset_total", "durable=geofence-evaluator"); n != 1 {
		t.Errorf("the durable was reset %g times", n)
	}
	w.PublishFrom(60, 61)
	w.Acknowledged(61)
}

// Somebody else's reset at the right moment leaves a gap that the delivery count does not show: 6 follows 5 either way.
func TestOrderedGapBehindAnEqualDeliveryCount(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(30)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 5
	thief := w.Evaluator().JetStream()
	var once sync.Once
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(func([]bus.Msg) error {
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
	w.Acknowledged(30)
	l.Check(t, bustest.UpTo(30)...)
}

// An acknowledgement that was sent before a reset and arrives after it carries a delivery count that is too high: the server then
// takes those that follow for old ones, until the durable is full.
func TestOrderedServerIsDeafToAcknowledgements(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithGeofence(func(c *stream.Consumer) { c.MaxAckPending = 40 }))
	w.Publish(200)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	evaluator := w.Evaluator()
	var once sync.Once
	apptest.Start(t, bustest.Ordered(t, evaluator, cfg, l.Writer(func([]bus.Msg) error {
		once.Do(func() {
			late := fmt.Sprintf("$JS.ACK.%s.%s.1.1.1000000.%d.0", stream.Tracking, stream.GeofenceEvaluator, time.Now().UnixNano())
			if err := errors.Join(evaluator.Conn().Publish(late, nil), evaluator.Conn().Flush()); err != nil {
				t.Error(err)
			}
		})
		return nil
	})).Run)
	w.Acknowledged(200)
	l.Check(t, bustest.UpTo(200)...)
}
