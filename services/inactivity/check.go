package inactivity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

const (
	closeEvery = time.Minute
	// atOnce is how many silences one transaction begins. Each of them also adds an event.
	atOnce = 200
)

// checker begins and ends silences. Its methods are idempotent: they do not find again what is done. They go on with the other companies
// when one fails.
type checker struct {
	store         *store.Store
	every         time.Duration
	deps          app.Deps
	raised, ended *prometheus.CounterVec
	people        *prometheus.GaugeVec
	lasting       *prometheus.GaugeVec
}

func newChecker(data *store.Store, deps app.Deps, every time.Duration) *checker {
	c := &checker{
		store: data, deps: deps, every: every,
		raised: obs.Register(deps.Metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "inactivity_raised_total", Help: "Alerts raised, by type.",
		}, []string{"type"})),
		ended: obs.Register(deps.Metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "inactivity_ended_total", Help: "Alerts ended, by reason.",
		}, []string{"reason"})),
		people: obs.Register(deps.Metrics, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "inactivity_people", Help: "People at the last check: expected to report; reporting lately; and of those, quiet.",
		}, []string{"state"})),
		lasting: obs.Register(deps.Metrics, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "inactivity_lasting", Help: "Silences, standstills and low batteries that last, by type, when somebody looked last, each minute.",
		}, []string{"type"})),
	}
	for _, kind := range []string{alert.TypeInactivity, alert.TypeNoMovement, alert.TypeLowBattery, alert.TypeSystem} {
		c.raised.WithLabelValues(kind)
	}
	for _, reason := range []string{alert.EndReturned, alert.EndExplained, alert.EndMoved, alert.EndCharged, alert.EndShiftEnded, alert.EndPaused, alert.EndSettingsChanged, alert.EndUserLeft} {
		c.ended.WithLabelValues(reason)
	}
	return c
}

// checkJob is the job that finds who fell silent. One statement looks at all companies.
func (c *checker) checkJob() schedule.Job {
	return schedule.Job{
		Name: "inactividad-checker", About: "alerts when somebody who should report has sent no position for too long, stands still or has a low battery", Every: c.every,
		Do: func(ctx context.Context, r schedule.Run) error {
			// What is over is ended first, so that it does not stand in the way of what begins.
			return errors.Join(c.end(ctx, only(r)), c.check(ctx, only(r)), c.checkLow(ctx, only(r)))
		},
	}
}

// closeJob is the job that ends silences. It looks only at those that last.
func (c *checker) closeJob() schedule.Job {
	return schedule.Job{
		Name: "cerrar-silencios", About: "closes the alerts of people who report or move again, or who are no longer expected to", Every: closeEvery,
		Do: func(ctx context.Context, r schedule.Run) error { return c.end(ctx, only(r)) },
	}
}

func only(r schedule.Run) string {
	if r.Scope == schedule.All {
		return ""
	}
	return r.Scope
}

func (c *checker) check(ctx context.Context, only string) error {
	// The installation may share a silence, so all companies are looked at, also when somebody asks for one.
	survey, err := c.store.Survey(ctx, c.deps.Clock.Now().UTC(), 2*c.every+silence.MaxBehind)
	if err != nil {
		return err
	}
	if survey.Moment.Judged.IsZero() {
		c.deps.Log.Info("nobody is judged: nobody has looked yet how far the storage of positions is")
		return nil
	}
	expected, reporting, quiet := 0, 0, 0
	for _, company := range survey.Companies {
		expected, reporting, quiet = expected+company.Expected, reporting+company.Reporting, quiet+company.Quiet
	}
	c.people.WithLabelValues("expected").Set(float64(expected))
	c.people.WithLabelValues("reporting").Set(float64(reporting))
	c.people.WithLabelValues("quiet").Set(float64(quiet))
	var failed error
	for _, v := range silence.Judge(survey.Moment, survey.Companies) {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		if only != "" && only != v.Company {
			continue
		}
		if err := c.carryOut(ctx, survey, v); err != nil {
			failed = errors.Join(failed, fmt.Errorf("tell who is silent in %s: %w", v.Company, err))
		}
	}
	return errors.Join(failed, c.endBehind(ctx, survey, only), c.checkStill(ctx, survey.Moment.Judged, only))
}

