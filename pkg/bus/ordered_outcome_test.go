package bus_test

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
	"github.com/terreno/terreno/proto/stream"
)

// without is 0 to n-1 but for some.
func without(n int, some ...int) []int {
	return slices.DeleteFunc(upTo(n), func(i int) bool { return slices.Contains(some, i) })
}

func TestOrderedPoisonAmongAHundred(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(100)
	reg := prometheus.NewRegistry()
	l := &ledger{}
	apptest.Start(t, ordered(t, w.bus(geofence, reg), orderedConfig(), l.writer(func(ms []bus.Msg) error {
		for _, m := range ms {
			switch number(m) {
			case 0:
				return bus.Reject(errPoison)
			case 38:
				panic("boom")
			case 80:
				return errPoison
			case 99:
				return bus.Later(time.Millisecond)
			}
		}
		return nil
	})).Run)
	w.acknowledged(100)
	l.check(t, without(100, 0, 38, 80, 99)...)
	if f := l.frontierNow(); f.Seq != 100 {
		t.Errorf("the frontier is at %d, not past the last dead letter", f.Seq)
	}
	list := w.letters()
	var got []int
	for i, l := range list {
		got = append(got, number(bus.Msg{Data: l.Data}))
		if want := []int{1, 5, 5, 5}[i]; l.Attempts != want || l.Service != geofence || l.Durable != stream.GeofenceEvaluator {
			t.Errorf("dead letter %+v, expected %d attempts", l, want)
		}
	}
	if !slices.Equal(got, []int{0, 38, 80, 99}) || !strings.Contains(list[3].Reason, "cannot put messages off") {
		t.Errorf("dead letters of %v", got)
	}
	for outcome, want := range map[string]float64{"ok": 96, "rejected": 1, "dead": 3, "failed": 12, "later": 0} {
		if n := value(t, reg, "bus_handled_total", "durable=geofence-evaluator", "outcome="+outcome); n != want {
			t.Errorf("%s is %g, expected %g", outcome, n, want)
		}
	}
	if value(t, reg, "bus_durables_reset_total", "durable=geofence-evaluator") != 1 || value(t, reg, "bus_dead_letters_total", "durable=geofence-evaluator") != 4 {
		t.Error("poison made the durable begin again, or is not counted")
	}
}

