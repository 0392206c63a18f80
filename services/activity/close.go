package activity

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
	"github.com/terreno/terreno/services/activity/internal/store"
)

const (
	closeEvery = time.Minute
	// closeAtOnce is how many visits one transaction closes. Each of them also adds an event.
	closeAtOnce = 500
	// shiftsAtOnce is how many users' shifts are looked for at once. Each is closed in a transaction of its own.
	shiftsAtOnce = 100
)

// closeJob is the job that ends what nobody ended in time: at 22:00 of each company, or when the company decided, and at night two
// hours after the planned end. When something is due stands in its row. So one run does all companies, whatever their time zones and
// settings, and after an outage the first run does what was missed, with the times at which it was due.
//
// Do is idempotent: it does not find again what is closed. It goes on with the other companies when one fails.
func closeJob(data *store.Store, deps app.Deps) schedule.Job {
	closed := obs.Register(deps.Metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "activity_closed_total", Help: "What the close of a day was due for, by kind: visits (and tasks), or users with a shift.",
	}, []string{"kind"}))
	visits, shifts := closed.WithLabelValues("visits"), closed.WithLabelValues("shifts")
	return schedule.Job{
		Name: "cerrado-forzoso", About: "closes visits and shifts that nobody ended, at 22:00 of each company or when it decided", Every: closeEvery,
		Do: func(ctx context.Context, r schedule.Run) error {
			only := r.Scope
			if only == schedule.All {
				only = ""
			}
			now := deps.Clock.Now().UTC()
			stay, failed := moveCloses(ctx, data, only)
			companies, err := data.DueCompanies(ctx, now, only)
			if err != nil {
				return errors.Join(failed, err)
			}
			companies = slices.DeleteFunc(companies, func(company string) bool { return stay[company] })
			for len(companies) > 0 {
				var left []string // those with more than one batch take turns, so that the others need not wait for them
				for _, company := range companies {
					if ctx.Err() != nil {
						return errors.Join(failed, ctx.Err())
					}
					more, err := closeSome(ctx, data, company, now, visits, shifts)
					if err != nil {
						failed = errors.Join(failed, fmt.Errorf("close the day of %s: %w", company, err))
					} else if more {
						left = append(left, company)
					}
				}
				companies = left
			}
			return failed
		},
	}
}

// closeSome closes a batch of visits and of shifts of a company. more says that something may be left.
func closeSome(ctx context.Context, data *store.Store, company string, now time.Time, visits, shifts prometheus.Counter) (more bool, err error) {
	v, err := data.CloseVisits(ctx, company, closeAtOnce)
	if err != nil {
		return false, err
	}
	visits.Add(float64(v))
	s, err := data.CloseShifts(ctx, company, now, shiftsAtOnce)
	if err != nil {
		return false, err
	}
	shifts.Add(float64(s))
	return v == closeAtOnce || s == shiftsAtOnce, nil
}

// moveCloses moves what is open in the companies that changed when their days are closed. stay are those in which it did not work:
// nothing of them may be closed by the old time.
func moveCloses(ctx context.Context, data *store.Store, only string) (stay map[string]bool, failed error) {
	companies, err := data.MovingCompanies(ctx, only)
	if err != nil {
		return nil, err
	}
	stay = map[string]bool{}
	for _, company := range companies {
		more := true
		for more && err == nil {
			more, err = data.MoveCloses(ctx, company, closeAtOnce)
		}
		if err != nil {
			stay[company], failed = true, errors.Join(failed, fmt.Errorf("move the closes of %s: %w", company, err))
			err = nil
		}
	}
	return stay, failed
}
