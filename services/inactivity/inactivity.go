package inactivity

import (
	"embed"
	"errors"
	"fmt"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
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
	TrustedProxies []string `env:"TRUSTED_PROXIES" default:"127.0.0.0/8,::1" help:"exact networks of the ingress, whose X-Forwarded-For is believed; none makes the log of changes name the ingress"`
}

// Validate returns every problem.
func (c *Config) Validate() []error {
	var wrong []error
	if _, err := httpx.ParseProxies(c.TrustedProxies); err != nil {
		wrong = append(wrong, fmt.Errorf("TERRENO_TRUSTED_PROXIES: %w", err))
	}
	return wrong
}

// New makes the service. Nothing runs until its runners run.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	proxies, err := httpx.ParseProxies(cfg.TrustedProxies)
	if err != nil {
		return nil, err
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: proxies.Of})
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{{Name: "outbox", Run: relay.Run}},
	}, nil
}
