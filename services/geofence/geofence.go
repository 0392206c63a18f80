package geofence

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
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/services/geofence/internal/api"
	"github.com/terreno/terreno/services/geofence/internal/demo"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

const name = "geofence"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before New's service can run. The service also reads views of identity, tracking and activity, and keeps
// its job in platform.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet},
}

// Config is what the environment sets.
type Config struct {
	SweepEvery time.Duration `env:"GEOFENCE_SWEEP_EVERY" default:"3m" help:"how often calcular-alertas-geocerca runs, domain time"`
	Demo       bool          `env:"DEMO_COMPANY" default:"false" help:"make the demo company's zones"`
}

// Validate returns every problem.
func (c *Config) Validate() []error {
	var problems []error
	if c.SweepEvery < time.Minute || c.SweepEvery > time.Hour {
		problems = append(problems, fmt.Errorf("TERRENO_GEOFENCE_SWEEP_EVERY=%v: give 1m to 1h", c.SweepEvery))
	}
	return problems
}

// New makes the service; nothing runs until its runners do.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	changes := change.New(deps.DB, relay, Schema.Name, deps.Clock)
	book := shifts.New(deps.DB, deps.Bus, deps.Clock, deps.Log)
	evaluator, err := evaluate.New(evaluate.Deps{
		Log: deps.Log, Metrics: deps.Metrics, Clock: deps.Clock, Bus: deps.Bus, DB: deps.DB, Directory: deps.Directory,
		Shifts: book, Changes: changes, DrainTimeout: deps.DrainTimeout,
	})
	if err != nil {
		return nil, err
	}
	deps.Directory.OnChange(evaluator.Edited)
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, sweepJob(cfg.SweepEvery, evaluator))
	if err != nil {
		return nil, err
	}
	zones := store.NewZones(deps.DB, changes)
	upkeep := app.NewUpkeep(deps.Log, nil, app.PruneKeys(deps.DB, Schema.Name), app.PruneChanges(deps.DB, Schema.Name))
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, zones)
	runners := []app.Runner{
		{Name: "shifts", Run: book.Run},
		{Name: "evaluator", Run: func(ctx context.Context) error { return evaluator.Run(ctx, jobs.Run) }},
		{Name: "outbox", Run: relay.Run},
		{Name: "upkeep", Run: upkeep.Run},
	}
	if cfg.Demo {
		runners = append(runners, app.Runner{Name: "demo zones", Run: func(ctx context.Context) error {
			return demo.Plant(ctx, zones, deps.Directory, deps.Log)
		}})
	}
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(), Runners: runners,
		// Every replica waits for what the evaluator waits for, so taking one replica out of service would help nobody.
		Checks: []app.Check{
			{Name: "evaluator", Ready: evaluator.Ready, Soft: true},
			{Name: "jobs", Soft: true, Ready: func(ctx context.Context) error {
				if !evaluator.Leading() {
					return nil
				}
				return jobs.Ready(ctx)
			}},
		},
	}, nil
}

// sweepJob is the job calcular-alertas-geocerca. It runs only in the process that evaluates (evaluator.Run starts the
// jobs), so two processes never judge at once.
func sweepJob(every time.Duration, evaluator *evaluate.Evaluator) schedule.Job {
	return schedule.Job{
		Name: "calcular-alertas-geocerca", About: "users outside their assigned zones: what edits, schedules and missed positions left",
		Every: every,
		Do: func(ctx context.Context, r schedule.Run) error {
			if r.Scope == schedule.All {
				return evaluator.SweepAll(ctx)
			}
			return evaluator.Sweep(ctx, r.Scope) // somebody asked for a run of one company
		},
	}
}
