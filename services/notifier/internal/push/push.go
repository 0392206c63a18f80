// Package push sends what the streams NOTIFY and URGENT ask for, through FCM, and writes down what became of it.
//
// # Guarantees
//
// Each push ends in exactly one state: sent, failed, skipped or expired. None is lost, and none stays queued while the process runs and
// FCM answers. A push that was read, whose person lost the device, or whose time is over is not sent. What FCM refuses for good ends at
// once, and a token of no use is dropped. What may pass is tried again, Tries times in all, after a pause of at least Floor and of
// whatever FCM asks for; then it is a dead letter, which `terreno dlq` replays. There is one layer of retries: JetStream's delivery
// after a delay. A push is sent again after it was sent only when the process dies, or loses the connection, between FCM's answer and
// PostgreSQL's: at most once for each push that is in hand at that moment. A phone shows such a push once, by its notification's id.
//
// # Lanes
//
// The lanes have a durable and hands of their own, so that bulk never delays what is urgent. They share FCM's connections, its quota and
// the circuit breaker; urgent pushes go first at both (gate.go).
//
// Of each company, few pushes of a lane are on their way at once; the store holds the others, and Run releases them as those end
// (store.OnTheWay). So the many pushes of one company do not delay another's.
//
// # On failure
//
// While FCM is away, only single probes are tried, and the other pushes stay in hand or in the stream. No try is counted, except those of
// the few pushes that found out.
// When FCM refuses a push because of a quota, pushes that are not urgent wait for as long as FCM asks, but for a minute at most (gate.go).
// While PostgreSQL is away, nothing is sent, and what was sent just before is written down later. Without credentials, pushes end as
// skipped. Run blocks in its caller's goroutine. The goroutines that it starts, one for each lane and one for held pushes, end before
// it returns.
//
// Pauses, quota and Retry-After are wall time, because FCM lives in it. The time at which a push is no longer useful is domain time.
package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	// hands are how many pushes a lane has in hand. A quarter of them is with FCM, the others with the database.
	hands = 256
	sends = 64
	// together is how many pushes a statement reads or writes.
	together = 128
	// releaseEvery is how often held pushes are looked for, and releaseMost how seldom while the database is away.
	releaseEvery, releaseMost = 500 * time.Millisecond, 10 * time.Second
)

// Sender is what reaches devices, a *fcm.Client.
type Sender interface {
	Send(ctx context.Context, p fcm.Push) (id string, failure *fcm.SendError)
}

// Deps of a Pusher.
type Deps struct {
	Bus *bus.Bus
	// Store reads and writes pushes.
	Store *store.Store
	// Sender is nil when there are no credentials.
	Sender  Sender
	Clock   clock.Clock
	Log     *slog.Logger
	Metrics prometheus.Registerer
	Drain   time.Duration
}

// Settings of a Pusher. Defaults replace zero values.
type Settings struct {
	// Floor is the shortest pause between two tries, 10 s by default, and Most the longest, 10 min by default.
	Floor, Most time.Duration
	// Tries is how often a push is sent at most, 6 by default.
	Tries int
	// PerMinute is the project's quota, 600,000 by default.
	PerMinute int
	// Probe is the shortest pause between probes while FCM is away, 1 s by default. The longest is 15 times as long.
	Probe time.Duration
}

func (s Settings) withDefaults() Settings {
	s.Floor, s.Most = cmp.Or(s.Floor, 10*time.Second), cmp.Or(s.Most, 10*time.Minute)
	s.Tries, s.PerMinute, s.Probe = cmp.Or(s.Tries, 6), cmp.Or(s.PerMinute, 600_000), cmp.Or(s.Probe, time.Second)
	return s
}

// Pusher sends pushes.
type Pusher struct {
	lanes []*lane
	store *store.Store
	log   *slog.Logger
	none  bool
}

// New makes a pusher. It consumes nothing until Run.
func New(d Deps, s Settings) (*Pusher, error) {
	s = s.withDefaults()
	p := &Pusher{store: d.Store, log: d.Log, none: d.Sender == nil}
	m := newMetrics(d.Metrics)
	g := newGate(s.Probe, 15*s.Probe, s.PerMinute, func(closed bool) {
		m.turn(closed)
		if closed {
			d.Log.Warn("FCM cannot be reached: pushes wait")
		} else {
			d.Log.Info("FCM can be reached again")
		}
	})
	for _, of := range []struct {
		name, stream, durable string
		urgent                bool
	}{
		{"urgent", stream.Urgent, stream.NotifierUrgent, true},
		{"bulk", stream.Notify, stream.NotifierPush, false},
	} {
		l := newLane(d, s, g, m, of.name, of.urgent)
		var err error
		l.Consumer, err = bus.NewConsumer(d.Bus, bus.ConsumerConfig{
			Stream: of.stream, Durable: of.durable, Parallel: hands, DrainTimeout: d.Drain,
		}, l.handle)
		if err != nil {
			return nil, fmt.Errorf("make the %s lane of pushes: %w", of.name, err)
		}
		p.lanes = append(p.lanes, l)
	}
	return p, nil
}

// Run sends until ctx ends.
func (p *Pusher) Run(ctx context.Context) error {
	if p.none {
		p.log.Warn("pushes reach nobody: there are no credentials of FCM; give TERRENO_FCM_CREDENTIALS the path of a service account's key")
	}
	var all sync.WaitGroup
	errs := make([]error, len(p.lanes))
	for i, l := range p.lanes {
		all.Go(func() { errs[i] = l.Run(ctx) })
	}
	all.Go(func() { p.release(ctx) })
	all.Wait()
	return errors.Join(errs...)
}

// release gives held pushes to their stream until ctx ends.
func (p *Pusher) release(ctx context.Context) {
	for pause := releaseEvery; wait.For(ctx, wait.Jitter(pause)); {
		err := p.store.ReleasePushes(ctx)
		if err == nil {
			pause = releaseEvery
			continue
		}
		if ctx.Err() == nil {
			p.log.Warn("held pushes wait", "error", err, "again_in", pause)
		}
		pause = min(2*pause, releaseMost)
	}
}

// Ready fails while FCM, PostgreSQL or a durable cannot be reached.
func (p *Pusher) Ready(ctx context.Context) error {
	var errs []error
	for _, l := range p.lanes {
		errs = append(errs, l.Ready(ctx))
	}
	return errors.Join(errs...)
}
