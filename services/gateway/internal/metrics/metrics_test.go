package metrics_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/services/gateway/internal/metrics"
)

func TestSeriesStartAtZeroAndStayBounded(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m, err := metrics.New(reg, []string{"alerta", "chat"})
	if err != nil {
		t.Fatal(err)
	}
	closes := func() int {
		n, err := testutil.GatherAndCount(reg, "gateway_closes_total")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := closes()
	m.Closed(4408)
	if got := closes(); got != before {
		t.Errorf("a known code made a series: %d, then %d", before, got)
	}
	m.Closed(3000)
	m.Closed(3001)
	if got := closes(); got != before+1 {
		t.Errorf("%d series, after two codes of clients %d", before, got)
	}
	if len(m.Frames) != 6 {
		t.Errorf("%d kinds of frames", len(m.Frames))
	}
	if _, err := metrics.New(reg, nil); err == nil {
		t.Error("two gateways share one registerer")
	}
}
