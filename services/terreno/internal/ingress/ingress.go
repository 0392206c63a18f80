// Package ingress is the small ingress of a deployment that has none of its own, docker-compose.yml for instance: one
// listener that hands each path to its service by httpx.Routes, as the single listener of `terreno up` does.
//
// It guarantees that bodies pass as they are, neither held nor unpacked; that a socket lives as long as its two ends want;
// that a service learns the client's address in X-Forwarded-For, and nothing that the client wrote into it itself; that a
// service which is away is told as 502, one that does not answer in time as 504, and too much at once as 503, each as
// problem details with Retry-After; and that the number of requests and sockets is bounded. It tries nothing twice: only the
// client knows what may be repeated.
//
// Its goroutines are those of Run and of the requests; all end when Run returns. Sockets are cut then, and their clients come
// back with their cursor.
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
)

const (
	// Longer than what a service gives a body and an answer, so that it is the service that says what was too slow.
	bodyTimeout  = 90 * time.Second
	totalTimeout = 3 * time.Minute
	probeTimeout = 2 * time.Second
)

// Ingress is ready to run: its two ports are taken.
type Ingress struct {
	config             Config
	log                *slog.Logger
	registry           *prometheus.Registry
	transport          *http.Transport
	door               *door
	handler            http.Handler
	bodyTimeout        time.Duration
	checks             []httpx.Check
	clients, operators net.Listener
}

// New takes the ports and makes the proxies. The caller runs it.
func New(ctx context.Context, c Config, log *slog.Logger) (*Ingress, error) {
	if err := errors.Join(c.Validate()...); err != nil {
		return nil, fmt.Errorf("check the configuration: %w", err)
	}
	in := &Ingress{config: c, log: log, registry: app.Registry(), transport: newTransport(c.AnswerTimeout), bodyTimeout: bodyTimeout}
	upstreams, _ := c.upstreams() // Validate saw its problems
	trusted, _ := parseNetworks(c.TrustedProxies)
	in.door = &door{
		log: log, metrics: newMetrics(in.registry), trusted: trusted, transport: in.transport, total: totalTimeout,
		requests: make(places, c.MaxRequests), sockets: make(places, c.MaxSockets),
	}
	handlers := map[string]http.Handler{}
	for _, name := range Services() {
		handlers[name] = in.door.to(name, upstreams[name])
		in.checks = append(in.checks, reachable(name, upstreams[name]))
	}
	in.handler = httpx.Mux(handlers)
	var err error
	if in.clients, err = new(net.ListenConfig).Listen(ctx, "tcp", c.HTTPAddr); err != nil {
		return nil, fmt.Errorf("listen for clients (TERRENO_HTTP_ADDR): %w", err)
	}
	if in.operators, err = new(net.ListenConfig).Listen(ctx, "tcp", c.InternalAddr); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for operators (TERRENO_INTERNAL_ADDR): %w", err), in.clients.Close())
	}
	return in, nil
}

// Run serves until ctx ends, then lets requests under way finish.
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

// Addrs are where clients and operators reach it.
func (in *Ingress) Addrs() (clients, operators string) {
	return in.clients.Addr().String(), in.operators.Addr().String()
}

// newTransport keeps few idle connections and those not for long, so that load finds a service's new replicas. A body in
// either direction passes as it is: asking for gzip would unpack answers here.
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

// reachable is soft: what is behind a service that is away is no reason to take the others away too.
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