// carryOut does what a verdict says. A silence that is shared is stored before anybody's own.
func (c *checker) carryOut(ctx context.Context, survey store.Survey, v silence.Verdict) error {
	if v.Begin != "" {
		if err := c.begin(ctx, v.Company, store.System{Cause: alert.CauseSharedSilence, Scope: v.Begin, Since: survey.Moment.Judged, People: v.Quiet, PeopleOf: v.Reporting}); err != nil {
			return err
		}
	}
	if v.Behind && !survey.Behind[v.Company] {
		if err := c.begin(ctx, v.Company, store.System{Cause: alert.CauseStorageBehind, Scope: alert.ScopeInstallation, Since: survey.Moment.BehindSince, People: v.Quiet, PeopleOf: v.Reporting}); err != nil {
			return err
		}
	}
	if v.End {
		if err := c.endSystem(ctx, v.Company, alert.CauseSharedSilence, survey.Moment.Judged); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(survey.Beginnings(v), atOnce) {
		n, err := c.store.Raise(ctx, v.Company, alert.TypeInactivity, some)
		if err != nil {
			return err
		}
		c.raised.WithLabelValues(alert.TypeInactivity).Add(float64(n))
	}
	return nil
}

func (c *checker) begin(ctx context.Context, company string, is store.System) error {
	begun, err := c.store.BeginSystem(ctx, company, is)
	if begun {
		c.raised.WithLabelValues(alert.TypeSystem).Inc()
	}
	return err
}

func (c *checker) endSystem(ctx context.Context, company, cause string, at time.Time) error {
	ended, err := c.store.EndSystem(ctx, company, cause, at)
	if ended {
		c.ended.WithLabelValues(alert.EndReturned).Inc()
	}
	return err
}

// endBehind tells the companies that the storage is no longer behind.
func (c *checker) endBehind(ctx context.Context, survey store.Survey, only string) (failed error) {
	if survey.Moment.Behind {
		return nil
	}
	for company := range survey.Behind {
		if only == "" || only == company {
			failed = errors.Join(failed, c.endSystem(ctx, company, alert.CauseStorageBehind, survey.Moment.Now))
		}
	}
	return failed
}

func (c *checker) count(lasting []store.Lasting) {
	n := map[string]int{alert.TypeInactivity: 0, alert.TypeNoMovement: 0, alert.TypeLowBattery: 0}
	for _, l := range lasting {
		n[l.Kind]++
	}
	for kind, n := range n {
		c.lasting.WithLabelValues(kind).Set(float64(n))
	}
}

// end ends the silences, standstills and low batteries that are over.
func (c *checker) end(ctx context.Context, only string) error {
	now := c.deps.Clock.Now().UTC()
	lasting, err := c.store.Lasting(ctx, now, only)
	if err != nil {
		return err
	}
	if only == "" {
		c.count(lasting)
	}
	ends := map[string][]store.End{}
	var companies []string
	moved, failed := c.moved(ctx, lasting, now)
	charged, err := c.charged(ctx, lasting, now)
	failed = errors.Join(failed, err)
	for _, l := range lasting {
		is := l.Judge(now)
		if at, left := moved[[2]string{l.Company, l.User}]; left && l.Kind == alert.TypeNoMovement && is.Reason == "" {
			is = silence.Ending{Reason: alert.EndMoved, At: at}
		}
		if over, ok := charged[[2]string{l.Company, l.User}]; ok && l.Kind == alert.TypeLowBattery && is.Reason == "" {
			is = over
		}
		switch {
		case is.Reason != "":
			if ends[l.Company] == nil {
				companies = append(companies, l.Company)
			}
			ends[l.Company] = append(ends[l.Company], store.End{Lasting: l, Ending: is})
		case !is.Back.IsZero() && l.Back == nil:
			failed = errors.Join(failed, c.store.SetBack(ctx, l, is.Back))
		}
	}
	for _, company := range companies {
		for some := range slices.Chunk(ends[company], tracksAtOnce) {
			if ctx.Err() != nil {
				return errors.Join(failed, ctx.Err())
			}
			reasons, err := c.store.End(ctx, company, some)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("end silences of %s: %w", company, err))
				continue
			}
			for reason, n := range reasons {
				c.ended.WithLabelValues(reason).Add(float64(n))
			}
		}
	}
	return failed
}
