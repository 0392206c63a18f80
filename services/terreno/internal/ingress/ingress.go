// Package ingress is a small ingress for a deployment that has no other, such as docker-compose.yml. One listener sends each
// path to its service by httpx.Routes, as the single listener of `terreno up` does.
//
// It guarantees:
//
//   - Bodies are streamed unchanged. The ingress neither buffers nor decompresses them.
//   - A socket has no time limit.
//   - A service learns the client's address in X-Forwarded-For. A client cannot forge that header.
//   - The ingress answers 502 when a service cannot be reached, 504 when a service does not answer in time, and 503 when too
//     many requests or sockets are open. Each of these responses has problem details and Retry-After.
//   - The number of requests and sockets is limited.
//   - It serves the web page itself, at every path that belongs to no service.
//   - The ingress itself never repeats a request, because only the client knows which requests may be repeated.
//
// Its goroutines belong to Run and to the requests. All of them end before Run returns. Run cuts the sockets at its end, and
// their clients connect again and resume from their cursor.
package ingress

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/dashboard"
)

const (
	// bodyTimeout and totalTimeout are longer than the limits of the services, so that the service itself reports what was too
	// slow.
	bodyTimeout  = 90 * time.Second
	totalTimeout = 3 * time.Minute
	probeTimeout = 2 * time.Second
	// maxPanics is how many calls for help may be open at once, at most half of them from one address. They count to nothing else.
	maxPanics = 256
)

// Ingress is an ingress whose two listeners are open.
type Ingress struct {
	config             Config
	log                *slog.Logger
	registry           *prometheus.Registry
	transport          *http.Transport
	proxy              *proxy
	handler            http.Handler
	bodyTimeout        time.Duration
	checks             []httpx.Check
	clients, operators net.Listener
}

// New opens the listeners and creates the proxy. The caller must call Run.
func New(ctx context.Context, c Config, log *slog.Logger) (*Ingress, error) {
	if err := errors.Join(c.Validate()...); err != nil {
		return nil, fmt.Errorf("check the configuration: %w", err)
	}
	in := &Ingress{config: c, log: log, registry: app.Registry(), transport: newTransport(c.AnswerTimeout), bodyTimeout: bodyTimeout}
	upstreams, _ := c.upstreams() // Validate has already reported its problems.
	trusted, _ := httpx.ParseProxies(c.TrustedProxies)
	in.proxy = &proxy{
		log: log, metrics: newMetrics(in.registry), trusted: trusted, transport: in.transport, total: totalTimeout,
		requests: map[string]*httpx.Shares{}, sockets: httpx.NewShares(int64(c.MaxSockets)), panics: httpx.NewShares(maxPanics),
	}
	handlers := map[string]http.Handler{}
	for _, name := range Services() {
		in.proxy.requests[name] = httpx.NewShares(int64(c.MaxRequests))
		handlers[name] = in.proxy.handler(name, upstreams[name])
		in.checks = append(in.checks, reachable(name, upstreams[name]))
	}
	page, err := dashboard.Handler(dashboard.Options{Streets: c.Streets})
	if err != nil {
		return nil, err
	}
	in.handler = httpx.Mux(handlers, page)
	if in.clients, err = new(net.ListenConfig).Listen(ctx, "tcp", c.HTTPAddr); err != nil {
		return nil, fmt.Errorf("listen for clients (TERRENO_HTTP_ADDR): %w", err)
	}
	if in.operators, err = new(net.ListenConfig).Listen(ctx, "tcp", c.InternalAddr); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for operators (TERRENO_INTERNAL_ADDR): %w", err), in.clients.Close())
	}
	return in, nil
}

// Run serves until ctx ends. Then it waits for the open requests to finish.
func (in *Ingress) Run(ctx context.Context) error {
	defer in.transport.CloseIdleConnections()
	drain := in.config.Drain * 8 / 10
	public := app.Runner{Name: "public listener", Run: func(ctx context.Context) error {
		return httpx.Serve(ctx, in.clients, in.handler, httpx.ServeOptions{
			Log: in.log, DrainTimeout: drain, ReadTimeout: in.bodyTimeout, WriteTimeout: totalTimeout,
		})
	}}
	internal := app.HTTP("internal listener", in.operators, httpx.Internal(in.checks, in.registry), app.Deps{Log: in.log, DrainTimeout: drain})
	in.log.Info("started", "service", "ingress", "http", in.clients.Addr().String(), "internal", in.operators.Addr().String())
	return app.Run(ctx, in.log, in.config.Drain, &app.Service{Name: "ingress", Runners: []app.Runner{public, internal}})
}

// Addrs returns the addresses of the listeners for clients and for operators.
func (in *Ingress) Addrs() (clients, operators string) {
	return in.clients.Addr().String(), in.operators.Addr().String()
}

// newTransport keeps few idle connections, and only for a short time, so that new replicas of a service soon get their share
// of the load. It does not ask for gzip, because the transport would then decompress the responses.
func newTransport(answer time.Duration) *http.Transport {
	return &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        10 * time.Second,
		ResponseHeaderTimeout:  answer,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// reachable checks that a service accepts connections. The check is soft: if one service is down, the ingress must stay ready
// for the others.
func reachable(name string, at *url.URL) httpx.Check {
	host := at.Host
	if at.Port() == "" {
		host = net.JoinHostPort(at.Hostname(), "80")
	}
	return httpx.Check{Name: "ingress/" + name, Soft: true, Ready: func(ctx context.Context) error {
		conn, err := (&net.Dialer{Timeout: probeTimeout}).DialContext(ctx, "tcp", host)
		if err != nil {
			return fmt.Errorf("reach %s: %w", name, err)
		}
		return conn.Close()
	}}
}
