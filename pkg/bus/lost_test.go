package bus_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// forgetful is a stream that drops its oldest messages early.
func forgetful() []natstest.Option {
	return []natstest.Option{
		natstest.WithMaxBytes(stream.Tracking, 64<<10),
		natstest.WithStream(stream.Tracking, func(s *stream.Stream) { s.Discard = stream.DiscardOld }),
	}
}

func publishBig(w *bustest.World, from, to int) {
	w.T.Helper()
	for i := from; i < to; i++ {
		m := bustest.Position(w.T, i)
		m.Data = fmt.Appendf(nil, "%-4096d", i)
		if _, err := w.Ingest.Publish(w.T.Context(), m); err != nil {
			w.T.Fatal(err)
		}
	}
}

func lostOf(w *bustest.World) (n uint64) {
	w.T.Helper()
	all, err := admin.ListLost(w.T.Context(), w.Server.Admin(w.T), w.Server.Table())
	if err != nil {
		w.T.Fatal(err)
	}
	for _, l := range all {
		if l.Stream != stream.Tracking || l.Durable != stream.TrackingWriter || len(l.Ranges) != 1 ||
			l.Ranges[0].Messages() != l.Messages || l.Ranges[0].From != 6 {
			w.T.Errorf("lost %+v", l)
		}
		n += l.Messages
	}
	return n
}

func lostTotal(t *testing.T, reg *prometheus.Registry) uint64 {
	t.Helper()
	return uint64(bustest.Value(t, reg, "bus_lost_total", "stream=TRACKING", "durable=tracking-writer"))
}

// What the stream dropped while nobody worked on the durable is counted once, and every replica and the operator know.
func TestLostWhileAway(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, forgetful()...)
	var handled atomic.Uint64
	handler := func(context.Context, bus.Msg) error {
		handled.Add(1)
		return nil
	}
	publishBig(w, 0, 5)
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), handler)
	stop := bustest.Run(t, c, err)
	w.Settled()
	stop()
	if n := lostOf(w); n != 0 {
		t.Errorf("%d are lost before anything is", n)
	}
	publishBig(w, 5, 40)
	away := lostOf(w)
	for i, want := range []bool{true, false} {
		reg := prometheus.NewRegistry()
		c, err := bus.NewConsumer(w.Bus(bustest.IngestService, reg), bustest.TrackingConfig(), handler)
		stop := bustest.Run(t, c, err)
		w.Settled()
		stop()
		n := lostTotal(t, reg)
		if (n > 0) != want || want && n+handled.Load() != 40 {
			t.Errorf("process %d: %d are lost, %d of 40 are handled", i, n, handled.Load())
		}
		if want && (n != away || n != lostOf(w)) {
			t.Errorf("%d are counted, an operator saw %d and sees %d", n, away, lostOf(w))
		}
	}
	// The provisioner leaves the record alone when it corrects the durable.
	table := w.Server.Table()
	table[0].Consumers[0].MaxAckPending = 77
	if changes := bustest.Provision(t, w.Server.Admin(t), table); len(changes) != 1 || lostOf(w) != away {
		t.Errorf("after provisioning %v %d are lost", changes, lostOf(w))
	}
}

// A consumer that is held by its database learns of it too, and counts nothing that it has in hand.
func TestLostWhileHeld(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, forgetful()...)
	var down atomic.Bool
	held := make(chan struct{}, 1000)
	var handled atomic.Uint64
	cfg := bustest.TrackingConfig()
	cfg.Batch = 1
	c, err := bus.NewConsumer(w.Ingest, cfg, func(context.Context, bus.Msg) error {
		if down.Load() {
			held <- struct{}{}
			return bus.Unavailable(bustest.ErrPoison)
		}
		handled.Add(1)
		return nil
	})
	bustest.Run(t, c, err)
	publishBig(w, 0, 4)
	w.Settled()
	down.Store(true)
	publishBig(w, 4, 5)
	bustest.Within(t, "the first is held", time.Minute, held)
	publishBig(w, 5, 40)
	down.Store(false)
	w.Settled()
	bustest.Eventually(t, "what is lost is counted", func() bool { return lostTotal(t, w.Metrics)+handled.Load() == 40 })
	if handled.Load() == 40 || lostTotal(t, w.Metrics) != lostOf(w) {
		t.Errorf("%d of 40 are handled, %d are lost", handled.Load(), lostOf(w))
	}
}
