// Package merge is the job compactar-posiciones. It moves positions from the messages in which they came to segments of some
// thousand, so that a phone that posts one fix at a time costs no more disk than others, and a day is read from few rows.
//
// Of companies that track people in their shifts only, it leaves the messages where they are for 48 hours after their reception, and
// then deletes what lies outside all shifts.
//
// Merging twice, or being killed at any point, loses and doubles nothing: each user's merge is one transaction. The job works on
// one user after the other and goes on where the last run ended, so that no company waits for another.
package merge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

const (
	every = 10 * time.Minute
	// longest is how long a run works, wall time. What is left then waits for the next run.
	longest = 8 * time.Minute
	// users is how many users one statement looks for.
	users = 500
)

// Store is what the job needs of the store.
type Store interface {
	Unmerged(ctx context.Context, after store.Who, before time.Time, limit int) ([]store.Who, error)
	Merge(ctx context.Context, who store.Who, before, keepFrom time.Time) (store.Merged, error)
}

// Partitions makes the partitions of segments.
type Partitions interface {
	EnsureSegments(ctx context.Context) error
}

// Merger merges positions.
type Merger struct {
	store      Store
	partitions Partitions
	retention  time.Duration
	log        *slog.Logger

	messages, unreadable, cut prometheus.Counter

	mu sync.Mutex
	// after is the user whom the last run merged last.
	after store.Who
}

// New makes a merger of positions that are kept for retention.
func New(s Store, p Partitions, retention time.Duration, log *slog.Logger, reg prometheus.Registerer) *Merger {
	return &Merger{
		store: s, partitions: p, retention: retention, log: log,
		messages: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tracking_merged_messages_total", Help: "Messages whose positions were merged into segments.",
		})),
		cut: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tracking_cut_fixes_total", Help: "Positions that were deleted because, 48 hours after their reception, they were outside all shifts of their user, in companies that track people in their shifts only.",
		})),
		unreadable: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tracking_unreadable_messages_total", Help: "Stored messages that a merge could not read. They stay where they are, with 0 in column fixes.",
		})),
	}
}

// Job returns the job.
func (m *Merger) Job() schedule.Job {
	return schedule.Job{
		Name: "compactar-posiciones", About: "merges the positions of finished hours, so that they take little space", Every: every,
		Do: func(ctx context.Context, r schedule.Run) error {
			ctx, cancel := context.WithTimeout(ctx, longest)
			defer cancel()
			return m.run(ctx, r.Scope, r.DueAt)
		},
	}
}

// run merges the positions of hours that ended before now.
func (m *Merger) run(ctx context.Context, company string, now time.Time) error {
	hour := now.Truncate(time.Hour)
	from := m.begin(company)
	for after, round := from, 0; ; {
		found, err := m.store.Unmerged(ctx, after, hour, users)
		if err != nil {
			return ended(ctx, err)
		}
		for _, who := range found {
			if company != schedule.All && who.Company != company {
				return nil
			}
			if err := m.user(ctx, who, hour, now.Add(-m.retention)); err != nil {
				if ctx.Err() == nil {
					m.reached(company, who) // one whose merge times out each time must not keep the others from the next run
				}
				return ended(ctx, err)
			}
			after = who
			m.reached(company, who)
		}
		if len(found) == users {
			continue
		}
		// After the last user come those before the first of this run.
		if round++; company != schedule.All || from == (store.Who{}) || round > 1 {
			m.reached(company, store.Who{})
			return nil
		}
		after = store.Who{}
	}
}

// ended forgives a run that was ended by its time.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	return err
}

func (m *Merger) begin(company string) store.Who {
	if company != schedule.All {
		return store.Who{Company: company}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.after
}

func (m *Merger) reached(company string, who store.Who) {
	if company != schedule.All {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.after = who
}

// user merges all of a user's finished messages. An error that concerns only this user is logged, and the others go on.
func (m *Merger) user(ctx context.Context, who store.Who, before, keepFrom time.Time) error {
	for more, retried := true, false; more; {
		done, err := m.store.Merge(ctx, who, before, keepFrom)
		switch {
		case errors.Is(err, store.ErrNoPartition) && !retried:
			if err := m.partitions.EnsureSegments(ctx); err != nil {
				return fmt.Errorf("make the partitions of segments: %w", err)
			}
			retried = true
			continue
		case err != nil && (ctx.Err() != nil || db.MayPass(err)):
			return err
		case err != nil:
			m.log.Error("positions of a user are not merged: they stay readable in tracking.arrived, and the next run tries again", "company", who.Company, "user", who.User, "error", err)
			return nil
		}
		m.messages.Add(float64(done.Messages))
		m.cut.Add(float64(done.Cut))
		if done.Unreadable > 0 {
			m.unreadable.Add(float64(done.Unreadable))
			m.log.Error("stored positions cannot be read: readers pass over them, and they stay in tracking.arrived until the retention ends", "company", who.Company, "user", who.User, "messages", done.Unreadable)
		}
		more = done.More
	}
	return nil
}
