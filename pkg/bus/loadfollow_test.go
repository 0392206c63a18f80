package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// view records what LoadAndFollow does with it. Each Load takes its error, or nil, from loads.
type view struct {
	t      *testing.T
	loads  chan error
	reload chan struct{}
	// hold is closed while Hear shall not wait.
	hold chan struct{}

	mu       sync.Mutex
	loaded   int
	begun    int
	heard    []uint64
	caughtUp time.Time
	result   chan error
}

// keep runs a view until the test ends, and returns during its first load. The test sends to loads what each load shall
// return.
func keep(t *testing.T, b *bus.Bus) *view {
	t.Helper()
	v := &view{t: t, loads: make(chan error, 10), reload: make(chan struct{}, 1), hold: make(chan struct{}), result: make(chan error, 1)}
	close(v.hold)
	v.start(b)
	v.until("the first load begins", func() bool { return v.begun == 1 })
	return v
}

func (v *view) start(b *bus.Bus) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		v.result <- b.LoadAndFollow(ctx, stream.Alerts, v.reload, v)
	}()
	v.t.Cleanup(func() {
		cancel()
		<-done
	})
}

func (v *view) Load(ctx context.Context) error {
	v.mu.Lock()
	v.begun++
	v.mu.Unlock()
	select {
	case err := <-v.loads:
		v.mu.Lock()
		defer v.mu.Unlock()
		if err == nil {
			v.loaded, v.heard = v.loaded+1, nil
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *view) Hear(m bus.Msg) {
	v.mu.Lock()
	hold := v.hold
	v.mu.Unlock()
	<-hold
	v.mu.Lock()
	defer v.mu.Unlock()
	v.heard = append(v.heard, m.Seq)
}

func (v *view) CaughtUp(at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.caughtUp = at
}

func (v *view) until(what string, ok func() bool) {
	v.t.Helper()
	bustest.Eventually(v.t, what, func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return ok()
	})
}

// untilHeard waits until the messages from first to last were heard since the last load, and no others after the first
// load. Another load may let earlier ones be heard before these: the view hears the news meanwhile, and where the load
// began in a stream that is being filled is open.
func (v *view) untilHeard(loads int, first, last uint64) {
	v.t.Helper()
	var want []uint64
	for seq := first; seq <= last; seq++ {
		want = append(want, seq)
	}
	v.until(fmt.Sprintf("%d loads, and %d to %d heard since the last", loads, first, last), func() bool {
		heard := v.heard
		if more := len(heard) - len(want); loads > 1 && more > 0 {
			heard = heard[more:]
		}
		return v.loaded == loads && slices.Equal(heard, want)
	})
}

func (v *view) untilCaughtUp(since time.Time) {
	v.t.Helper()
	v.until("caught up", func() bool { return !v.caughtUp.Before(since) })
}

// What was stored before the load is loaded, what comes while it runs is heard after it, and each once.
func TestLoadAndFollowHearsWhatCameDuringASlowLoad(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 3)
	v := keep(t, s.Bus(t, "gateway"))
	bustest.Alerts(t, admin, 4, 6)
	v.mu.Lock()
	if len(v.heard) != 0 || !v.caughtUp.IsZero() {
		t.Errorf("before the first load %v was heard, caught up at %s", v.heard, v.caughtUp)
	}
	v.mu.Unlock()
	v.loads <- nil
	v.untilHeard(1, 4, 6)
	bustest.Alerts(t, admin, 7, 7)
	v.untilHeard(1, 4, 7)
}

// A load again does not hold back the news: they are heard while it runs, and once more after it.
func TestLoadAndFollowHearsNewsDuringAReload(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	v := keep(t, s.Bus(t, "gateway"))
	v.loads <- nil
	bustest.Alerts(t, admin, 1, 2)
	v.untilHeard(1, 1, 2)
	v.reload <- struct{}{}
	v.until("the second load begins", func() bool { return v.begun == 2 })
	bustest.Alerts(t, admin, 3, 4)
	v.untilHeard(1, 1, 4)
	v.loads <- errors.New("database is away")
	bustest.Alerts(t, admin, 5, 5)
	v.untilHeard(1, 1, 5)
	v.loads <- nil
	v.untilHeard(2, 3, 5)
}

// What was stored while the view was busy and somebody asked for a load is heard before the load is done.
func TestLoadAndFollowHearsWhatCameBeforeAReload(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	v := keep(t, s.Bus(t, "gateway"))
	v.loads <- nil
	v.until("loaded", func() bool { return v.loaded == 1 })
	busy := make(chan struct{})
	v.mu.Lock()
	v.hold = busy
	v.mu.Unlock()
	bustest.Alerts(t, admin, 1, 9)
	v.reload <- struct{}{}
	bustest.Eventually(t, "the request is taken", func() bool { return len(v.reload) == 0 })
	close(busy)
	v.untilHeard(1, 1, 9)
}

func TestLoadAndFollowTriesAgainUntilItIsLoaded(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	v := keep(t, s.Bus(t, "gateway"))
	v.loads <- errors.New("database is away")
	v.loads <- errors.New("database is away")
	v.loads <- nil
	bustest.Alerts(t, s.Admin(t), 1, 1)
	v.until("the third load works", func() bool { return v.loaded == 1 && v.begun == 3 })
}

