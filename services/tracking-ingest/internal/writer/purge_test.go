package writer

import (
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func (w *world) purger(t *testing.T) *Purger {
	t.Helper()
	return NewPurger(w.bus, w.nats.Row(t, stream.Tracking), natstest.Log(t), prometheus.NewRegistry())
}

// fill publishes until the stream refuses.
func (w *world) fill(t *testing.T, user string) (messages int) {
	t.Helper()
	to, err := subject.New("acme", "tracking", "ubicacion", user)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		_, err := w.bus.Publish(t.Context(), bus.Message{Subject: to, ID: user + time.Duration(i).String(), Data: make([]byte, 1000)})
		if errors.Is(err, bus.ErrStreamFull) {
			return i
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPurgeTakesOnlyWhatEveryoneHas(t *testing.T) {
	t.Parallel()
	w := setup(t, natstest.WithMaxBytes(stream.Tracking, 64<<10))
	p := w.purger(t)
	w.publish(t, "acme", "u1", fixes(noon, 1))
	n := uint64(w.fill(t, "u2")) + 1
	p.Purge(t.Context())
	if got := natstest.Stored(t, w.bus, stream.Tracking); got != n || value(p.purged) != 0 {
		t.Errorf("%d of %d messages are left, though nobody has them", got, n)
	}
	// The bodies are zeros, which is no protobuf: the writer makes them dead letters, and has them then.
	apptest.Start(t, w.writer(t).Run)
	w.settled(t)
	p.Purge(t.Context())
	if got := natstest.Stored(t, w.bus, stream.Tracking); got != n || value(p.purged) != 0 {
		t.Errorf("%d of %d messages are left, though the evaluator has none", got, n)
	}
	w.evaluated(t)
	stopPurge := apptest.Start(t, p.Run)
	// What was dropped is counted once the answer is there.
	apptest.Until(t, func() bool {
		left := natstest.Stored(t, w.bus, stream.Tracking)
		return left <= n/4 && value(p.purged) == int(n-left)
	})
	stopPurge()
	left := natstest.Stored(t, w.bus, stream.Tracking)
	if left < n/5 {
		t.Errorf("%d of %d are left, want about a quarter", left, n)
	}
	p.Purge(t.Context())
	if natstest.Stored(t, w.bus, stream.Tracking) != left {
		t.Error("a stream that is nearly empty was purged")
	}
}

func TestPurgeStopsWhenADeclaredConsumerIsMissing(t *testing.T) {
	t.Parallel()
	for _, missing := range []string{stream.TrackingWriter, stream.GeofenceEvaluator} {
		t.Run(missing, func(t *testing.T) {
			t.Parallel()
			w := setup(t, natstest.WithMaxBytes(stream.Tracking, 64<<10))
			p := w.purger(t)
			n := w.fill(t, "u1")
			if err := w.nats.Admin(t).JetStream().DeleteConsumer(t.Context(), stream.Tracking, missing); err != nil {
				t.Fatal(err)
			}
			p.Purge(t.Context())
			if got := natstest.Stored(t, w.bus, stream.Tracking); got != uint64(n) || value(p.blocked) != 1 {
				t.Errorf("%d of %d messages are left, the gauge shows %d", got, n, value(p.blocked))
			}
		})
	}
}
