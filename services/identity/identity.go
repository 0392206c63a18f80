package identity

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"math"
	"time"
	_ "time/tzdata" // which zones a company may have must not depend on the machine

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/turns"
	"github.com/terreno/terreno/services/identity/internal/changelog"
	"github.com/terreno/terreno/services/identity/internal/jobs"
	"github.com/terreno/terreno/services/identity/internal/keyring"
	"github.com/terreno/terreno/services/identity/internal/password"
	"github.com/terreno/terreno/services/identity/internal/people"
	"github.com/terreno/terreno/services/identity/internal/session"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

//go:embed migrations/*.sql
var migrations embed.FS

const name = "identity"

// Schema is what must be provisioned before the service that New returns can run.
var Schema = db.Schema{
	Name: name, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet},
}

// Config holds the settings from the environment.
type Config struct {
	Issuer          string        `env:"TOKEN_ISSUER" default:"terreno" help:"iss of the tokens"`
	Audience        string        `env:"TOKEN_AUDIENCE" default:"terreno" help:"aud of the tokens"`
	TokenLifetime   time.Duration `env:"TOKEN_LIFETIME" default:"15m" help:"how long an access token is good"`
	RefreshLifetime time.Duration `env:"REFRESH_LIFETIME" default:"720h" help:"how long a session lasts that nobody refreshes"`
	KeyLifetime     time.Duration `env:"SIGNING_KEY_LIFETIME" default:"720h" help:"how long a key signs tokens"`

	PasswordMemoryKiB int `env:"PASSWORD_MEMORY_KIB" default:"65536" help:"memory of one argon2id hash"`
	PasswordPasses    int `env:"PASSWORD_PASSES" default:"3" help:"passes of argon2id"`
	PasswordLanes     int `env:"PASSWORD_LANES" default:"4" help:"lanes of argon2id"`
	PasswordsAtOnce   int `env:"PASSWORDS_AT_ONCE" default:"4" help:"passwords hashed at the same time: times PASSWORD_MEMORY_KIB is what logins may use"`

	BootstrapAdmin BootstrapAdmin
	Demo           bool   `env:"DEMO_COMPANY" default:"false" help:"make the company demo with 43 users"`
	DemoPassword   string `env:"DEMO_PASSWORD" default:"demo" secret:"true" help:"password of everyone in it"`
}

// BootstrapAdmin is the first platform admin. The first start makes it when there is no platform admin.
type BootstrapAdmin struct {
	Login    string `env:"ADMIN_LOGIN" help:"login of the first platform admin; empty makes none"`
	Password string `env:"ADMIN_PASSWORD" secret:"true" help:"its password, 8 characters at least"`
}

// Validate returns every problem of the configuration.
func (c *Config) Validate() []error {
	var problems []error
	report := func(name string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("TERRENO_%s: %w", name, err))
		}
	}
	for name, text := range map[string]string{"TOKEN_ISSUER": c.Issuer, "TOKEN_AUDIENCE": c.Audience} {
		if text == "" {
			report(name, errors.New("give a name"))
		}
	}
	for name, d := range map[string]time.Duration{
		"TOKEN_LIFETIME": c.TokenLifetime, "REFRESH_LIFETIME": c.RefreshLifetime, "SIGNING_KEY_LIFETIME": c.KeyLifetime,
	} {
		if d < time.Minute {
			report(name, fmt.Errorf("%v is too short: give 1m at least", d))
		}
	}
	if c.KeyLifetime < 2*publishLead {
		report("SIGNING_KEY_LIFETIME", fmt.Errorf("give %v at least, since a key is published %v before it signs", 2*publishLead, publishLead))
	}
	_, err := c.hash()
	report("PASSWORD_MEMORY_KIB, _PASSES, _LANES", err)
	if c.PasswordsAtOnce < 1 {
		report("PASSWORDS_AT_ONCE", errors.New("give 1 at least"))
	}
	report("ADMIN_LOGIN, ADMIN_PASSWORD", c.seed().Validate())
	return problems
}

