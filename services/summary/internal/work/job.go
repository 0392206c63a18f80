package work

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/store"
)

// Job is the job that closes a date of a company at its 23:59 and puts the days of its people into the queue, which the workers of all
// replicas share. So a run is short, and who dies in the middle of a night leaves rows that others go on with. Do may be repeated: a day
// that comes to the same is not written again.
//
// What is recorded in the last minute of the date marks the day changed, as late positions do. A date that somebody asks for (terreno jobs
// run) is computed even if it is final, as long as its positions are kept.
func (w *Work) Job() schedule.Job {
	return schedule.Job{
		Name: "resumen-diario", About: "computes what the day of each user came to, at 23:59 of each company", At: day.CloseAt,
		Do: func(ctx context.Context, r schedule.Run) error {
			reason := store.ReasonClose
			if r.RequestedBy != "" {
				reason = store.ReasonRun
			}
			queued, err := w.store.Close(ctx, r.Scope, r.Date, reason, w.clock.Now())
			if err == nil && queued > 0 {
				w.log.Debug("a date was closed", "company", r.Scope, "date", r.Date, "users", queued)
			}
			return err
		},
	}
}

const (
	missedEvery = 10 * time.Minute
	// missedAtOnce is how many dates are looked for at once.
	missedAtOnce = 1000
)

// MissedJob is the job that closes dates that Job did not: a company was suspended at 23:59, was created later, or nothing ran for long. Each
// ends when it would have ended. Do may be repeated.
func (w *Work) MissedJob() schedule.Job {
	return schedule.Job{
		Name: "cerrar-fechas", About: "closes the dates of companies that nobody closed at their 23:59", Every: missedEvery,
		Do: func(ctx context.Context, r schedule.Run) error {
			company := r.Scope
			if company == schedule.All {
				company = ""
			}
			failing := map[string]bool{} // They have their turn in the next run. To fail may take long.
			for {
				list, err := w.store.Missed(ctx, company, w.clock.Now(), missedAtOnce)
				if err != nil {
					return err
				}
				for _, m := range list {
					if failing[m.Company] {
						continue
					}
					if _, failed := w.store.Close(ctx, m.Company, m.Date, store.ReasonClose, w.clock.Now()); failed != nil {
						err, failing[m.Company] = errors.Join(err, failed), true
					}
					if ctx.Err() != nil {
						return errors.Join(err, ctx.Err())
					}
				}
				if err != nil || len(list) < missedAtOnce {
					return err
				}
			}
		},
	}
}
