package schedule

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
)

// Companies is the part of a *directory.Directory that a scheduler needs.
type Companies interface {
	Companies() []directory.Company
	Company(id string) (directory.Company, bool)
	OnChange(f func(company string))
	// Ready returns an error until the companies are known.
	Ready(ctx context.Context) error
}

// Deps are what a scheduler needs.
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

// Scheduler runs one service's jobs. It is safe for concurrent use.
type Scheduler struct {
	deps    Deps
	service string
	jobs    []Job
	byName  map[string]Job
	metrics *metrics
	// owner names this process in its leases. claims counts the leases that it has taken.
	owner  string
	claims atomic.Int64
	zones  sync.Map // *time.Location by name
	// stale is set when the directory has changes that the schedule may not have.
	stale atomic.Bool
	// polled is when the schedule was last polled without an error, in Unix nanoseconds. It is 0 before the first poll.
	polled atomic.Int64

	tick sync.Mutex // one tick at a time; guards the rest
	// known holds the zone and rule of each row of the schedule. It is nil before the jobs are registered.
	known    map[key]basis
	measured time.Time
	pruned   time.Time
}

// New makes a scheduler for the jobs of a service. It does nothing until Run or Tick. Call New before the directory runs.
func New(d Deps, service string, jobs ...Job) (*Scheduler, error) {
	d.Options = d.Options.withDefaults()
	jobs, err := checkJobs(jobs)
	if err != nil {
		return nil, fmt.Errorf("make the scheduler of %s: %w", service, err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = service // Owners differ by their random part.
	}
	s := &Scheduler{deps: d, service: service, jobs: jobs, byName: map[string]Job{}, metrics: newMetrics(d.Metrics, jobs), owner: host + "/" + rand.Text()[:8]}
	for _, j := range jobs {
		s.byName[j.Name] = j
	}
	s.stale.Store(true)
	d.Companies.OnChange(func(string) { s.stale.Store(true) })
	return s, nil
}

// zone looks up each name once.
func (s *Scheduler) zone(name string) *time.Location {
	if loc, ok := s.zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		s.deps.Log.Error("unknown time zone of a company, using UTC", "zone", name, "error", err)
		loc = time.UTC
	}
	s.zones.Store(name, loc)
	return loc
}
