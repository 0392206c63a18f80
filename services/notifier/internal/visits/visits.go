// Package visits reads the stream ACTIVITY for notifier, and lets the workers of visits know what changed for them. It takes of a message
// which visit it is about, and little more: store.TellVisits looks at the visits as they are.
package visits

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	// maxMessages is how many messages are handled together. Each company among them takes a transaction.
	maxMessages = 500
	// linger lets the visits of an import come together.
	linger = 200 * time.Millisecond
)

type consumer struct {
	store *store.Store
	told  prometheus.Counter
}

// New makes the consumer. It consumes nothing until Run.
func New(b *bus.Bus, s *store.Store, reg prometheus.Registerer, drain time.Duration) (*bus.Consumer, error) {
	v := &consumer{store: s, told: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "notifier_visit_notices_total", Help: "Notifications to workers about their visits and tasks.",
	}))}
	c, err := bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Activity, Durable: stream.NotifierActivity, Batch: maxMessages, Linger: linger, DrainTimeout: drain,
	}, v.handle)
	if err != nil {
		return nil, fmt.Errorf("make the consumer of visits: %w", err)
	}
	return c, nil
}

// handle may be called again with messages of which it has told already: they tell nothing a second time.
func (v *consumer) handle(ctx context.Context, ms []bus.Msg) error {
	heard := map[string][]store.Heard{}
	for _, m := range ms {
		if m.Subject.Event() != activity.EventState {
			continue
		}
		a, err := activity.Read(m.Subject, m.Data)
		if err != nil {
			return bus.Reject(err)
		}
		if a.Tipo == activity.Shift {
			continue
		}
		company := m.Subject.Tenant()
		closed := a.State == activity.Incomplete && a.Reason == activity.ReasonClose
		heard[company] = append(heard[company], store.Heard{ID: a.Id, Series: a.SeriesId != "", Closed: closed})
	}
	for company, list := range heard {
		told, err := v.store.TellVisits(ctx, company, list)
		if err != nil {
			return bus.Verdict(ctx, err, db.MayPass)
		}
		v.told.Add(float64(told))
	}
	return nil
}
