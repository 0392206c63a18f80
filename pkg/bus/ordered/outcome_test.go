package ordered_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/proto/stream"
)

// without is 0 to n-1 but for some.
func without(n int, some ...int) []int {
	return slices.DeleteFunc(bustest.UpTo(n), func(i int) bool { return slices.Contains(some, i) })
}

func TestOrderedPoisonAmongAHundred(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(100)
	reg := prometheus.NewRegistry()
	l := &bustest.Ledger{}
	apptest.Start(t, bustest.Ordered(t, w.Bus(bustest.Geofence, reg), bustest.OrderedConfig(), l.Writer(func(ms []bus.Msg) error {
		for _, m := range ms {
			switch bustest.Number(m) {
			case 0:
				return bus.Reject(bustest.ErrPoison)
			case 38:
				panic("boom")
			case 80:
				return bustest.ErrPoison
			case 99:
				return bus.Later(time.Millisecond)
			}
		}
		return nil
	})).Run)
	w.Acknowledged(100)
	l.Check(t, without(100, 0, 38, 80, 99)...)
	if f := l.FrontierNow(); f.Seq != 100 {
		t.Errorf("the frontier is at %d, not past the last dead letter", f.Seq)
	}
	list := w.Letters()
	var got []int
	for i, l := range list {
		got = append(got, bustest.Number(bus.Msg{Data: l.Data}))
		if want := []int{1, 5, 5, 5}[i]; l.Attempts != want || l.Service != bustest.Geofence || l.Durable != stream.GeofenceEvaluator {
			t.Errorf("dead letter %+v, expected %d attempts", l, want)
		}
	}
	if !slices.Equal(got, []int{0, 38, 80, 99}) || !strings.Contains(list[3].Reason, "cannot put messages off") {
		t.Errorf("dead letters of %v", got)
	}
	for outcome, want := range map[string]float64{"ok": 96, "rejected": 1, "dead": 3, "failed": 12, "later": 0} {
		if n := bustest.Value(t, reg, "bus_handled_total", "durable=geofence-evaluator", "outcome="+outcome); n != want {
			t.Errorf("%s is %g, expected %g", outcome, n, want)
		}
	}
	if bustest.Value(t, reg, "bus_durables_reset_total", "durable=geofence-evaluator") != 1 || bustest.Value(t, reg, "bus_dead_letters_total", "durable=geofence-evaluator") != 4 {
		t.Error("poison made the durable begin again, or is not counted")
	}
}

// A message that fails now and then holds back what is behind it, after its backoff it is applied.
func TestOrderedAttemptsAreMadeInPlace(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(10)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Backoff = func(attempt int) time.Duration { return time.Duration(attempt) * 200 * time.Millisecond }
	var alone []time.Time
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(func(ms []bus.Msg) error {
		if !slices.ContainsFunc(ms, func(m bus.Msg) bool { return bustest.Number(m) == 4 }) {
			return nil
		}
		if len(ms) == 1 {
			alone = append(alone, time.Now())
		}
		if len(alone) < 3 {
			return bustest.ErrPoison
		}
		return nil
	})).Run)
	w.Acknowledged(10)
	l.Check(t, bustest.UpTo(10)...)
	// The jitter takes off up to half.
	if len(alone) != 3 || alone[1].Sub(alone[0]) < 100*time.Millisecond || alone[2].Sub(alone[1]) < 200*time.Millisecond {
		t.Errorf("attempts at %v", alone)
	}
	if n := len(w.Letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

func TestOrderedUnavailableHolds(t *testing.T) {
	t.Parallel()
	// Shorter than the outage: what is held comes again, and must not be applied twice.
	w := bustest.Setup(t, bustest.WithGeofence(func(c *stream.Consumer) { c.AckWait = 300 * time.Millisecond }))
	w.Publish(10)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.MaxAttempts = 1
	var down atomic.Bool
	down.Store(true)
	calls := make(chan int, 100)
	c := bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(func(ms []bus.Msg) error {
		if down.Load() && ms[0].Seq == 4 {
			calls <- len(ms)
			return bus.Unavailable(errors.New("database is down"))
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	for range 4 {
		if n := bustest.Within(t, "a try", time.Minute, calls); n != 4 {
			t.Errorf("a batch of %d", n)
		}
		bustest.Eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	}
	down.Store(false)
	w.Acknowledged(10)
	bustest.Eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	l.Check(t, bustest.UpTo(10)...)
	if n := len(w.Letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// The frontier is not a message's fault: while it cannot be moved past a dead letter, it is tried again.
func TestOrderedFrontierPastADeadLetterIsHeld(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(3)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.MaxAttempts = 1
	empty := 0
	c := bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(func(ms []bus.Msg) error {
		if len(ms) == 0 {
			if empty++; empty < 3 {
				return errors.New("disk full")
			}
		}
		if slices.ContainsFunc(ms, func(m bus.Msg) bool { return bustest.Number(m) == 1 }) {
			return bus.Reject(bustest.ErrPoison)
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	w.Acknowledged(3)
	l.Check(t, 0, 2)
	if list := w.Letters(); len(list) != 1 || empty != 3 {
		t.Errorf("%d dead letters after %d calls", len(list), empty)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOrderedUnreadableSubject(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	js := w.Server.Admin(t).JetStream()
	w.Publish(2)
	for range 2 {
		if _, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: "in._sys.tracking.ubicacion.u1", Data: []byte("9")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 2)); err != nil {
		t.Fatal(err)
	}
	l := &bustest.Ledger{}
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(nil)).Run)
	w.Acknowledged(5)
	l.Check(t, bustest.UpTo(3)...)
	if list := w.Letters(); len(list) != 2 || list[0].OriginalSubject != "in._sys.tracking.ubicacion.u1" {
		t.Errorf("dead letters %+v", list)
	}
}

func TestOrderedMessageIsHeldWhileTheDeadLettersAreAway(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(3)
	admin := w.Server.Admin(t)
	if err := admin.JetStream().DeleteStream(t.Context(), stream.DLQ); err != nil {
		t.Fatal(err)
	}
	l := &bustest.Ledger{}
	c := bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(func(ms []bus.Msg) error {
		if slices.ContainsFunc(ms, func(m bus.Msg) bool { return bustest.Number(m) == 1 }) {
			return bus.Reject(bustest.ErrPoison)
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	bustest.Eventually(t, "unready, since the letter cannot be stored", func() bool { return errors.Is(c.Ready(t.Context()), bus.ErrUnavailable) })
	l.Check(t, 0)
	bustest.Provision(t, admin, w.Server.Table())
	w.Acknowledged(3)
	l.Check(t, 0, 2)
	if list := w.Letters(); len(list) != 1 {
		t.Errorf("%d dead letters", len(list))
	}
}

func TestOrderedFrontierCannotBeRead(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(3)
	l := (&bustest.Ledger{}).Writer(nil)
	var down atomic.Bool
	down.Store(true)
	c, err := ordered.New(w.Evaluator(), bustest.OrderedConfig(), func(ctx context.Context) (ordered.Frontier, error) {
		if down.Load() {
			return ordered.Frontier{}, errors.New("database is down")
		}
		return l.Frontier(ctx)
	}, l.Apply)
	if err != nil {
		t.Fatal(err)
	}
	apptest.Start(t, c.Run)
	bustest.Eventually(t, "unready, with the reason", func() bool {
		err := c.Ready(t.Context())
		return err != nil && strings.Contains(err.Error(), "database is down")
	})
	l.Check(t)
	down.Store(false)
	w.Acknowledged(3)
	l.Check(t, bustest.UpTo(3)...)
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}
