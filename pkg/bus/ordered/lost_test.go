package ordered_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/proto/stream"
)

// Sequences that the stream no longer has and that were never applied are passed over, and said.
func TestOrderedLost(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(10)
	l := &bustest.Ledger{}
	stop := apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(nil)).Run)
	w.Acknowledged(10)
	stop()
	w.PublishFrom(10, 30)
	live, err := w.Server.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= 15; seq++ { // As age would.
		if err := live.DeleteMsg(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
	}
	if err := live.DeleteMsg(t.Context(), 20); err != nil {
		t.Fatal(err)
	}
	for _, want := range []float64{6, 0} {
		reg := prometheus.NewRegistry()
		c := bustest.Ordered(t, w.Bus(bustest.Geofence, reg), bustest.OrderedConfig(), l.Writer(nil))
		stop := apptest.Start(t, c.Run)
		w.Acknowledged(30)
		stop()
		if n := bustest.Value(t, reg, "bus_lost_total", "durable=geofence-evaluator"); n != want {
			t.Errorf("%g are lost, expected %g", n, want)
		}
	}
	lost, err := admin.ListLost(t.Context(), w.Server.Admin(t), w.Server.Table())
	for _, one := range lost {
		if one.Durable == stream.GeofenceEvaluator && (one.Messages != 6 || len(one.Ranges) != 2) {
			t.Errorf("lost %+v", one)
		}
	}
	if err != nil || len(lost) == 0 {
		t.Errorf("lost %+v, %v", lost, err)
	}
}

// A power cut takes the end of the stream while every process is down. What is stored before the evaluator is back takes the
// lost sequences: it is applied, and what was lost is said, once.
func TestOrderedCutWhileAllIsDown(t *testing.T) {
	t.Parallel()
	for name, reused := range map[string]int{"nobody published since": 0, "some sequences are used again": 3, "the durable is gone too": 1, "all are": 5, "and more": 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bustest.Setup(t)
			w.Publish(5)
			files := w.Server.Copy(t)
			w.Ingest = w.Replica()
			w.PublishFrom(5, 10)
			l := &bustest.Ledger{}
			stop := apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(nil)).Run)
			w.Acknowledged(10)
			stop()
			w.Server.LoseSince(t, files)
			w.Ingest = w.Replica()
			if reused == 1 {
				if err := w.Server.Admin(t).JetStream().DeleteConsumer(t.Context(), stream.Tracking, stream.GeofenceEvaluator); err != nil {
					t.Fatal(err)
				}
			}
			w.PublishFrom(100, 100+reused)
			want := bustest.UpTo(10)
			for i := range reused {
				want = append(want, 100+i)
			}
			for _, lost := range []float64{5, 0} {
				reg := prometheus.NewRegistry()
				c := bustest.Ordered(t, w.Bus(bustest.Geofence, reg), bustest.OrderedConfig(), l.Writer(nil))
				stop := apptest.Start(t, c.Run)
				bustest.Eventually(t, "the frontier is at the end", func() bool { return l.FrontierNow().Seq == uint64(5+reused) })
				w.Acknowledged(uint64(5 + reused))
				stop()
				if n := count(t, reg, "bus_stream_lost_total"); n != lost {
					t.Errorf("%g are said to be lost, expected %g", n, lost)
				}
			}
			l.Check(t, want...)
			all, err := admin.ListLost(t.Context(), w.Server.Admin(t), w.Server.Table())
			if err != nil || len(all) != 1 || all[0].Durable != stream.GeofenceEvaluator || all[0].Cut.Messages != 5 ||
				all[0].Cut.Last.From != 6 || all[0].Cut.Last.To != 10 || all[0].Cut.At.IsZero() {
				t.Errorf("lost %+v, %v", all, err)
			}
		})
	}
}

// count is the sum of a counter, 0 when it has no series yet.
func count(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}
