package work

import (
	"context"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/summary/internal/store"
)

// maxMessages is how many messages of ACTIVITY one transaction handles.
const maxMessages = 200

// Consumer makes the consumer of ACTIVITY that puts closed days into the queue whose visits or shifts changed. It stores nothing of a
// message: whoever computes the day reads the visits and shifts as they are then.
func (w *Work) Consumer(b *bus.Bus, drain time.Duration) (*bus.Consumer, error) {
	c, err := bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Activity, Durable: stream.SummaryActivity, Batch: maxMessages, DrainTimeout: drain,
	}, w.handle)
	if err != nil {
		return nil, fmt.Errorf("make the consumer of visits and shifts: %w", err)
	}
	return c, nil
}

func (w *Work) handle(ctx context.Context, ms []bus.Msg) error {
	var list []store.Work
	var companies []string
	for _, m := range ms {
		switch m.Subject.Event() {
		case activity.EventState:
			is, err := w.read(m)
			if err != nil {
				return bus.Reject(err)
			}
			list = append(list, is)
		case activity.EventTracking:
			if _, err := activity.ReadTracking(m.Subject, m.Data); err != nil {
				return bus.Reject(err)
			}
			companies = append(companies, m.Subject.Tenant())
		}
	}
	queued, err := w.store.QueueWork(ctx, list, companies, w.clock.Now())
	if err == nil {
		w.metrics.events.WithLabelValues().Add(float64(queued))
	}
	return bus.Verdict(ctx, err, db.MayPass)
}

// read returns whose day an event is about. One that was withdrawn has no time: only the days matter in which it is counted.
func (w *Work) read(m bus.Msg) (store.Work, error) {
	a, err := activity.Read(m.Subject, m.Data)
	if err != nil {
		return store.Work{}, err
	}
	is := store.Work{Company: m.Subject.Tenant(), User: a.UserId, ID: a.Id, Shift: a.Tipo == activity.Shift}
	if a.Retirada || a.From == nil {
		return is, nil
	}
	is.From, is.Until = a.From.AsTime(), a.From.AsTime()
	if activity.Shows(a.Tipo) {
		if is.Until = w.clock.Now(); a.Until != nil {
			is.Until = a.Until.AsTime()
		}
	}
	return is, nil
}
