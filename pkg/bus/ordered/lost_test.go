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