// A message that fails now and then holds back what is behind it, after its backoff it is applied.
func TestOrderedAttemptsAreMadeInPlace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(10)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.Backoff = func(attempt int) time.Duration { return time.Duration(attempt) * 200 * time.Millisecond }
	var alone []time.Time
	apptest.Start(t, ordered(t, w.evaluator(), cfg, l.writer(func(ms []bus.Msg) error {
		if !slices.ContainsFunc(ms, func(m bus.Msg) bool { return number(m) == 4 }) {
			return nil
		}
		if len(ms) == 1 {
			alone = append(alone, time.Now())
		}
		if len(alone) < 3 {
			return errPoison
		}
		return nil
	})).Run)
	w.acknowledged(10)
	l.check(t, upTo(10)...)
	// The jitter takes off up to half.
	if len(alone) != 3 || alone[1].Sub(alone[0]) < 100*time.Millisecond || alone[2].Sub(alone[1]) < 200*time.Millisecond {
		t.Errorf("attempts at %v", alone)
	}
	if n := len(w.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

func TestOrderedUnavailableHolds(t *testing.T) {
	t.Parallel()
	// Shorter than the outage: what is held comes again, and must not be applied twice.
	w := setup(t, withGeofence(func(c *stream.Consumer) { c.AckWait = 300 * time.Millisecond }))
	w.publish(10)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.MaxAttempts = 1
	var down atomic.Bool
	down.Store(true)
	calls := make(chan int, 100)
	c := ordered(t, w.evaluator(), cfg, l.writer(func(ms []bus.Msg) error {
		if down.Load() {
			calls <- len(ms)
			return bus.Unavailable(errors.New("database is down"))
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	for range 4 {
		if n := within(t, "a try", 10*time.Second, calls); n != 10 {
			t.Errorf("a batch of %d", n)
		}
		eventually(t, "unready", func() bool { return c.Ready(t.Context()) != nil })
	}
	down.Store(false)
	w.acknowledged(10)
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
	l.check(t, upTo(10)...)
	if n := len(w.letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// The frontier is not a message's fault: while it cannot be moved past a dead letter, it is tried again.
func TestOrderedFrontierPastADeadLetterIsHeld(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(3)
	l := &ledger{}
	cfg := orderedConfig()
	cfg.MaxAttempts = 1
	empty := 0
	c := ordered(t, w.evaluator(), cfg, l.writer(func(ms []bus.Msg) error {
		if len(ms) == 0 {
			if empty++; empty < 3 {
				return errors.New("disk full")
			}
		}
		if slices.ContainsFunc(ms, func(m bus.Msg) bool { return number(m) == 1 }) {
			return bus.Reject(errPoison)
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	w.acknowledged(3)
	l.check(t, 0, 2)
	if list := w.letters(); len(list) != 1 || empty != 3 {
		t.Errorf("%d dead letters after %d calls", len(list), empty)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOrderedUnreadableSubject(t *testing.T) {
	t.Parallel()
	w := setup(t)
	js := w.server.Admin(t).JetStream()
	w.publish(2)
	for range 2 {
		if _, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: "in._sys.tracking.ubicacion.u1", Data: []byte("9")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.ingest.Publish(t.Context(), position(t, 2)); err != nil {
		t.Fatal(err)
	}
	l := &ledger{}
	apptest.Start(t, ordered(t, w.evaluator(), orderedConfig(), l.writer(nil)).Run)
	w.acknowledged(5)
	l.check(t, upTo(3)...)
	if list := w.letters(); len(list) != 2 || list[0].OriginalSubject != "in._sys.tracking.ubicacion.u1" {
		t.Errorf("dead letters %+v", list)
	}
}

func TestOrderedMessageIsHeldWhileTheDeadLettersAreAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(3)
	admin := w.server.Admin(t)
	if err := admin.JetStream().DeleteStream(t.Context(), stream.DLQ); err != nil {
		t.Fatal(err)
	}
	l := &ledger{}
	c := ordered(t, w.evaluator(), orderedConfig(), l.writer(func(ms []bus.Msg) error {
		if slices.ContainsFunc(ms, func(m bus.Msg) bool { return number(m) == 1 }) {
			return bus.Reject(errPoison)
		}
		return nil
	}))
	apptest.Start(t, c.Run)
	eventually(t, "unready, since the letter cannot be stored", func() bool { return errors.Is(c.Ready(t.Context()), bus.ErrUnavailable) })
	l.check(t, 0)
	provision(t, admin, w.server.Table())
	w.acknowledged(3)
	l.check(t, 0, 2)
	if list := w.letters(); len(list) != 1 {
		t.Errorf("%d dead letters", len(list))
	}
}

func TestOrderedFrontierCannotBeRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(3)
	l := (&ledger{}).writer(nil)
	var down atomic.Bool
	down.Store(true)
	c, err := bus.NewOrderedConsumer(w.evaluator(), orderedConfig(), func(ctx context.Context) (bus.Frontier, error) {
		if down.Load() {
			return bus.Frontier{}, errors.New("database is down")
		}
		return l.frontier(ctx)
	}, l.apply)
	if err != nil {
		t.Fatal(err)
	}
	apptest.Start(t, c.Run)
	eventually(t, "unready, with the reason", func() bool {
		err := c.Ready(t.Context())
		return err != nil && strings.Contains(err.Error(), "database is down")
	})
	l.check(t)
	down.Store(false)
	w.acknowledged(3)
	l.check(t, upTo(3)...)
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}
