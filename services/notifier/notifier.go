package notifier

import (
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/services/notifier/internal/api"
	"github.com/terreno/terreno/services/notifier/internal/inbox"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const name = "notifier"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is what must be provisioned before New's service can run. It also reads the view identity.v_users.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet},
}

// Config of the service.
type Config struct {
	Retention time.Duration `env:"ALERTS_RETENTION" default:"9600h" help:"how long an alert is kept, with its log, after it ended or was resolved and nothing changed it any more"`
}

// Validate checks the limits.
func (c *Config) Validate() []error {
	const day = 24 * time.Hour
	// An alert that is gone must not come again from its stream, which keeps a week.
	if c.Retention < 30*day || c.Retention > 3650*day {
		return []error{fmt.Errorf("TERRENO_ALERTS_RETENTION=%v: give 720h (30 days) to 87600h (ten years)", c.Retention)}
	}
	return nil
}

// New makes the service; nothing runs until its runners do.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	alerts := store.New(deps.DB, relay.Wake)
	in, err := inbox.New(deps.Bus, alerts, deps.Clock, deps.Metrics, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	tidy, err := newUpkeep(deps, alerts, cfg.Retention)
	if err != nil {
		return nil, err
	}
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth})
	if err := api.Register(web, alerts, deps.Clock, deps.Metrics); err != nil {
		return nil, err
	}
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "inbox", Run: in.Run},
			{Name: "outbox", Run: relay.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While the inbox waits, what it has already is read and acted on all the same.
		Checks: []app.Check{{Name: "inbox", Ready: in.Ready, Soft: true}},
	}, nil
}
