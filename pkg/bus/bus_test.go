package bus_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func TestMain(m *testing.M) {
	natstest.Main()
	goleak.VerifyTestMain(m)
}

const ingestService = "tracking-ingest"

// world is one test's server, with the bus of the one service that has a durable.
type world struct {
	t       *testing.T
	server  *natstest.Server
	ingest  *bus.Bus
	metrics *prometheus.Registry
}

func setup(t *testing.T, opts ...natstest.Option) *world {
	t.Helper()
	w := &world{t: t, server: natstest.Start(t, opts...), metrics: prometheus.NewRegistry()}
	w.ingest = w.bus(ingestService, w.metrics)
	return w
}

func (w *world) bus(service string, reg prometheus.Registerer) *bus.Bus {
	w.t.Helper()
	b, err := bus.New(w.server.Connect(w.t, service), service, natstest.Log(w.t), reg, bus.WithTable(w.server.Table()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(b.Close)
	return b
}

func subj(t testing.TB, tenant, domain, event, entity string) subject.Subject {
	t.Helper()
	s, err := subject.New(tenant, domain, event, entity)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func position(t testing.TB, i int) bus.Message {
	t.Helper()
	return bus.Message{
		Subject: subj(t, "acme", "tracking", "ubicacion", fmt.Sprintf("u%d", i)),
		ID:      fmt.Sprintf("acme-%d", i), Data: []byte(strconv.Itoa(i)),
	}
}

// publish stores n positions, numbered from 0, so that position i has sequence i+1 in an empty stream.
func (w *world) publish(n int) {
	w.t.Helper()
	for i := range n {
		if _, err := w.ingest.Publish(w.t.Context(), position(w.t, i)); err != nil {
			w.t.Fatal(err)
		}
	}
}

func trackingConfig() bus.ConsumerConfig {
	return bus.ConsumerConfig{
		Stream: stream.Tracking, Durable: stream.TrackingWriter,
		Backoff: func(int) time.Duration { return 20 * time.Millisecond },
	}
}

// run runs a consumer until the returned function is called, or the test ends.
func run(t *testing.T, c *bus.Consumer, err error) (stop func()) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Start(t, c.Run)
}

// eventually polls, since what it waits for happens in a server.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(90 * time.Second)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// within receives from a channel or fails.
func within[T any](t testing.TB, what string, d time.Duration, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(d):
		t.Fatalf("not within %s: %s", d, what)
		panic("unreachable")
	}
}

// settled waits until the durable has acknowledged the stream's end. That nothing is pending would not tell: the server
// counts what was just published a moment later.
func (w *world) settled() {
	w.t.Helper()
	js := w.ingest.JetStream()
	eventually(w.t, "durable has nothing left", func() bool {
		state, err := w.ingest.StreamState(w.t.Context(), stream.Tracking)
		if err != nil {
			return false
		}
		c, err := js.Consumer(w.t.Context(), stream.Tracking, stream.TrackingWriter)
		return err == nil && c.CachedInfo().AckFloor.Stream >= state.LastSeq &&
			c.CachedInfo().NumPending == 0 && c.CachedInfo().NumAckPending == 0
	})
}

func (w *world) letters() []bus.DeadLetter {
	w.t.Helper()
	list, err := bus.NewDeadLetters(w.server.Admin(w.t)).List(w.t.Context(), 0, bus.MaxPage)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// value reads one metric; labels are "name=value".
func value(t testing.TB, reg *prometheus.Registry, name string, labels ...string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			have := map[string]bool{}
			for _, l := range m.GetLabel() {
				have[l.GetName()+"="+l.GetValue()] = true
			}
			if !slices.ContainsFunc(labels, func(l string) bool { return !have[l] }) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	t.Fatalf("no metric %s with %s", name, strings.Join(labels, " "))
	return 0
}

// counted is how often each number was seen.
type counted map[int]int

func (c counted) check(t testing.TB, n, times int) {
	t.Helper()
	for i := range n {
		if c[i] != times {
			t.Errorf("message %d was seen %d times, expected %d", i, c[i], times)
		}
	}
	if len(c) > n {
		t.Errorf("unexpected messages %v", slices.Sorted(maps.Keys(c))[n:])
	}
}

func number(m bus.Msg) int {
	n, err := strconv.Atoi(string(m.Data))
	if err != nil {
		return -1
	}
	return n
}

var errPoison = errors.New("poison")
