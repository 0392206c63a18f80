package fieldsim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/fleet"
	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// Report counts what the phones sent and what the server answered. Its Ledger yields the acknowledged positions.
type Report = ledger.Report

// New returns the phones as a service with one runner, which replays cfg by deps.Clock. It keeps counts but no positions,
// so it can run for ever. In mode fast, after the last upload, the runner waits for the end of its context.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	p, err := newPlayer(cfg, nil, false, deps.Log)
	if err != nil {
		return nil, err
	}
	if deps.Clock == nil {
		return nil, errors.New("make phones: no clock")
	}
	if deps.Metrics != nil {
		if err := p.measure(deps.Metrics); err != nil {
			return nil, err
		}
	}
	return p.service(deps.Clock), nil
}

func (p *player) service(clk clock.Clock) *app.Service {
	run := func(ctx context.Context) error {
		defer p.close()
		err := p.play(ctx, clk)
		p.log.Info("phones ended", "report", p.ledger.Report())
		if err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	return &app.Service{Name: "fieldsim", Runners: []app.Runner{{Name: "phones", Run: run}}}
}

// Replay replays cfg on the wall clock. In mode fast it returns when every upload is acknowledged or given up. In mode
// clock it returns when ctx ends. The error names the phones that did not finish; the report is valid even then. h may be
// nil. It should not retry by itself, because the report could not count those retries.
func Replay(ctx context.Context, cfg Config, h *http.Client, log *slog.Logger) (Report, error) {
	p, err := newPlayer(cfg, h, cfg.Mode == modeFast, log)
	if err != nil {
		return Report{}, err
	}
	defer p.close()
	err = p.play(ctx, clock.Wall())
	return p.ledger.Report(), err
}

// player is a fleet with its trace, its ledger and its HTTP client.
type player struct {
	cfg    Config
	trace  *trace.Trace
	fleet  *fleet.Fleet
	ledger *ledger.Ledger
	log    *slog.Logger
	close  func()
}

func newPlayer(cfg Config, h *http.Client, keep bool, log *slog.Logger) (*player, error) {
	problems := cfg.Validate()
	if cfg.Password == "" {
		problems = append(problems, errors.New("TERRENO_FIELDSIM_PASSWORD: the phones need a password to log in"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("make phones: %w", err)
	}
	names, err := logins(cfg.Phones)
	if err != nil {
		return nil, fmt.Errorf("make phones: %w", err)
	}
	t, err := trace.Load(cfg.Trace)
	if err != nil {
		return nil, fmt.Errorf("make phones: %w", err)
	}
	closeIdle := func() {}
	if h == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConnsPerHost = cfg.Parallel
		h, closeIdle = &http.Client{Transport: own}, own.CloseIdleConnections
	}
	counts := ledger.New(keep)
	counts.Count(func(r *ledger.Report) { r.Phones = len(names) })
	return &player{
		cfg: cfg, trace: t, ledger: counts, log: log, close: closeIdle,
		fleet: fleet.New(fleet.Options{
			Trace: t, Logins: names, Office: cfg.Office, Seed: uint64(cfg.Seed), Faults: cfg.faults(), Log: log,
			Cadence: phone.Cadence{Fixes: cfg.UploadFixes, Every: cfg.UploadEvery},
			Client: client.New(client.Options{
				BaseURL: cfg.BaseURL, Company: cfg.Company, Password: cfg.Password, HTTP: h, Ledger: counts, Log: log,
				Parallel: cfg.Parallel, Logins: cfg.LoginParallel, Timeout: cfg.RequestTimeout,
			}),
		}),
	}, nil
}

func (p *player) play(ctx context.Context, clk clock.Clock) error {
	if p.cfg.Mode == modeFast {
		return p.fleet.Fast(ctx, p.shift())
	}
	return p.fleet.Follow(ctx, clk)
}

// shift returns how far to move the trace so that its first day becomes the configured day. The time of day, in the
// trace's zone, stays the same.
func (p *player) shift() time.Duration {
	day, err := p.cfg.day()
	if err != nil || day.IsZero() { // Validate has already reported an error.
		return 0
	}
	own := p.trace.Midnight
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, own.Location()).Sub(own)
}

// measure registers the counts as metrics. They have no labels, because the values would come from the server.
func (p *player) measure(metrics prometheus.Registerer) error {
	for _, c := range []struct {
		name, help string
		value      func(Report) int
	}{
		{"uploads_acknowledged_total", "Uploads that the server acknowledged.", func(r Report) int { return r.Uploads }},
		{"positions_accepted_total", "Positions that the server accepted, including repeats.", func(r Report) int { return r.Accepted }},
		{"positions_rejected_total", "Positions that the server rejected.", func(r Report) int { return r.Fixes - r.Accepted }},
		{"upload_requests_total", "Upload requests, with or without success.", func(r Report) int { return r.Requests }},
		{"upload_retries_total", "Upload requests that repeated an unacknowledged one.", func(r Report) int { return r.Retries }},
	} {
		read := func() float64 { return float64(c.value(p.ledger.Report())) }
		opts := prometheus.CounterOpts{Namespace: "fieldsim", Name: c.name, Help: c.help}
		if err := metrics.Register(prometheus.NewCounterFunc(opts, read)); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}