// After a cut nothing is loaded: the news wait in the stream.
func TestLoadAndFollowAcrossACut(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	admin := s.Admin(t)
	v := keep(t, s.BusAt(t, "gateway", link.Addr()))
	v.loads <- nil
	bustest.Alerts(t, admin, 1, 3)
	v.untilHeard(1, 1, 3)
	link.Down()
	bustest.Alerts(t, admin, 4, 9)
	before := time.Now()
	link.Up()
	v.untilHeard(1, 1, 9)
	v.untilCaughtUp(before) // nothing more comes: the stream is asked
}

func TestLoadAndFollowOfAReplacedStream(t *testing.T) {
	t.Parallel()
	// The new stream is empty, or longer than the old one.
	for name, n := range map[string]int{"empty": 0, "longer": 40} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := natstest.Start(t)
			admin := s.Admin(t)
			v := keep(t, s.Bus(t, "gateway"))
			v.loads <- nil
			bustest.Alerts(t, admin, 1, 10)
			v.untilHeard(1, 1, 10)
			replaceAlerts(t, s, admin)
			bustest.Alerts(t, admin, 1, n)
			v.until("the second load begins", func() bool { return v.begun == 2 })
			v.loads <- nil
			bustest.Alerts(t, admin, n+1, n+3)
			v.untilHeard(2, uint64(n+1), uint64(n+3))
		})
	}
}

// A stream that is replaced between its state and the end of the load is noticed as well.
func TestLoadAndFollowOfAStreamReplacedDuringTheLoad(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 3)
	v := keep(t, s.Bus(t, "gateway"))
	replaceAlerts(t, s, admin)
	bustest.Alerts(t, admin, 1, 20)
	v.loads <- nil
	v.loads <- nil
	bustest.Alerts(t, admin, 21, 21)
	v.until("the view is loaded again", func() bool { return v.loaded == 2 })
}

func purge(t testing.TB, admin *bus.Bus, before uint64) {
	t.Helper()
	live, err := admin.JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.Purge(t.Context(), jetstream.WithPurgeSequence(before)); err != nil {
		t.Fatal(err)
	}
}

func TestLoadAndFollowOfAStreamThatDroppedWhatWasNotHeard(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	admin := s.Admin(t)
	v := keep(t, s.BusAt(t, "gateway", link.Addr()))
	v.loads <- nil
	bustest.Alerts(t, admin, 1, 10)
	v.untilHeard(1, 1, 10)
	// What was heard may go.
	link.Down()
	purge(t, admin, 11)
	link.Up()
	bustest.Alerts(t, admin, 11, 12)
	v.untilHeard(1, 1, 12)
	// What was not heard may not.
	link.Down()
	bustest.Alerts(t, admin, 13, 20)
	purge(t, admin, 15)
	link.Up()
	v.until("the second load begins", func() bool { return v.begun == 2 })
	v.loads <- nil
	bustest.Alerts(t, admin, 21, 22)
	v.until("news after the load", func() bool { return v.loaded == 2 && slices.Contains(v.heard, 22) })
}

// A view that is slower than the stream forgets is loaded again; one message that somebody deleted is no reason for that.
func TestLoadAndFollowTellsAGapFromADeletedMessage(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	v := keep(t, s.Bus(t, "gateway"))
	v.loads <- nil
	v.until("loaded", func() bool { return v.loaded == 1 })
	v.mu.Lock()
	v.hold = make(chan struct{})
	v.mu.Unlock()
	bustest.Alerts(t, admin, 1, 4)
	live, err := admin.JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	bustest.Alerts(t, admin, 5, 1300)
	if err := live.DeleteMsg(t.Context(), 1250); err != nil {
		t.Fatal(err)
	}
	purge(t, admin, 1200) // beyond what the client holds already
	close(v.hold)
	v.until("the second load begins", func() bool { return v.begun == 2 })
	v.loads <- nil
	bustest.Alerts(t, admin, 1301, 1302)
	v.until("loaded again", func() bool { return v.loaded == 2 && slices.Contains(v.heard, 1302) })
}

func TestFollowReportsWhatWasDropped(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 10)
	purge(t, admin, 5)
	live, err := admin.JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.DeleteMsg(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	gateway := s.Bus(t, "gateway")
	for from, want := range map[uint64]error{4: bus.ErrDropped, 5: nil} {
		ctx, cancel := context.WithCancel(t.Context())
		var last uint64
		err := gateway.Follow(ctx, stream.Alerts, from, func(m bus.Msg) {
			if last = m.Seq; last == 10 {
				cancel()
			}
		}, bus.ReportDropped())
		cancel()
		if !errors.Is(err, want) || want == nil && last != 10 {
			t.Errorf("follow from %d: %v, up to %d", from, err, last)
		}
	}
}

func TestLoadAndFollowOnAClosedBus(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, "gateway")
	v := keep(t, b)
	v.loads <- nil
	v.until("loaded", func() bool { return v.loaded == 1 })
	b.Close()
	if err := bustest.Within(t, "the end", time.Minute, v.result); err == nil {
		t.Error("ended without an error")
	}
}
