package bustest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// Geofence is the service that owns the ordered durable.
const Geofence = "geofence"

// Ledger stands for the owner's table: what was applied, and the frontier that is stored with it.
type Ledger struct {
	Mu      sync.Mutex
	Stored  ordered.Frontier
	Applied []int
	Batches []int
	Moved   int
}

// ErrAsideTransaction is what a transaction that does not commit returns.
var ErrAsideTransaction = errors.New("not committed")

// Writer is one process on the ledger. It compares in its transaction, as ordered.Handler asks for.
type Writer struct {
	*Ledger
	last ordered.Frontier
	// before may refuse what is to be committed, or hold it.
	before func(ms []bus.Msg) error
}

// Writer is a process on the ledger; before may be nil.
func (l *Ledger) Writer(before func(ms []bus.Msg) error) *Writer {
	return &Writer{Ledger: l, before: before}
}

// Frontier is for ordered.New.
func (w *Writer) Frontier(context.Context) (ordered.Frontier, error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.last = w.Stored
	return w.Stored, nil
}

// Apply is an ordered.Handler.
func (w *Writer) Apply(_ context.Context, ms []bus.Msg, f ordered.Frontier) error {
	if w.before != nil {
		if err := w.before(ms); err != nil {
			return err
		}
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if w.Stored != w.last {
		w.Moved++
		return ordered.ErrFrontierMoved
	}
	for _, m := range ms {
		w.Applied = append(w.Applied, Number(m))
	}
	w.Batches = append(w.Batches, len(ms))
	f.Created = f.Created.Truncate(time.Microsecond) // As PostgreSQL does.
	w.Stored, w.last = f, f
	return nil
}

// Count is how many messages were applied.
func (l *Ledger) Count() int {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	return len(l.Applied)
}

// FrontierNow is what is stored.
func (l *Ledger) FrontierNow() ordered.Frontier {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	return l.Stored
}

// Check compares what was applied, in its order.
func (l *Ledger) Check(t testing.TB, want ...int) {
	t.Helper()
	l.Mu.Lock()
	defer l.Mu.Unlock()
	if slices.Equal(l.Applied, want) {
		return
	}
	for i := range min(len(want), len(l.Applied)) {
		if l.Applied[i] != want[i] {
			t.Fatalf("%d were applied; place %d holds %d, expected %d", len(l.Applied), i, l.Applied[i], want[i])
		}
	}
	t.Fatalf("%d were applied, expected %d", len(l.Applied), len(want))
}

// UpTo returns 0 to n-1.
func UpTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// OrderedConfig is that of geofence's durable, with a short backoff.
func OrderedConfig() ordered.Config {
	return ordered.Config{
		Stream: stream.Tracking, Durable: stream.GeofenceEvaluator,
		Backoff: func(int) time.Duration { return 20 * time.Millisecond },
	}
}

// Ordered makes an ordered consumer on a ledger.
func Ordered(t testing.TB, b *bus.Bus, cfg ordered.Config, w *Writer) *ordered.Consumer {
	t.Helper()
	c, err := ordered.New(b, cfg, w.Frontier, w.Apply)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Evaluator is geofence's bus.
func (w *World) Evaluator() *bus.Bus { return w.Bus(Geofence, prometheus.NewRegistry()) }

// Place is where the durable stands; ingest may look, because it purges.
func (w *World) Place() (jetstream.ConsumerInfo, error) {
	c, err := w.Ingest.JetStream().Consumer(w.T.Context(), stream.Tracking, stream.GeofenceEvaluator)
	if err != nil {
		return jetstream.ConsumerInfo{}, err
	}
	return *c.CachedInfo(), nil
}

// Acknowledged waits until the durable is at the stream's end and knows it.
func (w *World) Acknowledged(last uint64) {
	w.T.Helper()
	Eventually(w.T, "everything is acknowledged", func() bool {
		info, err := w.Place()
		return err == nil && info.AckFloor.Stream == last && info.NumPending == 0 && info.NumAckPending == 0
	})
}

// WithGeofence changes the row of the ordered durable.
func WithGeofence(change func(*stream.Consumer)) natstest.Option {
	return natstest.WithStream(stream.Tracking, func(s *stream.Stream) {
		for i := range s.Consumers {
			if s.Consumers[i].Durable == stream.GeofenceEvaluator {
				change(&s.Consumers[i])
			}
		}
	})
}
