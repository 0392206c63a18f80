// Package bustest is what the tests of pkg/bus and of its packages share: one test's server with numbered messages, and
// records of what handlers saw.
package bustest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// IngestService is the service that owns the plain durable of TRACKING.
const IngestService = "tracking-ingest"

// World is one test's server, with the bus of the one service that has a durable.
type World struct {
	T       *testing.T
	Server  *natstest.Server
	Ingest  *bus.Bus
	Metrics *prometheus.Registry
}

// Setup starts a server and ingest's bus.
func Setup(t *testing.T, opts ...natstest.Option) *World {
	t.Helper()
	w := &World{T: t, Server: natstest.Start(t, opts...), Metrics: prometheus.NewRegistry()}
	w.Ingest = w.Bus(IngestService, w.Metrics)
	return w
}

// Bus is a service's bus with a registry of its own.
func (w *World) Bus(service string, reg prometheus.Registerer) *bus.Bus {
	w.T.Helper()
	b, err := bus.New(w.Server.Connect(w.T, service), service, natstest.Log(w.T), reg, bus.WithTable(w.Server.Table()))
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(b.Close)
	return b
}

// Subject is subject.New or the end of the test.
func Subject(t testing.TB, tenant, domain, event, entity string) subject.Subject {
	t.Helper()
	s, err := subject.New(tenant, domain, event, entity)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Position is position number i.
func Position(t testing.TB, i int) bus.Message {
	t.Helper()
	return bus.Message{
		Subject: Subject(t, "acme", "tracking", "ubicacion", fmt.Sprintf("u%d", i)),
		ID:      fmt.Sprintf("acme-%d", i), Data: []byte(strconv.Itoa(i)),
	}
}

// Publish stores n positions, numbered from 0, so that position i has sequence i+1 in an empty stream. It returns when the durables
// know of them: the server tells its consumers a moment later, and a first fetch that comes between gets some of them only.
func (w *World) Publish(n int) {
	w.T.Helper()
	w.PublishFrom(0, n)
	js := w.Ingest.JetStream()
	for _, durable := range []string{stream.TrackingWriter, stream.GeofenceEvaluator} {
		Eventually(w.T, durable+" knows of the messages", func() bool {
			c, err := js.Consumer(w.T.Context(), stream.Tracking, durable)
			if err != nil {
				return errors.Is(err, jetstream.ErrConsumerNotFound)
			}
			return c.CachedInfo().Delivered.Stream+c.CachedInfo().NumPending >= uint64(n)
		})
	}
}

// TrackingConfig is that of the plain durable, with a short backoff.
func TrackingConfig() bus.ConsumerConfig {
	return bus.ConsumerConfig{
		Stream: stream.Tracking, Durable: stream.TrackingWriter,
		Backoff: func(int) time.Duration { return 20 * time.Millisecond },
	}
}

// Run runs a consumer until the returned function is called, or the test ends.
func Run(t *testing.T, c *bus.Consumer, err error) (stop func()) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Start(t, c.Run)
}

// Eventually polls, since what it waits for happens in a server.
func Eventually(t testing.TB, what string, ok func() bool) {
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

// Within receives from a channel or fails.
func Within[T any](t testing.TB, what string, d time.Duration, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(d):
		t.Fatalf("not within %s: %s", d, what)
		panic("unreachable")
	}
}

// Settled waits until the durable has acknowledged the stream's end. That nothing is pending would not tell: the server
// counts what was just published a moment later.
func (w *World) Settled() {
	w.T.Helper()
	js := w.Ingest.JetStream()
	Eventually(w.T, "durable has nothing left", func() bool {
		state, err := w.Ingest.StreamState(w.T.Context(), stream.Tracking)
		if err != nil {
			return false
		}
		c, err := js.Consumer(w.T.Context(), stream.Tracking, stream.TrackingWriter)
		return err == nil && c.CachedInfo().AckFloor.Stream >= state.LastSeq &&
			c.CachedInfo().NumPending == 0 && c.CachedInfo().NumAckPending == 0
	})
}

// Letters are all dead letters.
func (w *World) Letters() []admin.DeadLetter {
	w.T.Helper()
	list, err := admin.NewDeadLetters(w.Server.Admin(w.T)).List(w.T.Context(), 0, admin.MaxPage)
	if err != nil {
		w.T.Fatal(err)
	}
	return list
}

// Value reads one metric; labels are "name=value".
func Value(t testing.TB, reg *prometheus.Registry, name string, labels ...string) float64 {
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

// Counted is how often each number was seen.
type Counted map[int]int

// Check says whether each of the numbers below n was seen so many times.
func (c Counted) Check(t testing.TB, n, times int) {
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

// Number is the number of a position; -1 when its body is none.
func Number(m bus.Msg) int {
	n, err := strconv.Atoi(string(m.Data))
	if err != nil {
		return -1
	}
	return n
}

// ErrPoison is a handler's error.
var ErrPoison = errors.New("poison")

// ShortAckWait is short for a test that outlasts it, and long enough for signs of life, one in a third of it, when a busy machine
// stops the test for 3 s.
const ShortAckWait = 5 * time.Second

// WithAckWait makes a lost message come back within a test's patience.
func WithAckWait(d time.Duration) natstest.Option {
	return natstest.WithStream(stream.Tracking, func(s *stream.Stream) { s.Consumers[0].AckWait = d })
}

// Outcome is how many messages of the plain durable had an outcome.
func (w *World) Outcome(name string) float64 {
	w.T.Helper()
	return Value(w.T, w.Metrics, "bus_handled_total", "stream=TRACKING", "durable=tracking-writer", "outcome="+name)
}

// Recorder notes what a handler saw.
type Recorder struct {
	Mu   sync.Mutex
	Seen Counted
	Msgs []bus.Msg
}

// NewRecorder makes an empty one.
func NewRecorder() *Recorder { return &Recorder{Seen: Counted{}} }

// Note counts a message, and returns how often it was seen.
func (r *Recorder) Note(m bus.Msg) (times int) {
	r.Mu.Lock()
	defer r.Mu.Unlock()
	r.Seen[Number(m)]++
	r.Msgs = append(r.Msgs, m)
	return r.Seen[Number(m)]
}

// Check is that of Counted.
func (r *Recorder) Check(t testing.TB, n, times int) {
	t.Helper()
	r.Mu.Lock()
	defer r.Mu.Unlock()
	r.Seen.Check(t, n, times)
}

// IdleReplica is another replica, which should find nothing to do: all messages are in somebody's hands.
func (w *World) IdleReplica() (stop func()) {
	w.T.Helper()
	c, err := bus.NewConsumer(w.Replica(), TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		w.T.Errorf("message %d went to the other replica, on delivery %d", Number(m), m.Deliveries)
		return nil
	})
	return Run(w.T, c, err)
}

// Provision makes the table, and returns what it changed.
func Provision(t testing.TB, by *bus.Bus, table []stream.Stream) []string {
	t.Helper()
	changes, err := admin.Provision(t.Context(), by.JetStream(), table, admin.ProvisionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

// PublishFrom stores positions from one number to another, the last excluded.
func (w *World) PublishFrom(from, to int) {
	w.T.Helper()
	for i := from; i < to; i++ {
		if _, err := w.Ingest.Publish(w.T.Context(), Position(w.T, i)); err != nil {
			w.T.Fatal(err)
		}
	}
}

// Replica is another bus of ingest.
func (w *World) Replica() *bus.Bus { return w.Bus(IngestService, prometheus.NewRegistry()) }
