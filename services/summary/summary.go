package summary

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/summary/internal/api"
	"github.com/terreno/terreno/services/summary/internal/store"
	"github.com/terreno/terreno/services/summary/internal/work"
)

const name = "summary"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet},
}

// Config of the service.
type Config struct {
	Late      time.Duration `env:"SUMMARY_LATE" default:"168h" help:"how long after its end a day still changes, for example because positions arrive late; then it is final"`
	Debounce  time.Duration `env:"SUMMARY_DEBOUNCE" default:"20s" help:"how long a closed day that changed waits for more changes before it is computed again"`
	Retention time.Duration `env:"SUMMARY_RETENTION" default:"9624h" help:"how long days are kept"`
	Positions time.Duration `env:"POSITIONS_RETENTION" default:"2160h" help:"how long positions are kept; older ones are refused, and dropped by the day"`
	Workers   int           `env:"SUMMARY_WORKERS" default:"2" help:"how many days a process computes at once; each takes a connection to the database"`
}

const day = 24 * time.Hour

// Validate returns every problem.
func (c *Config) Validate() []error {
	var wrong []error
	if c.Late < day || c.Late > 30*day {
		wrong = append(wrong, fmt.Errorf("TERRENO_SUMMARY_LATE=%v: give 24h (a day) to 720h (30 days)", c.Late))
	}
	if c.Debounce < 0 || c.Debounce > 10*time.Minute {
		wrong = append(wrong, fmt.Errorf("TERRENO_SUMMARY_DEBOUNCE=%v: give 0s to 10m", c.Debounce))
	}
	// A year of days can be listed.
	if c.Retention < 60*day || c.Retention > 3650*day {
		wrong = append(wrong, fmt.Errorf("TERRENO_SUMMARY_RETENTION=%v: give 1440h (60 days) to 87600h (ten years)", c.Retention))
	}
	if c.Positions < day {
		wrong = append(wrong, fmt.Errorf("TERRENO_POSITIONS_RETENTION=%v: give 24h (a day) to 87600h (ten years)", c.Positions))
	}
	if c.Workers < 1 || c.Workers > 64 {
		wrong = append(wrong, fmt.Errorf("TERRENO_SUMMARY_WORKERS=%d: give 1 to 64", c.Workers))
	}
	return wrong
}

// New makes the service. Nothing runs until its runners run.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	changes := change.New(deps.DB, relay, Schema.Name, deps.Clock)
	data := store.New(deps.DB, changes, deps.Directory, store.Options{Late: cfg.Late, Debounce: cfg.Debounce, Positions: cfg.Positions})
	days := work.New(data, deps.Clock, deps.Log, deps.Metrics, cfg.Workers)
	visits, err := days.Consumer(deps.Bus, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, days.Job(), days.MissedJob(), days.PatternJob())
	if err != nil {
		return nil, err
	}
	tidy := app.NewUpkeep(deps.Log, nil, old(deps, data, cfg.Retention), app.PruneKeys(deps.DB, Schema.Name), app.PruneChanges(deps.DB, Schema.Name))
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, data, deps.Clock, deps.Log)
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "work", Run: days.Run},
			{Name: "activity", Run: visits.Run},
			{Name: "outbox", Run: relay.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While these wait, people can still read days.
		Checks: []app.Check{{Name: "activity", Ready: visits.Ready, Soft: true}, {Name: "jobs", Ready: jobs.Ready, Soft: true}},
	}, nil
}

const (
	tidyEvery = time.Hour
	// pruneAtOnce is how many days one transaction removes.
	pruneAtOnce = 2000
)

// old removes days that ended long ago, by domain time.
func old(deps app.Deps, data *store.Store, retention time.Duration) app.Task {
	return app.Task{Name: "old days", Every: tidyEvery, Do: func(ctx context.Context) error {
		for {
			n, err := data.Prune(ctx, deps.Clock.Now().Add(-retention), pruneAtOnce)
			if err != nil || n < pruneAtOnce {
				return err
			}
		}
	}}
}
