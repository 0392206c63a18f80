// Package evaluate judges every position by the zones of its user. The evaluator judges positions as they arrive, in stream
// order. The sweep judges every three minutes.
//
// Guarantees. One process evaluates at a time: it holds a lock on the connection that commits (db.Lead), and the other
// processes wait for that lock. It applies TRACKING strictly in stream order, each message once. One transaction writes the
// states, the events and the position in the stream. If any process dies in between, nothing is lost and nothing is told
// twice. The idempotency key is the message's sequence in the stream, kept in geofence.frontier. In addition, a fix that is
// not newer than its user's last one changes nothing.
//
// The same transaction reads the zones that apply, at one version of the company's plan. So an edit that is committed before
// a position is evaluated counts for that position. An edit also makes the sweep look at its company at once.
//
// Failure. When PostgreSQL is away, or fails in a way that may pass (db.MayPass), the evaluator holds the messages it has,
// and another process may take over. Any other error counts as an attempt. After the last attempt that message alone becomes
// a dead letter. A message that cannot be decoded becomes a dead letter at once. The sweep judges a dead letter's positions
// if they are stored.
//
// A user whose state cannot be read is left alone. The evaluator passes over the user's positions and raises nothing, and an
// alert that is in progress does not end. Everyone else is judged. As long as a sweep meets such a user, each sweep looks at
// the whole company. Once somebody mends the row, the state counts again as it stands. The sweep then judges the positions
// of the last minutes; after a longer gap the user's side has to be confirmed anew. (Deleting the row makes the user unknown
// and leaves a raised alert without an end.) The same holds for users who are assigned a zone that cannot be read; an edit
// of the zone mends it.
//
// The goroutines that Run starts end with it.
package evaluate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

const (
	serviceName = "geofence"
	// lockName names the lock that the working evaluator holds.
	lockName = "geofence.evaluator"
)

// Deps of an evaluator.
type Deps struct {
	Log       *slog.Logger
	Metrics   prometheus.Registerer
	Clock     clock.Clock
	Bus       *bus.Bus
	DB        *db.DB
	Directory Directory
	// Shifts may be nil: then no company hides positions.
	Shifts Shifts
	// Changes emits the events that judging leads to.
	Changes      *change.Changes
	DrainTimeout time.Duration
	// Batch is how many messages a transaction takes at most; 0 means the default.
	Batch int
	// Patience is how long a sweep waits for the evaluator; 0 means the default.
	Patience time.Duration
}

// Evaluator is the consumer of TRACKING, and the sweep.
type Evaluator struct {
	*Deps
	consumer *ordered.Consumer
	plans    *plans
	metrics  *metrics
	pending  *pending
	leader   atomic.Pointer[db.Leader]
	// sweeping has room for one sweep, so only one runs at a time.
	sweeping chan struct{}
	// seldom limits how often the log reports a state that cannot be read.
	seldom rate.Sometimes
}

// defaultBatch was chosen with BenchmarkBatch. For messages with one position, a batch of 1,000 costs the database three
// quarters of what a batch of 300 does. A batch fills up only when there is a backlog.
const defaultBatch = 1000

// Everyone waits for a message that fails, so a few quick attempts must do. An error that may pass by itself holds the
// message and does not count as an attempt.
const (
	maxAttempts  = 3
	attemptPause = 250 * time.Millisecond
)

// New makes an evaluator; Run starts it.
func New(d Deps) (*Evaluator, error) {
	e := &Evaluator{
		Deps: &d, plans: newPlans(d.Log), metrics: newMetrics(d.Metrics), pending: newPending(),
		sweeping: make(chan struct{}, 1), seldom: rate.Sometimes{Interval: time.Minute},
	}
	if e.Shifts == nil {
		e.Shifts = nobodyHides{}
	}
	if e.Batch == 0 {
		e.Batch = defaultBatch
	}
	if e.Patience == 0 {
		e.Patience = defaultPatience
	}
	var err error
	e.consumer, err = ordered.New(d.Bus, ordered.Config{
		Stream: stream.Tracking, Durable: stream.GeofenceEvaluator, Batch: e.Batch, DrainTimeout: d.DrainTimeout,
		MaxAttempts: maxAttempts, Backoff: func(int) time.Duration { return attemptPause },
	}, e.frontier, e.apply)
	if err != nil {
		return nil, fmt.Errorf("make the evaluator: %w", err)
	}
	return e, nil
}

// Run waits for the lock until ctx ends. While this process holds the lock, Run evaluates and runs the jobs.
func (e *Evaluator) Run(ctx context.Context, jobs func(context.Context) error) error {
	if !e.directoryReady(ctx) {
		return nil
	}
	return e.DB.Lead(ctx, lockName, e.Log, func(ctx context.Context, l *db.Leader) error {
		e.leader.Store(l)
		defer e.leader.Store(nil)
		e.Log.Info("evaluating")
		return e.work(ctx, jobs)
	})
}

