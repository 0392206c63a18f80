// Package inbox carries alerts from the stream ALERTS to PostgreSQL.
//
// Handling a message again changes nothing. The idempotency key of an alert is (company, alert id), and its messages give
// the same result in any order. The key of a log line is (company, alert id, what happened). Any number of replicas may
// work at once. The inbox ignores events that are not for it, including its own alerta:actualizada.
//
// Failure. While PostgreSQL is away, or fails in another way that may pass without a change of the data (db.MayPass), the
// inbox holds its messages, fetches no more and counts no attempt. A message that cannot be read, or that has the id of
// another alert, becomes a dead letter at once. Any other error counts as an attempt: the message that causes it becomes
// a dead letter in the end, and the inbox goes on with the others. Run blocks in its caller's goroutine and starts none of
// its own.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// maxMessages is how many messages the inbox takes and stores together. One edit of zones can end thousands of alerts.
const maxMessages = 200

// Inbox is the consumer of ALERTS that stores alerts.
type Inbox struct {
	*bus.Consumer
	store   *store.Store
	clock   clock.Clock
	metrics metrics
}

// New makes an inbox. It consumes nothing until Run.
func New(b *bus.Bus, s *store.Store, c clock.Clock, reg prometheus.Registerer, drain time.Duration) (*Inbox, error) {
	i := &Inbox{store: s, clock: c, metrics: newMetrics(reg)}
	var err error
	i.Consumer, err = bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Alerts, Durable: stream.NotifierInbox, Batch: maxMessages, DrainTimeout: drain,
	}, i.handle)
	if err != nil {
		return nil, fmt.Errorf("make the inbox: %w", err)
	}
	return i, nil
}

func (i *Inbox) handle(ctx context.Context, ms []bus.Msg) error {
	var received []store.Received
	for _, m := range ms {
		switch m.Subject.Event() {
		case wire.EventNew, wire.EventSystem, wire.EventLate, wire.EventClosed:
		default:
			continue
		}
		read, err := alert.Read(m.Subject, m.Data)
		if err != nil {
			return bus.Reject(err)
		}
		received = append(received, store.Received{Message: read, Header: m.Header})
	}
	stored, err := i.store.Receive(ctx, received, i.clock.Now())
	switch {
	case err == nil:
		i.metrics.count(received, stored, len(ms)-len(received))
		return nil
	case errors.Is(err, alert.ErrOther), errors.Is(err, bus.ErrTooLarge):
		return bus.Reject(err)
	default:
		return bus.Verdict(ctx, err, db.MayPass)
	}
}
