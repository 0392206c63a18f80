package work

import (
	"context"

	"github.com/terreno/terreno/pkg/schedule"
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
		Name: "resumen-diario", About: "computes what the day of each user came to, at 23:59 of each company", At: "23:59",
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
