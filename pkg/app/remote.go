package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/wait"
)

// Remote says where one service finds what it depends on, and which proxies stand before it.
type Remote struct {
	NATSURL        string   `env:"NATS_URL" default:"nats://127.0.0.1:4222" secret:"true" help:"NATS server with this service's user and password"`
	DatabaseURL    string   `env:"DATABASE_URL" secret:"true" help:"PostgreSQL as this service's role, postgres://terreno_identity:...@host:5432/terreno"`
	DatabaseConns  int      `env:"DATABASE_CONNS" default:"4" help:"connections to PostgreSQL that this service may open"`
	JWKSURL        string   `env:"JWKS_URL" default:"http://127.0.0.1:8080/.well-known/jwks.json" help:"keys of the tokens that identity issues"`
	Issuer         string   `env:"TOKEN_ISSUER" default:"terreno" help:"iss of the tokens"`
	Audience       string   `env:"TOKEN_AUDIENCE" default:"terreno" help:"aud of the tokens"`
	TrustedProxies []string `env:"TRUSTED_PROXIES" default:"127.0.0.0/8,::1" help:"exact networks of the ingress, whose X-Forwarded-For is believed; a wider one lets clients forge their address, none makes all behind an ingress one client"`
}

// Validate returns an error when a setting without a default is missing.
func (r *Remote) Validate() []error {
	var problems []error
	if r.DatabaseURL == "" {
		problems = append(problems, fmt.Errorf("TERRENO_DATABASE_URL: give postgres://user:password@host:5432/database"))
	}
	if r.DatabaseConns < 1 {
		problems = append(problems, fmt.Errorf("TERRENO_DATABASE_CONNS=%d: give at least 1", r.DatabaseConns))
	}
	if _, err := httpx.ParseProxies(r.TrustedProxies); err != nil {
		problems = append(problems, fmt.Errorf("TERRENO_TRUSTED_PROXIES: %w", err))
	}
	return problems
}

// DefaultRemote is the Remote of an empty environment.
func DefaultRemote() Remote {
	var r Remote
	if _, err := config.Load(&r, nil); r.Issuer == "" {
		panic(err) // the tags above are broken; the missing database address alone is not
	}
	return r
}

// Process is what Connect needs besides the addresses.
type Process struct {
	Log          *slog.Logger
	Metrics      prometheus.Registerer
	Clock        clock.Clock
	DrainTimeout time.Duration
	// Directory is what the process already knows of companies and users. It is the Deps.Directory of another connection
	// whose Upkeep runs in this process. If it is nil, Connect makes a directory, and the connection's Upkeep runs it.
	Directory *directory.Directory
}

// Connection is a service's Deps and what keeps them working. Upkeep runs beside the service. Call Close after the
// service has ended.
type Connection struct {
	Deps   Deps
	Upkeep *Service
	Close  func()
}

// Connect reaches NATS and PostgreSQL. While one of them does not answer, Connect waits until ctx ends. Meanwhile it
// logs again and again which one, where and why, because the server may be away or the address may be wrong. It returns
// at once an error that waiting cannot mend, such as a role with too many rights.
func Connect(ctx context.Context, service string, r Remote, p Process) (*Connection, error) {
	proxies, err := httpx.ParseProxies(r.TrustedProxies)
	if err != nil {
		return nil, err
	}
	log := p.Log.With("service", service)
	// The bus names the service in its own metrics and log lines. The label set here tells apart all other metrics.
	reg := prometheus.WrapRegistererWith(prometheus.Labels{"service": service}, p.Metrics)
	var b *bus.Bus
	err = await(ctx, log, "NATS", "TERRENO_NATS_URL", r.NATSURL, func(error) bool { return true }, func() (err error) {
		b, err = bus.Connect(r.NATSURL, service, bus.Options{Log: p.Log, Metrics: p.Metrics})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("connect %s to NATS: %w", service, err)
	}
	var d *db.DB
	err = await(ctx, log, "PostgreSQL", "TERRENO_DATABASE_URL", r.DatabaseURL, db.IsUnavailable, func() (err error) {
		d, err = db.Open(ctx, r.DatabaseURL, db.Options{MaxConns: r.DatabaseConns, Metrics: reg})
		return err
	})
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("connect %s to PostgreSQL: %w", service, err)
	}
	closeBoth := func() {
		b.Close()
		if err := d.Close(); err != nil {
			log.Warn("database pool did not close", "error", err)
		}
	}
	dir := p.Directory
	var runners []Runner
	if dir == nil {
		dir = directory.New(d, b, log, reg)
		runners = append(runners, Runner{Name: "directory", Run: dir.Run})
	}
	verifier, err := auth.NewVerifier(auth.Config{
		Issuers: []auth.Issuer{{Name: r.Issuer, JWKSURL: r.JWKSURL}}, Audience: r.Audience,
		Current: func(c auth.Claims) auth.Claims {
			if u, ok := dir.User(c.Company, c.Subject); ok {
				c.Teams = u.Teams
			}
			return c
		},
	}, nil, dir.Revoked)
	if err != nil {
		closeBoth()
		return nil, fmt.Errorf("make the token verifier of %s: %w", service, err)
	}
	return &Connection{
		Deps: Deps{
			Log: log, Metrics: reg, Clock: p.Clock, Bus: b, DB: d, Auth: verifier, Directory: dir, Proxies: proxies,
			// This is less than the whole time, so that a service that ends in time still has time to close NATS and
			// PostgreSQL.
			DrainTimeout: p.DrainTimeout * 8 / 10,
		},
		Upkeep: &Service{
			Name:    service,
			Runners: runners,
			Checks: []Check{
				{Name: "nats", Ready: b.Ready}, {Name: "streams", Ready: b.Stores, Soft: true}, {Name: "postgresql", Ready: d.Ready, Soft: true}, {Name: "directory", Ready: dir.Ready},
			},
		},
		Close: closeBoth,
	}, nil
}

const (
	connectFirst = 250 * time.Millisecond
	connectMost  = 5 * time.Second
)

// await calls connect until it works, until ctx ends, or until it returns an error that waiting cannot mend.
func await(ctx context.Context, log *slog.Logger, what, setting, address string, mends func(error) bool, connect func() error) error {
	for pause := connectFirst; ; pause = min(2*pause, connectMost) {
		err := connect()
		if err == nil || !mends(err) {
			return err
		}
		log.Warn("waiting: it does not answer, or the setting is wrong", "for", what, "setting", setting, "address", hostOf(address), "error", err)
		if !wait.For(ctx, wait.Jitter(pause)) {
			return errors.Join(err, ctx.Err())
		}
	}
}

// hostOf returns the part of an address, or of several, that may be logged. It leaves out user and password.
func hostOf(addresses string) string {
	var hosts []string
	for address := range strings.SplitSeq(addresses, ",") {
		host := "not a URL"
		if u, err := url.Parse(strings.TrimSpace(address)); err == nil && u.Host != "" {
			host = u.Host
		}
		hosts = append(hosts, host)
	}
	return strings.Join(hosts, ",")
}
