package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/chat/internal/store"
)

const (
	// Messages that one transaction removes, or erases: the latter also adds an event for each.
	retainAtOnce = 1000
	eraseAtOnce  = 200
	eraseEvery   = time.Minute
	// openAtOnce is how many persons one run looks at; they take turns.
	openAtOnce = 100
)

// retentionJob removes the messages that a company no longer keeps, at night. What is too old is judged by
// PostgreSQL's clock, which stored it, and not by that of a replica. Of each conversation only the oldest messages go, so that the rest has
// no gap. Do is idempotent: it does not find again what is removed.
func retentionJob(data *store.Store, files blob.Store, deps app.Deps) schedule.Job {
	removed := obs.Register(deps.Metrics, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "chat_retention_messages_total", Help: "Messages that were removed because they were older than their company keeps them.",
	}))
	return schedule.Job{
		Name: "chat-retencion", About: "removes messages and files that are older than the company keeps them", At: "03:30",
		Do: func(ctx context.Context, r schedule.Run) error {
			cut, conversations, err := data.BeginRetention(ctx, r.Scope, r.DueAt)
			if err != nil {
				return err
			}
			var failed error
			for _, conversation := range conversations {
				for n := retainAtOnce; n == retainAtOnce; {
					if ctx.Err() != nil {
						return errors.Join(failed, ctx.Err())
					}
					var gone []store.Gone
					if n, gone, err = data.Retain(ctx, r.Scope, conversation, cut, retainAtOnce); err != nil {
						failed = errors.Join(failed, fmt.Errorf("remove old messages of a conversation: %w", err))
						break
					}
					removed.Add(float64(n))
					failed = errors.Join(failed, remove(files, gone))
				}
			}
			return failed
		},
	}
}

// erasureJob erases the messages of the persons whom admins named, a batch of each at a time. What is to be done stands in rows, so it goes
// on after a restart. Do is idempotent: it does not find again what is erased.
func erasureJob(data *store.Store, files blob.Store) schedule.Job {
	return schedule.Job{
		Name: "chat-borrado", About: "erases the messages of persons whom an admin had erased", Every: eraseEvery,
		Do: func(ctx context.Context, r schedule.Run) error {
			only := r.Scope
			if only == schedule.All {
				only = ""
			}
			open, err := data.OpenErasures(ctx, only, openAtOnce)
			if err != nil {
				return err
			}
			var failed error
			for len(open) > 0 {
				var left []store.OpenErasure
				for _, o := range open {
					if ctx.Err() != nil {
						return errors.Join(failed, ctx.Err())
					}
					more, gone, err := data.Erase(ctx, o, eraseAtOnce)
					if err != nil {
						failed = errors.Join(failed, fmt.Errorf("erase the messages of a person of %s: %w", o.Company, err))
						continue
					}
					failed = errors.Join(failed, remove(files, gone))
					if more {
						left = append(left, o)
					}
				}
				open = left
			}
			return failed
		},
	}
}
