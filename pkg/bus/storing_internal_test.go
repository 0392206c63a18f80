package bus

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestAStreamRefusesOnlyAfterAWhileOfNothingElse(t *testing.T) {
	t.Parallel()
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "x"}, []string{"stream"})
	s := &storing{refusing: gauge}
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	fail := func(after time.Duration, err error) { s.failed("TRACKING", err, at.Add(after)) }
	expect := func(when string, words ...string) {
		t.Helper()
		err := s.check()
		if (err != nil) != (len(words) > 0) || (testutil.ToFloat64(gauge.WithLabelValues("TRACKING")) == 1) != (err != nil) {
			t.Errorf("%s: %v", when, err)
		}
		for _, w := range words {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v does not contain %q", when, err, w)
			}
		}
	}
	expect("at the start")
	fail(0, context.DeadlineExceeded)
	fail(9*time.Second, context.DeadlineExceeded)
	expect("after a failover")
	fail(10*time.Second, context.DeadlineExceeded)
	expect("after ten seconds", "TRACKING", "2026-03-01T10:00:00Z", "restart NATS")
	s.stored("ALERTS")
	expect("another stream stores", "TRACKING")
	s.stored("TRACKING")
	expect("stored")
	fail(time.Minute, ErrStreamFull)
	expect("failed once more")
	fail(2*time.Minute, ErrStreamFull)
	expect("full", "size limit", "bus_pending")
	if !errors.Is(s.check(), ErrStreamFull) {
		t.Error("the check does not wrap the error")
	}
	s.forget()
	expect("connected again")
}
