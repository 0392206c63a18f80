package up

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/notifier"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

// Config of `terreno up`: its own settings and those of every service it can run.
type Config struct {
	HTTPAddr     string        `env:"HTTP_ADDR" default:"127.0.0.1:8080" help:"listener of everything that clients use"`
	InternalAddr string        `env:"INTERNAL_ADDR" default:"127.0.0.1:9090" help:"listener of /healthz, /readyz and /metrics"`
	Data         string        `env:"DATA" default:".data" help:"folder of all that survives a restart"`
	Drain        time.Duration `env:"DRAIN_TIMEOUT" default:"10s" help:"how long work in hand may take after a stop signal"`
	Demo         bool          `env:"DEMO" default:"true" help:"the demo company and its fleet; false is an empty installation"`
	Phones       bool          `env:"DEMO_PHONES" default:"true" help:"the demo's phones report; false is a demo company at rest"`
	NATSURL      string        `env:"NATS_URL" secret:"true" help:"NATS of your own, with an administrator's user; empty starts one in this process"`
	DatabaseURL  string        `env:"DATABASE_URL" secret:"true" help:"PostgreSQL of your own, as an administrator; empty starts a private one. DATABASE_URL is read too"`
	JWKSURL      string        `env:"JWKS_URL" help:"keys of the tokens where identity runs elsewhere"`
	// The demo's day is over long ago: domain time begins there and runs faster.
	ClockStart string  `env:"CLOCK_START" help:"RFC 3339 instant at which domain time begins; the demo sets 2015-06-07T12:00:00-05:00"`
	ClockSpeed float64 `env:"CLOCK_SPEED" help:"domain seconds in a second; 1, and 10 in the demo"`

	Log      obs.Config
	Identity identity.Config
	Ingest   trackingingest.Config
	Geofence geofence.Config
	Notifier notifier.Config
	Gateway  gateway.Config
	Fieldsim fieldsim.Config

	clockStart time.Time
}

const (
	demoStart = "2015-06-07T12:00:00-05:00"
	demoSpeed = 10
)

// Load reads the environment. DEMO and DATABASE_URL are understood without the prefix, since people type them by hand.
func Load(environ []string) (Config, []string, error) {
	var c Config
	// On a laptop Ctrl-C should not take as long as a deployment that spares its neighbours.
	extra := []string{"TERRENO_LOG_FORMAT=text", "TERRENO_LOG_LEVEL=warn", "TERRENO_GATEWAY_DRAIN_SPREAD=500ms"}
	for _, name := range []string{"DEMO", "DATABASE_URL"} {
		for _, kv := range environ {
			if strings.HasPrefix(kv, name+"=") {
				extra = append(extra, config.Prefix+kv)
			}
		}
	}
	warnings, err := config.Load(&c, slices.Concat(extra, environ))
	return c, warnings, err
}

// Validate fills what depends on the demo and checks the rest.
func (c *Config) Validate() []error {
	var problems []error
	for name, addr := range map[string]string{"TERRENO_HTTP_ADDR": c.HTTPAddr, "TERRENO_INTERNAL_ADDR": c.InternalAddr} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			problems = append(problems, fmt.Errorf("%s=%q: give host:port, such as 127.0.0.1:8080", name, addr))
		}
	}
	if c.ClockStart == "" && c.Demo {
		c.ClockStart = demoStart
	}
	if c.ClockSpeed == 0 {
		c.ClockSpeed = 1
		if c.Demo {
			c.ClockSpeed = demoSpeed
		}
	}
	if c.Drain < time.Second {
		problems = append(problems, fmt.Errorf("TERRENO_DRAIN_TIMEOUT=%v: give at least 1s", c.Drain))
	}
	if !(c.ClockSpeed >= 1 && c.ClockSpeed <= 1000) { // NaN is neither
		problems = append(problems, errors.New("TERRENO_CLOCK_SPEED: give a number from 1 to 1000"))
	}
	if c.ClockStart != "" {
		at, err := time.Parse(time.RFC3339, c.ClockStart)
		if err != nil {
			problems = append(problems, fmt.Errorf("TERRENO_CLOCK_START=%q: give an instant such as %s", c.ClockStart, demoStart))
		}
		c.clockStart = at
	}
	return problems
}
