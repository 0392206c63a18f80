package inactivity

import (
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
	"github.com/terreno/terreno/services/inactivity/internal/api"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

const name = "inactivity"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet},
}

// Config of the service.
type Config struct {
	Every time.Duration `env:"INACTIVITY_EVERY" default:"10m" help:"how often people are looked for who fell silent; the time between two checks is added to how long somebody may be silent"`
}

// Validate returns every problem.
func (c *Config) Validate() []error {
	var wrong []error
	if c.Every < time.Minute || c.Every > time.Hour || c.Every%time.Second != 0 {
		wrong = append(wrong, fmt.Errorf("TERRENO_INACTIVITY_EVERY=%v: give 1m to 1h, in whole seconds", c.Every))
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
	data := store.New(deps.DB, changes, deps.Directory, deps.Log, deps.Metrics)
	check := newChecker(data, deps, cfg.Every)
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, check.checkJob(), check.closeJob())
	if err != nil {
		return nil, err
	}
	tidy := newUpkeep(deps, data)
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, api.Deps{Store: data, Changes: changes, Clock: deps.Clock, Metrics: deps.Metrics})
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "outbox", Run: relay.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While the jobs wait, phones can still say what they have to say.
		Checks: []app.Check{{Name: "jobs", Ready: jobs.Ready, Soft: true}},
	}, nil
}