// work evaluates, sweeps what changes and runs the jobs until ctx ends. A process that takes over looks at everyone, because
// its predecessor may not have acted on all that it heard. Everything that judges runs in the one process that leads. After
// a change of teams, the directories of two processes differ for a moment, and the two would undo each other's work.
func (e *Evaluator) work(ctx context.Context, jobs func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	beside.Go(func() { e.sweepEveryone(ctx) })
	beside.Go(func() { e.sweepPending(ctx) })
	beside.Go(func() {
		if err := e.Bus.LoadAndFollow(ctx, stream.Directory, nil, (*editNews)(e.pending)); err != nil && ctx.Err() == nil {
			e.Log.Error("edits cannot be heard", "error", err)
		}
	})
	beside.Go(func() {
		if err := jobs(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("jobs ended, the evaluator begins again", "error", err)
			stop()
		}
	})
	return e.consumer.Run(ctx)
}

// directoryReady waits until the directory knows who is in which team, and until it is known which companies hide positions. If users
// were judged before that, everyone would have no zones, or a hidden position could raise an alert. It returns false when ctx ends
// first.
func (e *Evaluator) directoryReady(ctx context.Context) bool {
	for e.Directory.Ready(ctx) != nil || e.Shifts.Ready(ctx) != nil {
		if !wait.For(ctx, 20*time.Millisecond) {
			return false
		}
	}
	return true
}

// Leading says whether this process holds the lock.
func (e *Evaluator) Leading() bool { return e.leader.Load() != nil }

// Ready fails while this process holds the lock and cannot evaluate. A standby is ready.
func (e *Evaluator) Ready(ctx context.Context) error {
	if !e.Leading() {
		return nil
	}
	return e.consumer.Ready(ctx)
}

// errNotLeading says that the lock was lost: nothing can be committed, and Lead is about to end the work.
var errNotLeading = errors.New("the evaluator's lock is lost")

// asLeader is a worker's transaction on the connection that holds the lock.
func (e *Evaluator) asLeader(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	l := e.leader.Load()
	if l == nil {
		return errNotLeading
	}
	return l.AsWorker(ctx, fn)
}

func (e *Evaluator) frontier(ctx context.Context) (f ordered.Frontier, err error) {
	err = e.asLeader(ctx, func(tx *sqlx.Tx) error {
		f, err = store.Work{Tx: tx}.Frontier(ctx, stream.Tracking)
		return err
	})
	return f, err
}

// apply is one transaction on the connection that holds the lock, so nobody else can move the frontier meanwhile.
func (e *Evaluator) apply(ctx context.Context, ms []bus.Msg, f ordered.Frontier) error {
	uploads := make([]upload, len(ms))
	for i, m := range ms {
		u, err := decode(m)
		if err != nil {
			return bus.Reject(err)
		}
		if u.unsound > 0 {
			e.Log.Warn("positions that cannot be are not judged", "seq", m.Seq, "id_empresa", u.Company, "fixes", u.unsound)
		}
		uploads[i] = u
	}
	var s *session
	err := e.Changes.On(ctx, e.asLeader, change.Platform, serviceName, func(ch *change.Change) (err error) {
		if s, err = e.evaluate(ctx, ch, uploads); err != nil {
			return err
		}
		return store.Work{Tx: ch.Tx}.SetFrontier(ctx, stream.Tracking, f)
	})
	switch {
	case err == nil:
		e.committed(s)
		return nil
	case errors.Is(err, errTooMany) && len(ms) == 1:
		return bus.Reject(err)
	case errors.Is(err, errNotLeading), errors.Is(err, context.Canceled), db.MayPass(err):
		return bus.Unavailable(err)
	default:
		return err
	}
}

func (e *Evaluator) evaluate(ctx context.Context, ch *change.Change, uploads []upload) (*session, error) {
	who := make([]rule.Who, len(uploads))
	companies := map[string]bool{}
	for i, u := range uploads {
		who[i] = u.Who
		companies[u.Company] = true
	}
	s, err := e.judging(ctx, ch, slices.Collect(maps.Keys(companies)))
	if err != nil {
		return nil, err
	}
	if s.counts.hidden, err = e.hide(ctx, ch.Tx, uploads); err != nil {
		return nil, err
	}
	if err := s.load(ctx, who); err != nil {
		return nil, err
	}
	for _, u := range uploads {
		if p := s.people[u.Who]; p != nil {
			if err := s.judge(p, u.fixes); err != nil {
				return nil, err
			}
		}
	}
	return s, s.finish(ctx)
}
