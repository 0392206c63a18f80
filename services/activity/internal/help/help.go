// Package help notes who calls for help. While a call is open, people see where its user is, also where the company hides what lies
// outside shifts: the call counts as a shift (activity.v_shift_span), for as long as a shift can last at most.
//
// It is the consumer of ALERTS in this service. Its idempotency key is (company, alert id), and neither order nor repetition of messages
// matters: the earliest start and the earliest end count. A call that was offline for days begins 12 hours before it arrived, so that
// people see at least a day of what follows. Alerts of other types cost nothing.
//
// Failure. While PostgreSQL is away it holds its messages and counts no attempt. A message that cannot be read becomes a dead letter. Run
// blocks in its caller's goroutine and starts none of its own.
package help

import (
	"context"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const (
	maxMessages = 200
	// mostBefore is how long before its arrival a call begins at most.
	mostBefore = 12 * time.Hour
)

// Store is what the consumer needs of the store.
type Store interface {
	PutHelp(ctx context.Context, calls []store.Help) error
}

// Calls is the consumer.
type Calls struct {
	*bus.Consumer
	store Store
}

// New makes the consumer. It consumes nothing until Run.
func New(b *bus.Bus, s Store, drain time.Duration) (*Calls, error) {
	c := &Calls{store: s}
	var err error
	c.Consumer, err = bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Alerts, Durable: stream.ActivityHelp, Batch: maxMessages, DrainTimeout: drain,
	}, c.handle)
	if err != nil {
		return nil, fmt.Errorf("make the consumer of calls for help: %w", err)
	}
	return c, nil
}

func (c *Calls) handle(ctx context.Context, ms []bus.Msg) error {
	var calls []store.Help
	for _, m := range ms {
		is, ok, err := alert.ReadHelp(m.Subject, m.Data)
		if err != nil {
			return bus.Reject(err)
		}
		if !ok {
			continue
		}
		began := is.StartedAt
		if earliest := is.RaisedAt.Add(-mostBefore); began.Before(earliest) {
			began = earliest
		}
		calls = append(calls, store.Help{Company: m.Subject.Tenant(), ID: is.ID, User: is.User, StartedAt: began, EndedAt: is.EndedAt})
	}
	if len(calls) == 0 {
		return nil
	}
	return bus.Verdict(ctx, c.store.PutHelp(ctx, calls), db.MayPass)
}
