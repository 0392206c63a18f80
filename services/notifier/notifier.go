package notifier

import (
	"context"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/api"
	"github.com/terreno/terreno/services/notifier/internal/chats"
	"github.com/terreno/terreno/services/notifier/internal/devices"
	"github.com/terreno/terreno/services/notifier/internal/hooks"
	"github.com/terreno/terreno/services/notifier/internal/inbox"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
	"github.com/terreno/terreno/services/notifier/internal/visits"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const name = "notifier"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run. The service also reads views of identity, and schedule.Schema
// holds the plan of its jobs.
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

	WebhooksAllow []string `env:"WEBHOOKS_ALLOW" help:"networks, as 10.20.0.0/16, that webhooks may reach although they are not of the public internet; none by default"`
	WebhooksHTTP  bool     `env:"WEBHOOKS_HTTP" default:"false" help:"webhooks may have addresses with http:// too, whose calls everybody on the way can read"`

	// Resolver and Roots say what the names in webhooks' addresses mean, and whom their calls trust. Those of the machine when nil.
	Resolver *net.Resolver
	Roots    *x509.CertPool
}

const (
	day = 24 * time.Hour
	// timersEvery is how long a step of an escalation may be late, in wall time. With a domain clock at ten times real speed, it is ten
	// times as long.
	timersEvery = 500 * time.Millisecond
)

// rules say where webhooks may point.
func (c *Config) rules() (webhook.Rules, error) {
	r := webhook.Rules{HTTP: c.WebhooksHTTP}
	for _, text := range c.WebhooksAllow {
		p, err := netip.ParsePrefix(text)
		if err == nil && p.Addr().Is4In6() {
			err = errors.New("an IPv4 network is written as one")
		}
		if err != nil {
			return r, fmt.Errorf("TERRENO_WEBHOOKS_ALLOW=%s: give networks such as 10.20.0.0/16 or fd00:1::/32: %w", text, err)
		}
		r.Allowed = append(r.Allowed, p.Masked())
	}
	return r, nil
}

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
	if _, err := c.rules(); err != nil {
		wrong = append(wrong, err)
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
	panics, timers, err := alerts.Escalations(schedule.TimersDeps{
		Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics, Options: schedule.Options{Every: timersEvery},
	})
	if err != nil {
		return nil, err
	}
	in, err := inbox.New(deps.Bus, alerts, deps.Clock, deps.Metrics, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	rules, err := cfg.rules()
	if err != nil {
		return nil, err
	}
	calls, err := hooks.New(deps.Bus, alerts, hooks.NewSender(hooks.SenderOptions{
		Rules: rules, Resolver: cfg.Resolver, Roots: cfg.Roots,
	}), deps.Clock, deps.Metrics, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, expireJob(alerts, deps.Metrics), newReminder(deps, alerts).job())
	if err != nil {
		return nil, err
	}
	told, messages, err := newTellers(deps, alerts)
	if err != nil {
		return nil, err
	}
	phones := devices.New(deps.Bus, alerts, deps.Log)
	tidy := newUpkeep(deps, alerts, cfg.Retention, peopleTasks(deps, alerts, phones)...)
	pushes, err := newPushes(cfg.Push, deps, alerts)
	if err != nil {
		return nil, err
	}
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, api.Deps{
		Store: alerts, Changes: changes, Metrics: deps.Metrics, Publish: deps.Bus.Publish, Teams: teamsOf(deps.Directory), Clock: deps.Clock, Webhooks: rules,
		// A database that hangs is noticed by a question to it before the inbox gives its message up.
		Stores: func(ctx context.Context) error { return errors.Join(in.Ready(ctx), deps.DB.Ready(ctx)) },
	})
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "inbox", Run: in.Run},
			{Name: "visits", Run: told.Run},
			{Name: "chats", Run: messages.Run},
			{Name: "devices", Run: phones.Run},
			{Name: "webhooks", Run: calls.Run},
			{Name: "outbox", Run: relay.Run},
			{Name: "push", Run: pushes.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "timers", Run: timers.Run},
			{Name: "panics", Run: panics.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While the inbox, the jobs and the timers wait, people can still read alerts and act on them.
		Checks: []app.Check{
			{Name: "inbox", Ready: in.Ready, Soft: true},
			{Name: "visits", Ready: told.Ready, Soft: true},
			{Name: "chats", Ready: messages.Ready, Soft: true},
			{Name: "webhooks", Ready: calls.Ready, Soft: true},
			{Name: "jobs", Ready: jobs.Ready, Soft: true},
			{Name: "timers", Ready: timers.Ready, Soft: true},
			{Name: "panics", Ready: panics.Ready, Soft: true},
			{Name: "push", Ready: pushes.Ready, Soft: true},
		},
	}, nil
}

// newTellers makes the consumers that tell people of visits and of messages.
func newTellers(deps app.Deps, s *store.Store) (ofVisits, ofMessages *bus.Consumer, err error) {
	if err := notice.Check(); err != nil {
		return nil, nil, fmt.Errorf("the texts of notifications: %w", err)
	}
	if ofVisits, err = visits.New(deps.Bus, s, deps.Metrics, deps.DrainTimeout); err != nil {
		return nil, nil, err
	}
	ofMessages, err = chats.New(deps.Bus, s, deps.Metrics, deps.DrainTimeout)
	return ofVisits, ofMessages, err
}

// teamsOf reads a user's teams from memory, because a panic must not wait for a database.
func teamsOf(d *directory.Directory) func(company, user string) []string {
	return func(company, user string) []string {
		u, _ := d.User(company, user)
		return u.Teams
	}
}
