package activity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const (
	seriesEvery = 5 * time.Minute
	// seriesAtOnce is of how many series of a company visits are made before the next company has its turn. Each is a transaction
	// with at most 15 visits.
	seriesAtOnce = 100
)

// seriesJob is the job that makes the visits of series, 14 days before their dates. When something is due stands in the row of each
// series, so one run does all companies, whatever their time zones.
//
// Do is idempotent: a series stores until which date its visits are made, in the transaction that makes them. It goes on with the
// other series, and the other companies, when one fails. It makes nothing for a suspended company; when that is over, it makes the
// visits from then on.
func seriesJob(data *store.Store, deps app.Deps) schedule.Job {
	made := obs.Register(deps.Metrics, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "activity_series_visits_total", Help: "Visits that the job of recurring series made. Those that are due when somebody makes a series are not among them.",
	}))
	stopped := obs.Register(deps.Metrics, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "activity_series_stopped_total", Help: "How often the job could not make the visits of a series that were due, once an hour for each such series.",
	}))
	return schedule.Job{
		Name: "visitas-recurrentes", About: "makes the visits of recurring series, two weeks before their dates", Every: seriesEvery,
		Do: func(ctx context.Context, r schedule.Run) error {
			only := r.Scope
			if only == schedule.All {
				only = ""
			}
			now := deps.Clock.Now().UTC()
			companies, err := data.SeriesCompanies(ctx, now, only)
			if err != nil {
				return err
			}
			var failed error
			for len(companies) > 0 {
				var left []string // those with more than one batch take turns
				for _, company := range companies {
					if ctx.Err() != nil {
						return errors.Join(failed, ctx.Err())
					}
					if c, known := deps.Directory.Company(company); !known || c.Suspended {
						continue
					}
					turn, more, err := data.MakeVisits(ctx, company, now, seriesAtOnce)
					made.Add(float64(turn.Made))
					stopped.Add(float64(turn.Stopped))
					if err != nil {
						failed = errors.Join(failed, fmt.Errorf("make the visits of %s: %w", company, err))
					}
					if more {
						left = append(left, company)
					}
				}
				companies = left
			}
			return failed
		},
	}
}
