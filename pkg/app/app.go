// Package app says what a service consists of and how a process runs services. Deps is what a service needs, Service is
// what it offers, Run is the lifecycle, and Main is the main function.
//
// Run starts every runner and stops them all together. When the context ends or one runner fails, all contexts end and
// each runner finishes the work it has in hand. Run does not wait for runners that have not returned after the drain
// time; its error names them.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
)

// Deps is what every service is given. The parts come from different places in one process with everything and in a
// deployment of many processes. The service uses them in the same way in both.
type Deps struct {
	Log     *slog.Logger
	Metrics prometheus.Registerer
	// Clock is domain time: received_at, age, "today". Timeouts and tokens use wall time.
	Clock     clock.Clock
	Bus       *bus.Bus
	DB        *db.DB
	Auth      *auth.Verifier
	Directory *directory.Directory
	// Proxies stand before the service: their X-Forwarded-For names the client.
	Proxies httpx.Proxies
	// DrainTimeout is how long a runner may take to finish after its context ended.
	DrainTimeout time.Duration
}

// Service is what a service's New returns: its HTTP side, its workers and its readiness checks. Nothing runs until Run.
type Service struct {
	Name string
	// Handler serves the service's public paths; nil when it has none.
	Handler http.Handler
	OpenAPI *huma.OpenAPI
	Runners []Runner
	Checks  []Check
}

// Runner blocks until its context ends. An error, or a return before the end, stops the whole process.
type Runner struct {
	Name string
	Run  func(ctx context.Context) error
}

// Check says why something is not ready to serve. It returns nil when it is ready.
type Check = httpx.Check

// ErrReturned says that a runner ended although nobody asked it to.
var ErrReturned = errors.New("returned early")

// Run blocks until ctx has ended and every runner has returned. It waits at most the drain time after ctx has ended or a
// runner has failed. Its error holds the runners' errors and the names of the runners that did not stop in time.
func Run(ctx context.Context, log *slog.Logger, drain time.Duration, services ...*Service) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := running{log: log, names: map[string]int{}, stop: cancel}
	done := make(chan struct{})
	for _, s := range services {
		for _, runner := range s.Runners {
			r.start(ctx, s.Name, runner)
		}
	}
	go func() {
		r.wg.Wait()
		close(done)
	}()
	<-ctx.Done()
	log.Info("stopping", "drain", drain)
	select {
	case <-done:
	case <-time.After(drain):
		r.fail(fmt.Errorf("still running after %v: %s", drain, strings.Join(r.left(), ", ")))
	}
	return r.result()
}

type running struct {
	log  *slog.Logger
	stop context.CancelCauseFunc
	wg   sync.WaitGroup

	mu    sync.Mutex
	names map[string]int
	errs  []error
}

func (r *running) start(ctx context.Context, service string, runner Runner) {
	name := service + "/" + runner.Name
	r.mu.Lock()
	r.names[name]++
	r.mu.Unlock()
	r.wg.Go(func() {
		err := runGuarded(ctx, runner)
		if err == nil && ctx.Err() == nil {
			err = ErrReturned
		}
		r.mu.Lock()
		if r.names[name]--; r.names[name] == 0 {
			delete(r.names, name)
		}
		r.mu.Unlock()
		if err != nil && !errors.Is(err, context.Canceled) {
			r.log.Error("runner failed", "runner", name, "error", err)
			r.fail(fmt.Errorf("run %s: %w", name, err))
		}
	})
}

func runGuarded(ctx context.Context, runner Runner) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return runner.Run(ctx)
}

func (r *running) fail(err error) {
	r.mu.Lock()
	r.errs = append(r.errs, err)
	r.mu.Unlock()
	r.stop(err)
}

func (r *running) left() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for n := range r.names {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (r *running) result() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.errs...)
}
