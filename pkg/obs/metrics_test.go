package obs_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

func counter(labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "n_total", Help: "h"}, labels)
}

func TestRegisterReturnsTheExistingCollector(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	first := obs.Register(reg, counter("a"))
	if obs.Register(reg, counter("a")) != first {
		t.Error("the second registration is not the first collector")
	}
	if c := counter("a"); obs.Register(nil, c) != c {
		t.Error("without a registerer, Register returned another collector")
	}
	defer func() {
		if recover() == nil {
			t.Error("another kind of collector took the name and Register did not panic")
		}
	}()
	obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{Name: "n_total", Help: "h"}))
}