// hash returns the cost parameters of password hashes.
func (c *Config) hash() (password.Params, error) {
	for _, n := range []int{c.PasswordMemoryKiB, c.PasswordPasses, c.PasswordLanes} {
		if n < 1 || n > math.MaxInt32 {
			return password.Params{}, errors.New("give whole numbers from 1")
		}
	}
	p := password.Params{MemoryKiB: uint32(c.PasswordMemoryKiB), Passes: uint32(c.PasswordPasses), Lanes: uint8(min(c.PasswordLanes, math.MaxUint8))}
	return p, p.Validate()
}

func (c *Config) seed() people.Seed {
	s := people.Seed{AdminLogin: c.BootstrapAdmin.Login, AdminPassword: c.BootstrapAdmin.Password}
	if c.Demo {
		s.DemoPassword = c.DemoPassword
	}
	return s
}

// publishLead is how long a signing key is published before it signs.
const publishLead = 5 * time.Minute

// New builds the service. Nothing runs until its runners are started.
func New(cfg Config, deps app.Deps) (*app.Service, error) { return build(cfg, deps, clock.Wall()) }

// build does the work of New. It takes the wall clock as a parameter so that tests can set it.
func build(cfg Config, deps app.Deps, wall clock.Clock) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, fmt.Errorf("check the configuration: %w", err)
	}
	params, err := cfg.hash()
	if err != nil {
		return nil, err
	}
	hasher, err := password.NewHasher(params, cfg.PasswordsAtOnce)
	if err != nil {
		return nil, err
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	changes := change.New(deps.DB, relay, Schema.Name, wall)
	guard := throttle.NewGuard(deps.DB, wall)
	ring := keyring.NewRing(deps.DB, wall, keyring.Schedule{
		Lifetime: cfg.KeyLifetime, Lead: publishLead, TokenLifetime: cfg.TokenLifetime,
	}, deps.Log)
	sessions := &session.Service{
		Store: session.NewStore(deps.DB, changes, cfg.TokenLifetime), Guard: guard, Passwords: hasher, Turns: turns.New(2 * cfg.PasswordsAtOnce), Keys: ring, Wall: wall, Log: deps.Log,
		Results:         session.NewResults(deps.Metrics),
		Terms:           session.Terms{Issuer: cfg.Issuer, Audience: cfg.Audience, Lifetime: cfg.TokenLifetime},
		RefreshLifetime: cfg.RefreshLifetime, Proxies: deps.Proxies,
	}
	staff := &people.API{Store: people.NewStore(deps.DB, changes), Passwords: hasher, Guard: guard}

	api := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	ring.Register(api.Huma)
	sessions.Register(api.Huma)
	staff.Register(api)
	(&jobs.API{DB: deps.DB, Changes: changes, Clock: deps.Clock}).Register(api)
	(&changelog.API{DB: deps.DB}).Register(api)

	// The key comes last: whoever finds it published can sign in.
	first := func(ctx context.Context) error {
		if err := staff.Plant(ctx, cfg.seed(), deps.Log); err != nil {
			return err
		}
		return ring.Tend(ctx)
	}
	upkeep := app.NewUpkeep(deps.Log, first,
		app.Task{Name: "signing keys", Every: time.Minute, Do: ring.Tend},
		app.Task{Name: "sessions", Every: time.Hour, Do: sessions.Sweep},
		app.Task{Name: "login attempts", Every: throttle.SweepEvery, Do: guard.Sweep},
		app.PruneKeys(deps.DB, Schema.Name), app.PruneChanges(deps.DB, Schema.Name),
	)
	sessions.Ready = upkeep.Ready
	return &app.Service{
		Name: name, Handler: api.Handler(), OpenAPI: api.OpenAPI(),
		Runners: []app.Runner{{Name: "outbox", Run: relay.Run}, {Name: "upkeep", Run: upkeep.Run}},
		Checks:  []app.Check{{Name: "first start", Ready: upkeep.Ready}},
	}, nil
}
