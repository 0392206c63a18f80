// Package reveal finds out what people may see of stored positions after a shift, or a company's decision to track people in their
// shifts only, became known. For each user it marks the days that changed, for those who add up days, and finds the newest visible
// position. Reads judge each position themselves and do not wait for it.
//
// It is the consumer of ACTIVITY. Handling a message again does the same work again and changes nothing: what it finds depends on the
// shifts and positions that are stored by then. Messages about visits, and about companies that track always, cost one question a
// batch at most.
//
// Failure. While PostgreSQL is away it holds its messages and counts no attempt. A message that cannot be read becomes a dead letter.
// Run blocks in its caller's goroutine and starts none of its own.
package reveal

import (
	"context"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/stream"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

const (
	maxMessages = 100
	// parallel is how many batches are handled side by side. A company is always in one of them alone, so that a
	// company that decides again and again leaves half of the work to others.
	parallel = 2
	// longest is how long a shift can last. Of an event nobody knows where its shift ended before, so all of that time may have changed.
	longest = 36 * time.Hour
	// back is how far back a shift can be, or can have been, that turned out to be none or that somebody corrected: its event does not
	// say when it was before. Nobody hands in, or corrects, what is older than 30 days.
	back = 35 * 24 * time.Hour
	// page is how many users of a company are looked for at once.
	page = 500
)

// Store is what the consumer needs of the store.
type Store interface {
	Hiding(ctx context.Context, companies []string) (map[string]bool, error)
	Reveal(ctx context.Context, who store.Who, from, to time.Time) error
	UsersAfter(ctx context.Context, company, after string, limit int) ([]string, error)
	ForgetShown(ctx context.Context, company string) error
}

// Revealer is the consumer.
type Revealer struct {
	*bus.Consumer
	store     Store
	clock     clock.Clock
	retention time.Duration
}

// New makes a revealer of positions that are kept for retention. It consumes nothing until Run.
func New(b *bus.Bus, s Store, c clock.Clock, retention, drain time.Duration) (*Revealer, error) {
	r := &Revealer{store: s, clock: c, retention: retention}
	var err error
	r.Consumer, err = bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Activity, Durable: stream.TrackingShifts, Batch: maxMessages, Parallel: parallel, DrainTimeout: drain,
		Key: func(m bus.Msg) string { return m.Subject.Tenant() },
	}, r.handle)
	if err != nil {
		return nil, fmt.Errorf("make the consumer of shifts: %w", err)
	}
	return r, nil
}

// span is the time of a user that may have changed.
type span struct{ from, to time.Time }

func (r *Revealer) handle(ctx context.Context, ms []bus.Msg) error {
	decided := map[string]bool{}
	users := map[store.Who]span{}
	companies := map[string]bool{}
	for _, m := range ms {
		switch m.Subject.Event() {
		case activity.EventTracking:
			if _, err := activity.ReadTracking(m.Subject, m.Data); err != nil {
				return bus.Reject(err)
			}
			decided[m.Subject.Tenant()] = true
		case activity.EventState:
			is, err := activity.Read(m.Subject, m.Data)
			if err != nil {
				return bus.Reject(err)
			}
			if !activity.Shows(is.Tipo) {
				continue
			}
			who := store.Who{Company: m.Subject.Tenant(), User: is.UserId}
			users[who] = users[who].with(r.changed(is))
		default:
			continue
		}
		companies[m.Subject.Tenant()] = true
	}
	if len(companies) == 0 {
		return nil
	}
	return bus.Verdict(ctx, r.reveal(ctx, companies, decided, users), db.MayPass)
}

func (r *Revealer) reveal(ctx context.Context, companies, decided map[string]bool, users map[store.Who]span) error {
	hiding, err := r.store.Hiding(ctx, keys(companies))
	if err != nil {
		return err
	}
	for company := range decided {
		if err := r.company(ctx, company, hiding[company]); err != nil {
			return err
		}
	}
	for who, is := range users {
		if !hiding[who.Company] || decided[who.Company] {
			continue
		}
		if err := r.store.Reveal(ctx, who, is.from, is.to); err != nil {
			return err
		}
	}
	return nil
}

// company looks at everybody in a company that decided anew: what people may see changed, of all days.
func (r *Revealer) company(ctx context.Context, company string, hides bool) error {
	now := r.clock.Now()
	for after := ""; ; {
		users, err := r.store.UsersAfter(ctx, company, after, page)
		if err != nil {
			return err
		}
		for _, user := range users {
			if err := r.store.Reveal(ctx, store.Who{Company: company, User: user}, now.Add(-r.retention), now.Add(longest)); err != nil {
				return err
			}
			after = user
		}
		if len(users) < page {
			break
		}
	}
	if hides {
		return nil
	}
	return r.store.ForgetShown(ctx, company)
}

// changed returns the time of which a shift's event may have changed what people see.
func (r *Revealer) changed(is *terrenov1.Activity) (all span) {
	if is.Retirada || is.Corrected {
		now := r.clock.Now()
		all = span{now.Add(-back), now.Add(longest)}
	}
	if is.Retirada {
		return all
	}
	from := is.From.AsTime()
	return all.with(span{from, from.Add(longest)})
}

func (s span) with(other span) span {
	if s.from.IsZero() {
		return other
	}
	if other.from.Before(s.from) {
		s.from = other.from
	}
	if other.to.After(s.to) {
		s.to = other.to
	}
	return s
}

func keys(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for k := range set {
		list = append(list, k)
	}
	return list
}
