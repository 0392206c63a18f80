package up

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/chat"
	"github.com/terreno/terreno/services/dashboard"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/inactivity"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/summary"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

// Config of `terreno up`: its own settings and those of every service that it can run.
type Config struct {
	HTTPAddr       string        `env:"HTTP_ADDR" default:"127.0.0.1:8080" help:"address that clients use, for HTTP and sockets"`
	InternalAddr   string        `env:"INTERNAL_ADDR" default:"127.0.0.1:9090" help:"address of /healthz, /readyz and /metrics, for operators"`
	Data           string        `env:"DATA" default:".data" help:"folder of all data that survives a restart"`
	Drain          time.Duration `env:"DRAIN_TIMEOUT" default:"10s" help:"how long unfinished work may take after a stop signal"`
	Demo           bool          `env:"DEMO" default:"true" help:"create the demo company and its fleet; false starts an empty installation"`
	Phones         bool          `env:"DEMO_PHONES" default:"true" help:"run the demo's simulated phones"`
	FakePush       bool          `env:"DEMO_PUSH" default:"false" help:"start a fake of FCM that takes all pushes; terreno watch shows them. DEMO_PUSH is read too"`
	NATSURL        string        `env:"NATS_URL" secret:"true" help:"your own NATS, with an administrator's user; empty starts a server in this process"`
	DatabaseURL    string        `env:"DATABASE_URL" secret:"true" help:"your own PostgreSQL, as an administrator; empty starts a private server. DATABASE_URL is read too"`
	JWKSURL        string        `env:"JWKS_URL" help:"where to get the keys of the tokens, when identity runs elsewhere"`
	TrustedProxies []string      `env:"TRUSTED_PROXIES" default:"127.0.0.0/8,::1" help:"exact networks of the ingress, whose X-Forwarded-For is believed; a wider one lets clients forge their address, none makes all behind an ingress one client"`
	// The demo replays a past day, so domain time starts on that day. It also runs faster than wall time.
	ClockStart string  `env:"CLOCK_START" help:"RFC 3339 instant at which domain time begins in a new data folder; the demo sets 2015-06-07T12:00:00-05:00"`
	ClockSpeed float64 `env:"CLOCK_SPEED" help:"how many domain seconds pass in a second; the default is 1, and 10 in the demo"`

	Log        obs.Config
	Streets    dashboard.Streets
	Identity   identity.Config
	Ingest     trackingingest.Config
	Geofence   geofence.Config
	Notifier   notifier.Config
	Activity   activity.Config
	Inactivity inactivity.Config
	Chat       chat.Config
	Summary    summary.Config
	Gateway    gateway.Config
	Fieldsim   fieldsim.Config

	clockStart time.Time
}

const (
	demoStart = "2015-06-07T12:00:00-05:00"
	demoSpeed = 10
	// defaultData is the default of Data. The commands that look for a running installation have the same default.
	defaultData = ".data"
)

// Load reads the environment. It accepts DEMO, DEMO_PUSH and DATABASE_URL without the prefix too, because people type them by hand.
func Load(environ []string) (Config, []string, error) {
	var c Config
	// A deployment spreads the reconnections of its clients over some time. On a laptop Ctrl-C should not take that long.
	extra := []string{"TERRENO_LOG_FORMAT=text", "TERRENO_LOG_LEVEL=warn", "TERRENO_GATEWAY_DRAIN_SPREAD=500ms"}
	for _, name := range []string{"DEMO", "DEMO_PUSH", "DATABASE_URL"} {
		for _, kv := range environ {
			if strings.HasPrefix(kv, name+"=") {
				extra = append(extra, config.Prefix+kv)
			}
		}
	}
	warnings, err := config.Load(&c, slices.Concat(extra, environ))
	return c, warnings, err
}

// Validate fills in the defaults that depend on the demo, and checks the settings.
func (c *Config) Validate() []error {
	var problems []error
	for name, addr := range map[string]string{"TERRENO_HTTP_ADDR": c.HTTPAddr, "TERRENO_INTERNAL_ADDR": c.InternalAddr} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			problems = append(problems, fmt.Errorf("%s=%q: give host:port, such as 127.0.0.1:8080", name, addr))
		}
	}
	if _, err := httpx.ParseProxies(c.TrustedProxies); err != nil {
		problems = append(problems, fmt.Errorf("TERRENO_TRUSTED_PROXIES: %w", err))
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
	if c.FakePush && c.Notifier.Push.Credentials != "" {
		problems = append(problems, errors.New("TERRENO_DEMO_PUSH and TERRENO_FCM_CREDENTIALS: give one of the two, because pushes go to a fake or to people"))
	}
	if c.Drain < time.Second {
		problems = append(problems, fmt.Errorf("TERRENO_DRAIN_TIMEOUT=%v: give at least 1s", c.Drain))
	}
	if !(c.ClockSpeed >= 1 && c.ClockSpeed <= 1000) { // This form also refuses NaN.
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
