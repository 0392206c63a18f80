package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
)

// settings of a process that runs one service.
type settings[C any] struct {
	HTTPAddr     string        `env:"HTTP_ADDR" default:":8080" help:"listener of the public paths"`
	InternalAddr string        `env:"INTERNAL_ADDR" default:":9090" help:"listener of /healthz, /readyz and /metrics; not for clients"`
	Drain        time.Duration `env:"DRAIN_TIMEOUT" default:"30s" help:"how long work in hand may take after a stop signal"`
	Remote       Remote
	Log          obs.Config
	Service      C
}

// Main runs one service as a process and ends the process. It reads the configuration from the environment and opens one
// listener for clients and one for operators. SIGINT or SIGTERM starts the drain, and a second signal kills the process.
// `-print-config` shows the configuration in force.
func Main[C any](name string, build func(C, Deps) (*Service, error)) {
	if err := runMain(name, build, os.Args[1:], os.Environ(), os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

func runMain[C any](name string, build func(C, Deps) (*Service, error), args, environ []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(errOut)
	printConfig := flags.Bool("print-config", false, "print the configuration in force, secrets masked, and end")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the arguments: %w", err)
	}
	var s settings[C]
	warnings, err := config.Load(&s, environ)
	if *printConfig {
		return errors.Join(config.Print(out, &s), err)
	}
	if err != nil {
		return fmt.Errorf("read the configuration:\n%w", err)
	}
	log := obs.NewLogger(errOut, s.Log)
	for _, w := range warnings {
		log.Warn("unknown setting", "problem", w)
	}
	ctx, stop := Signals()
	defer stop()
	registry := Registry()
	conn, err := Connect(ctx, name, s.Remote, Process{Log: log, Metrics: registry, Clock: clock.Wall(), DrainTimeout: s.Drain})
	if err != nil {
		return err
	}
	defer conn.Close()
	service, err := build(s.Service, conn.Deps)
	if err != nil {
		return fmt.Errorf("make %s: %w", name, err)
	}
	listeners, err := listen(ctx, s.HTTPAddr, s.InternalAddr, service, conn, registry)
	if err != nil {
		return err
	}
	log.Info("started", "service", name, "http", s.HTTPAddr, "internal", s.InternalAddr)
	return Run(ctx, log, s.Drain, conn.Upkeep, service, listeners)
}

// Signals returns a context that ends on SIGINT or SIGTERM. A second signal kills the process, because stop restores the
// default as soon as the first signal has come.
func Signals() (ctx context.Context, stop func()) {
	ctx, stop = signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// Registry returns a new registry with the metrics of Go and of the process.
func Registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

func listen(ctx context.Context, public, internal string, s *Service, conn *Connection, g prometheus.Gatherer) (*Service, error) {
	checks := Checks(conn.Upkeep, s)
	listeners := &Service{Name: s.Name}
	operators, err := new(net.ListenConfig).Listen(ctx, "tcp", internal)
	if err != nil {
		return nil, fmt.Errorf("listen for operators (TERRENO_INTERNAL_ADDR): %w", err)
	}
	listeners.Runners = append(listeners.Runners, HTTP("internal listener", operators, httpx.Internal(checks, g), conn.Deps))
	if s.Handler == nil {
		return listeners, nil
	}
	clients, err := new(net.ListenConfig).Listen(ctx, "tcp", public)
	if err != nil {
		return nil, fmt.Errorf("listen for clients (TERRENO_HTTP_ADDR): %w", err)
	}
	listeners.Runners = append(listeners.Runners, HTTP("public listener", clients, s.Handler, conn.Deps))
	return listeners, nil
}
