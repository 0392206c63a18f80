package ingress

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/dashboard"
)

// Config is set from the environment.
type Config struct {
	HTTPAddr     string        `env:"HTTP_ADDR" default:":8080" help:"address that clients use, for HTTP and sockets"`
	InternalAddr string        `env:"INTERNAL_ADDR" default:":9090" help:"address of /healthz, /readyz and /metrics, for operators only"`
	Drain        time.Duration `env:"DRAIN_TIMEOUT" default:"30s" help:"how long open requests may take after a stop signal; sockets are cut at once"`

	ServiceURL  string   `env:"INGRESS_SERVICE_URL" default:"http://{service}:8080" help:"address of every service; {service} is replaced by its name"`
	ServiceURLs []string `env:"INGRESS_SERVICE_URLS" help:"services with other addresses: identity=http://10.0.0.7:8080,gateway=http://..."`

	TrustedProxies []string `env:"TRUSTED_PROXIES" help:"exact networks of the proxies in front of this one; the ingress trusts X-Forwarded-For only from them"`

	AnswerTimeout time.Duration `env:"INGRESS_ANSWER_TIMEOUT" default:"30s" help:"how long a service may take from the last byte of a request to the header of its response"`
	MaxRequests   int           `env:"INGRESS_MAX_REQUESTS" default:"2048" help:"open requests to one service at the same time, at most half of them from one address; the ingress answers more of them with 503"`
	MaxSockets    int           `env:"INGRESS_MAX_SOCKETS" default:"50000" help:"open sockets at the same time, at most half of them from one address; the ingress answers more of them with 503"`

	Log     obs.Config
	Streets dashboard.Streets
}

// Validate returns every problem.
func (c *Config) Validate() []error {
	_, problems := c.upstreams()
	if _, err := httpx.ParseProxies(c.TrustedProxies); err != nil {
		problems = append(problems, fmt.Errorf("TERRENO_TRUSTED_PROXIES: %w", err))
	}
	for name, d := range map[string]time.Duration{"INGRESS_ANSWER_TIMEOUT": c.AnswerTimeout, "DRAIN_TIMEOUT": c.Drain} {
		if d < time.Second || d > time.Minute {
			problems = append(problems, fmt.Errorf("TERRENO_%s=%v: give 1s to 1m", name, d))
		}
	}
	for name, n := range map[string]int{"MAX_REQUESTS": c.MaxRequests, "MAX_SOCKETS": c.MaxSockets} {
		if n < 1 {
			problems = append(problems, fmt.Errorf("TERRENO_INGRESS_%s=%d: give at least 1", name, n))
		}
	}
	return problems
}

// Services returns the names of the services in the route table, sorted.
func Services() []string {
	var names []string
	for _, r := range httpx.Routes {
		names = append(names, r.Service)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// upstreams returns the address of each service.
func (c *Config) upstreams() (map[string]*url.URL, []error) {
	var problems []error
	found := map[string]*url.URL{}
	if !strings.Contains(c.ServiceURL, "{service}") {
		problems = append(problems, fmt.Errorf("TERRENO_INGRESS_SERVICE_URL=%q: write {service} in place of the name, as in http://{service}:8080", c.ServiceURL))
	}
	for _, name := range Services() {
		u, err := parseUpstream(strings.ReplaceAll(c.ServiceURL, "{service}", name))
		if err != nil && len(problems) == 0 { // Report the problem once and not for each service.
			problems = append(problems, fmt.Errorf("TERRENO_INGRESS_SERVICE_URL=%q: %w", c.ServiceURL, err))
		}
		found[name] = u
	}
	for _, entry := range c.ServiceURLs {
		name, text, _ := strings.Cut(entry, "=")
		u, err := parseUpstream(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("TERRENO_INGRESS_SERVICE_URLS: %q: %w", entry, err))
		}
		if found[name] == nil && !slices.Contains(Services(), name) {
			problems = append(problems, fmt.Errorf("TERRENO_INGRESS_SERVICE_URLS: unknown service %q: name some of %s", name, strings.Join(Services(), ", ")))
		}
		found[name] = u
	}
	return found, problems
}

func parseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("give an address such as http://identity:8080")
	}
	return u, nil
}
