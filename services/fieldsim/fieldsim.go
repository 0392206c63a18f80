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

// Report is what the phones sent and what the server answered. Its Ledger yields the acknowledged positions.
type Report = ledger.Report

// New returns the phones as a service whose one runner plays cfg by deps.Clock. It keeps counts and no positions, so it
// can run for ever. In mode fast the runner waits for its context after the last upload.
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

// Replay plays cfg on the wall clock and returns when it is done: in mode fast when every upload is acknowledged or given
// up, in mode clock when ctx ends. The report tells what happened until then, also beside an error, which names the phones
// that did not finish. h may be nil; its own retries would be hidden from the report.
func Replay(ctx context.Context, cfg Config, h *http.Client, log *slog.Logger) (Report, error) {
	p, err := newPlayer(cfg, h, cfg.Mode == modeFast, log)
	if err != nil {
		return Report{}, err
	}
	defer p.close()
	err = p.play(ctx, clock.Wall())
	return p.ledger.Report(), err
}

// player is a fleet and what it needs.
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
		problems = append(problems, errors.New("TERRENO_FIELDSIM_PASSWORD: the phones need one to log in"))
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
			Trace: t, Logins: names, Seed: uint64(cfg.Seed), Faults: cfg.faults(), Log: log,
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

// shift lays the trace's first day on the configured one, at the same time of day in the trace's zone.
func (p *player) shift() time.Duration {
	day, err := p.cfg.day()
	if err != nil || day.IsZero() { // validated
		return 0
	}
	own := p.trace.Midnight
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, own.Location()).Sub(own)
}

// measure offers the counts; labels would be the server's words, so there are none.
func (p *player) measure(metrics prometheus.Registerer) error {
	for _, c := range []struct {
		name, help string
		value      func(Report) int
	}{
		{"uploads_acknowledged_total", "Uploads that the server acknowledged.", func(r Report) int { return r.Uploads }},
		{"positions_accepted_total", "Positions that the server accepted, repeats among them.", func(r Report) int { return r.Accepted }},
		{"positions_rejected_total", "Positions that the server rejected.", func(r Report) int { return r.Fixes - r.Accepted }},
		{"upload_requests_total", "Upload requests, whatever came of them.", func(r Report) int { return r.Requests }},
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
