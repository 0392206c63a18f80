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
	// polled is when the schedule was last polled without an error, in Unix nanoseconds; 0 before the first.
	polled atomic.Int64

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
	host, err := os.Hostname()
	if err != nil {
		host = service // the random part is what tells owners apart
	}
	s := &Scheduler{deps: d, service: service, jobs: jobs, byName: map[string]Job{}, metrics: newMetrics(d.Metrics, jobs), owner: host + "/" + rand.Text()[:8]}
	for _, j := range jobs {
		s.byName[j.Name] = j
	}
	s.stale.Store(true)
	d.Companies.OnChange(func(string) { s.stale.Store(true) })
	return s, nil
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
