package notifier

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/remind"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const remindJob = "notificaciones-programadas"

// reminder is the job that reminds people. Each kind is one statement over all companies, and then one transaction for each company that
// has somebody to remind. It is idempotent: a notice that was written before is not written again. It goes on with the other companies
// when one fails, and the run after a run that failed looks at the same time again.
type reminder struct {
	deps  app.Deps
	store *store.Store
	told  *prometheus.CounterVec
}

// Outcomes of a reminder.
const (
	outcomeTold  = "told"
	outcomeKnown = "known"
)

func newReminder(deps app.Deps, data *store.Store) *reminder {
	r := &reminder{deps, data, obs.Register(deps.Metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "notifier_reminders_total", Help: "Reminders by kind: told, or known because an earlier attempt had told them. One that came too late to help counts as told; its notification says expired.",
	}, []string{"kind", "outcome"}))}
	for _, kind := range []string{notice.KindFirstVisit, notice.KindTomorrow, notice.KindShiftOpen, notice.KindPendingTasks} {
		r.told.WithLabelValues(kind, outcomeTold)
		r.told.WithLabelValues(kind, outcomeKnown)
	}
	return r
}

func (r *reminder) job() schedule.Job {
	return schedule.Job{
		Name: remindJob, About: "reminds people of visits, tasks and shifts", Every: remind.Every,
		Do: func(ctx context.Context, run schedule.Run) error {
			before, err := r.before(ctx, run.DueAt)
			if err != nil {
				return err
			}
			return r.run(ctx, remind.Since(before, run.DueAt), run.Scope)
		},
	}
}

// before returns when the last run before a slot was due that was done.
func (r *reminder) before(ctx context.Context, due time.Time) (time.Time, error) {
	done, err := schedule.Runs(ctx, r.deps.DB, schedule.Filter{Job: remindJob, Company: schedule.All, State: schedule.StateDone, Limit: 10})
	if err != nil {
		return time.Time{}, err
	}
	for _, d := range done {
		if d.DueAt.Before(due) {
			return d.DueAt, nil
		}
	}
	return time.Time{}, nil
}

// run reminds the people of all companies, or of one.
func (r *reminder) run(ctx context.Context, w remind.Window, scope string) error {
	decided, err := r.store.AllReminders(ctx)
	if err != nil {
		return err
	}
	companies := map[string]remind.Company{}
	for _, c := range r.companies(scope) {
		settings, ok := decided[c.ID]
		if !ok {
			settings = remind.Defaults()
		}
		companies[c.ID] = remind.Company{ID: c.ID, Zone: c.Zone, Settings: settings}
	}
	days := remind.NewDays(w)
	return errors.Join(
		r.firstVisits(ctx, w, days, companies), r.openShifts(ctx, w, days, companies), r.daily(ctx, days, companies),
		r.store.TakeBack(ctx, r.deps.Clock.Now()),
	)
}

// companies are those that are there and not suspended.
func (r *reminder) companies(scope string) (all []directory.Company) {
	if scope != schedule.All {
		if c, ok := r.deps.Directory.Company(scope); ok && !c.Suspended {
			all = append(all, c)
		}
		return all
	}
	for _, c := range r.deps.Directory.Companies() {
		if !c.Suspended {
			all = append(all, c)
		}
	}
	return all
}

func (r *reminder) firstVisits(ctx context.Context, w remind.Window, days *remind.Days, companies map[string]remind.Company) error {
	found, err := r.store.LateVisits(ctx, w)
	if err != nil {
		return err
	}
	var late []store.Late
	for _, l := range found {
		c, ok := companies[l.Company]
		if !ok || !c.FirstVisit {
			continue
		}
		if l.Midnight, err = days.Midnight(c, l.From); err != nil {
			return err
		}
		late = append(late, l)
	}
	if late, err = r.store.First(ctx, late); err != nil {
		return err
	}
	by := map[string][]notice.Notice{}
	for _, l := range late {
		by[l.Company] = append(by[l.Company], remind.FirstVisit(l.User, l.Visit, l.Until))
	}
	return r.tell(ctx, notice.KindFirstVisit, by)
}

// openShifts reminds whom the plan no longer expects to work, and after so many hours who works beside a plan or has none.
func (r *reminder) openShifts(ctx context.Context, w remind.Window, days *remind.Days, companies map[string]remind.Company) error {
	plans, err := r.store.Plans(ctx)
	if err != nil {
		return err
	}
	ends, asked := map[string]remind.Ends{}, []string{}
	for id, of := range plans {
		c, ok := companies[id]
		if !ok || !c.ShiftOpen {
			continue
		}
		if ends[id], err = days.Ends(c, of); err != nil {
			return err
		}
		if ends[id].Any {
			asked = append(asked, id)
		}
	}
	planned, err := r.store.OpenShiftsOf(ctx, asked, remind.Window{From: w.From.Add(-remind.LongestShift), To: w.To})
	if err != nil {
		return err
	}
	by := map[string][]notice.Notice{}
	for _, o := range planned {
		if due, ok := ends[o.Company].Due(plans[o.Company].Of(o.User, o.Teams), o.Since); ok {
			by[o.Company] = append(by[o.Company], remind.ShiftOpen(o.User, o.Shift, due))
		}
	}
	long, err := r.store.OpenShifts(ctx, w)
	if err != nil {
		return err
	}
	for _, o := range long {
		c, ok := companies[o.Company]
		if !ok || !c.ShiftOpen {
			continue
		}
		due := o.Since.Add(time.Duration(c.ShiftOpenAfterH) * time.Hour)
		if !ends[o.Company].Planned(plans[o.Company].Of(o.User, o.Teams), o.Since, due) {
			by[o.Company] = append(by[o.Company], remind.ShiftOpen(o.User, o.Shift, due))
		}
	}
	return r.tell(ctx, notice.KindShiftOpen, by)
}

func (r *reminder) daily(ctx context.Context, days *remind.Days, companies map[string]remind.Company) (failed error) {
	due := map[string][]remind.Day{}
	for _, c := range companies {
		found, err := days.Due(c)
		if err != nil {
			return err
		}
		for _, d := range found {
			due[d.Kind] = append(due[d.Kind], d)
		}
	}
	for kind, list := range due {
		by, err := r.store.OfDays(ctx, kind, list)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		failed = errors.Join(failed, r.tell(ctx, kind, by))
	}
	return failed
}

// tell tells the people of each company, in one transaction a company or a few. Who is no longer active is not told.
func (r *reminder) tell(ctx context.Context, kind string, by map[string][]notice.Notice) (failed error) {
	for company, notices := range by {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		var active []notice.Notice
		for _, n := range notices {
			if u, ok := r.deps.Directory.User(company, n.User); ok && u.Active {
				active = append(active, n)
			}
		}
		told, known, err := r.store.Remind(ctx, company, active)
		r.told.WithLabelValues(kind, outcomeTold).Add(float64(told))
		r.told.WithLabelValues(kind, outcomeKnown).Add(float64(known))
		failed = errors.Join(failed, err)
	}
	return failed
}
