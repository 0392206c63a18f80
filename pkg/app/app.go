// Package app is what a service is made of and how a process runs some of them: what it needs (Deps), what it offers
// (Service), one lifecycle (Run) and one main function (Main).
//
// Run starts every runner and stops them together: when the context ends or one fails, all contexts end, each runner
// finishes what it has in hand, and whoever has not returned after the drain time is named in the error and left behind.
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

// Deps is what every service is given. Where each part comes from differs between one process with everything and a
// deployment of many; what a service does with it does not.
type Deps struct {
	Log     *slog.Logger
	Metrics prometheus.Registerer
	// Clock is domain time: received_at, age, "today". Timeouts and tokens use wall time.
	Clock     clock.Clock
	Bus       *bus.Bus
	DB        *db.DB
	Auth      *auth.Verifier
	Directory *directory.Directory
	// DrainTimeout is how long a runner may take to finish after its context ended.
	DrainTimeout time.Duration
}

// Service is what New of a service returns: its HTTP side, its workers and how ready it is. Nothing runs until Run.
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

// Check says why something is not ready to serve, nil when it is.
type Check = httpx.Check

// ErrReturned says that a runner ended although nobody asked it to.
var ErrReturned = errors.New("returned early")

// Run blocks until ctx ends and every runner returned, or until drain has passed since. It returns what went wrong: the
// runners' errors and the names of those that did not stop in time.
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
