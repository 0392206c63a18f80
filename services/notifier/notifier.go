package notifier

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
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/api"
	"github.com/terreno/terreno/services/notifier/internal/inbox"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const name = "notifier"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run. The service also reads views of identity, and schedule.Schema
// holds the plan of its job.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet, schedule.TimerSnippet},
}

// Config of the service.
type Config struct {
	// The rule resolves alerts after Unresolved, in whole days, unless the company decides otherwise. Alerts that are over
	// are removed after Retention.
	Unresolved time.Duration `env:"ALERTS_UNRESOLVED" default:"2160h" help:"the rule resolves an alert that nobody resolved within this time of being raised, in the following night; each company may set its own time (PUT /v1/alert-settings)"`
	Retention  time.Duration `env:"ALERTS_RETENTION" default:"9600h" help:"how long an alert and its log are kept after it is over and nothing changes it"`
	Push       PushConfig
}

const day = 24 * time.Hour

func (c *Config) settings() alert.Settings {
	return alert.Settings{UnresolvedDays: int(c.Unresolved / day)}
}

// Validate checks the limits.
func (c *Config) Validate() []error {
	var wrong []error
	// The stream keeps messages for a week. An alert that was removed must not come back from it.
	if c.Retention < 30*day || c.Retention > 3650*day {
		wrong = append(wrong, fmt.Errorf("TERRENO_ALERTS_RETENTION=%v: give 720h (30 days) to 87600h (ten years)", c.Retention))
	}
	if c.settings().Check() != nil || c.Unresolved%day != 0 {
		wrong = append(wrong, fmt.Errorf("TERRENO_ALERTS_UNRESOLVED=%v: give whole days, from 168h (7 days) to 87600h (ten years)", c.Unresolved))
	}
	return append(wrong, c.Push.Validate()...)
}

// New makes the service. Nothing runs until its runners run.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	changes := change.New(deps.DB, relay, Schema.Name, deps.Clock)
	alerts := store.New(deps.DB, changes, cfg.settings())
	in, err := inbox.New(deps.Bus, alerts, deps.Clock, deps.Metrics, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, expireJob(alerts, deps.Metrics))
	if err != nil {
		return nil, err
	}
	pushes, err := newPushes(cfg.Push, deps, alerts)
	if err != nil {
		return nil, err
	}
	tidy := newUpkeep(deps, alerts, cfg.Retention)
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth})
	api.Register(web, api.Deps{Store: alerts, Changes: changes, Metrics: deps.Metrics})
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "inbox", Run: in.Run},
			{Name: "outbox", Run: relay.Run},
			{Name: "push", Run: pushes.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While the inbox and the jobs wait, people can still read alerts and act on them.
		Checks: []app.Check{
			{Name: "inbox", Ready: in.Ready, Soft: true}, {Name: "jobs", Ready: jobs.Ready, Soft: true}, {Name: "push", Ready: pushes.Ready, Soft: true},
		},
	}, nil
}
