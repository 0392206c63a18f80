package schedule

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
)

// Companies is what a scheduler needs of a *directory.Directory.
type Companies interface {
	Companies() []directory.Company
	Company(id string) (directory.Company, bool)
	OnChange(f func(company string))
	// Ready fails until the companies are known.
	Ready(ctx context.Context) error
}

// Deps is what a scheduler works with.
type Deps struct {
	DB        *db.DB
	Companies Companies
	// Clock is domain time.
	Clock clock.Clock
	Log   *slog.Logger
	// Metrics may be nil.
	Metrics prometheus.Registerer
	Options Options
}

// Options are in wall time. The zero value is fine.
type Options struct {
	// Every is the time between two ticks; 2 s when zero, 20 s of a domain clock at ten times real speed.
	Every time.Duration
	// Concurrency is how many runs a replica has in hand at once; 2 when zero, which leaves a pool of four connections room.
	Concurrency int
	// Lease is how long a run stays with a process that does not answer; 1 minute when zero. It is extended at each third.
	Lease time.Duration
	// Attempts in all; 3 when zero.
	Attempts int
	// Pause before the second attempt, and six times as long before the third; 10 s when zero, none when negative.
	Pause time.Duration
}

func (o Options) withDefaults() Options {
	if o.Every <= 0 {
		o.Every = 2 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 2
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Attempts <= 0 {
		o.Attempts = 3
	}
	if o.Pause == 0 {
		o.Pause = 10 * time.Second
	}
	o.Pause = max(0, o.Pause)
	return o
}

// pauseAfter an attempt, counted from 1.
func (o Options) pauseAfter(attempt int) time.Duration {
	p := o.Pause
	for range min(attempt-1, 3) {
		p *= 6
	}
	return p
}

// Scheduler runs one service's jobs. It is safe for concurrent use.
type Scheduler struct {
	deps    Deps
	service string
	jobs    []Job
	byName  map[string]Job
	metrics *metrics
	// owner is this process's name on its leases, claims how many it has taken.
	owner  string
	claims atomic.Int64
	zones  sync.Map // *time.Location by name
	// stale: the directory has news that the schedule may not know.
	stale atomic.Bool
	// looked is when a look at the schedule last worked, in Unix nanoseconds; 0 before the first.
	looked atomic.Int64

	tick sync.Mutex // one tick at a time; guards the rest
	// known is the zone and rule of each line of the schedule; nil before the jobs are registered.
	known    map[key]basis
	measured time.Time
	pruned   time.Time
}

// New makes a scheduler of a service's jobs. It does nothing until Run or Tick. Call it before the directory runs.
func New(d Deps, service string, jobs ...Job) (*Scheduler, error) {
	d.Options = d.Options.withDefaults()
	jobs, err := checkJobs(jobs)
	if err != nil {
		return nil, fmt.Errorf("make the scheduler of %s: %w", service, err)
	}
	m, err := newMetrics(d.Metrics, jobs)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = service // the random part is what tells owners apart
	}
	s := &Scheduler{deps: d, service: service, jobs: jobs, byName: map[string]Job{}, metrics: m, owner: host + "/" + rand.Text()[:8]}
	for _, j := range jobs {
		s.byName[j.Name] = j
	}
	s.stale.Store(true)
	d.Companies.OnChange(func(string) { s.stale.Store(true) })
	return s, nil
}

// Run ticks until ctx ends. Handlers in hand see their contexts end and are waited for.
func (s *Scheduler) Run(ctx context.Context) error {
	ticker, err := gocron.NewScheduler(gocron.WithLocation(time.UTC), gocron.WithStopTimeout(longestStop))
	if err != nil {
		return fmt.Errorf("make the ticker: %w", err)
	}
	look := func() {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			s.deps.Log.Warn("schedule not looked at", "error", err)
		}
	}
	if _, err := ticker.NewJob(gocron.DurationJob(s.deps.Options.Every), gocron.NewTask(look),
		gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartImmediately())); err != nil {
		return errors.Join(fmt.Errorf("set up the ticker: %w", err), ticker.Shutdown())
	}
	ticker.Start()
	<-ctx.Done()
	if err := ticker.Shutdown(); err != nil {
		return fmt.Errorf("stop the ticker: %w", err)
	}
	return nil
}

// longestStop is more than a process is given to drain: whoever runs us has the last word.
const longestStop = 10 * time.Minute

// Ready is nil while the schedule is looked at.
func (s *Scheduler) Ready(context.Context) error {
	looked := s.looked.Load()
	if looked == 0 {
		return errors.New("the schedule was not looked at yet")
	}
	if age := time.Since(time.Unix(0, looked)); age > 10*s.deps.Options.Every+30*time.Second {
		return fmt.Errorf("the schedule was last looked at %v ago", age.Round(time.Second))
	}
	return nil
}

// zone resolves a name once.
func (s *Scheduler) zone(name string) *time.Location {
	if loc, ok := s.zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		s.deps.Log.Error("a company's zone is not known here, taking UTC", "zone", name, "error", err)
		loc = time.UTC
	}
	s.zones.Store(name, loc)
	return loc
}
