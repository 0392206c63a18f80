// Package hooks calls companies' webhooks: it is the consumer of the stream WEBHOOK.
//
// A message names a call by id. The handler reads the call and its webhook, so what was removed or turned off meanwhile is not made. A
// call that fails is delivered again by JetStream, after webhook.Delay; how often it was tried stands in its row, so a restart counts on.
// The last attempt ends as a dead letter, which can be replayed and is then tried once more. There is no other retry layer.
//
// A call is made at least once: the process may die, or lose PostgreSQL, between the answer and the note of it. The receiver knows a
// repetition by the header Terreno-Delivery. While PostgreSQL is away, the outcome of a call that was made is kept in memory, and the
// call is not repeated.
//
// A company has few hands at once, and one webhook has fewer: a single one while it is new or after a call that failed. A message that finds
// no hand free comes again in a moment, and costs no query. A webhook has few calls on the stream; the others wait in the table, and the end
// of a call puts the next one on the stream. So a slow webhook delays itself. Run blocks in its caller's goroutine.
package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/internal/store"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	hands          = 128
	handsOfCompany = 6
	handsOfWebhook = 3
	// handsOfFailing are those that all webhooks have together whose last call failed. The other hands stay free, however many hang.
	handsOfFailing = hands / 2
	// mostKnown is how many webhooks are remembered with what became of their last call. Beyond that, all are forgotten.
	mostKnown = 10_000
	// busy is the least time until a message comes again that found no hand free.
	busy = time.Second
)

// whenBusy returns when a message comes again that found no hand free: after a longer time each time, so that a long queue of one webhook
// does not keep the bus busy.
func whenBusy(deliveries int) time.Duration {
	d := busy << min(max(deliveries-1, 0), 3)
	return d + rand.N(d)
}

// Hooks is the consumer of WEBHOOK.
type Hooks struct {
	*bus.Consumer
	store   *store.Store
	sender  *Sender
	clock   clock.Clock
	metrics metrics
	// delay is webhook.Delay.
	delay func(attempt int, asked time.Duration, chance float64) time.Duration

	mu   sync.Mutex
	held map[string]int
	// failing is how many hands are held by webhooks whose last call failed.
	failing int
	// worked says of webhooks that were called whether the last call worked.
	worked map[string]bool
	// unwritten are outcomes that PostgreSQL did not take yet, by call.
	unwritten map[string]ended
}

// ended is what became of an attempt, and of the message after it is written.
type ended struct {
	call    store.Call
	outcome store.CallOutcome
	message error
}

// New makes the consumer. It calls nobody until Run.
func New(b *bus.Bus, s *store.Store, sender *Sender, c clock.Clock, reg prometheus.Registerer, drain time.Duration) (*Hooks, error) {
	h := &Hooks{store: s, sender: sender, clock: c, metrics: newMetrics(reg), delay: webhook.Delay, held: map[string]int{}, worked: map[string]bool{}, unwritten: map[string]ended{}}
	var err error
	h.Consumer, err = bus.NewConsumer(b, bus.ConsumerConfig{
		Stream: stream.Webhook, Durable: stream.NotifierWebhook, Parallel: hands, DrainTimeout: drain,
	}, h.handle)
	if err != nil {
		return nil, fmt.Errorf("make the consumer of webhooks: %w", err)
	}
	return h, nil
}

// Run makes calls until ctx ends.
func (h *Hooks) Run(ctx context.Context) error {
	defer h.sender.Close()
	return h.Consumer.Run(ctx)
}

func (h *Hooks) handle(ctx context.Context, m bus.Msg) error {
	var named struct {
		Delivery string `json:"delivery_id"`
	}
	if err := json.Unmarshal(m.Data, &named); err != nil || named.Delivery == "" {
		return bus.Reject(errors.New("the message names no call"))
	}
	company, hook := m.Subject.Tenant(), m.Subject.Entity()
	key := company + " " + named.Delivery
	if e, ok := h.kept(key); ok {
		return h.write(ctx, company, key, e)
	}
	give, ok := h.take(company, hook)
	if !ok {
		h.metrics.count(outcomeBusy)
		return bus.Later(whenBusy(m.Deliveries))
	}
	defer give()
	c, err := h.store.Call(ctx, company, named.Delivery)
	switch {
	case errors.Is(err, store.ErrNoWebhook):
		h.metrics.count(outcomeGone)
		return nil
	case err != nil:
		return bus.Verdict(ctx, err, db.MayPass)
	case c.State == store.CallSent, c.State == store.CallExpired:
		h.metrics.count(outcomeKnown)
		return nil
	}
	e, err := h.attempt(ctx, company, c)
	if err != nil {
		return err
	}
	return h.write(ctx, company, key, e)
}

// attempt makes the call, unless it no longer should be made.
func (h *Hooks) attempt(ctx context.Context, company string, c store.Call) (ended, error) {
	now := h.clock.Now()
	switch {
	case c.Suspended:
		return ended{call: c, outcome: store.CallOutcome{State: store.CallFailed, Reason: webhook.ReasonSuspended}}, nil
	case !c.Active && c.Event != webhook.EventTest:
		return ended{call: c, outcome: store.CallOutcome{State: store.CallFailed, Reason: webhook.ReasonOff}}, nil
	case !c.Wanted && c.Event != webhook.EventTest:
		return ended{call: c, outcome: store.CallOutcome{State: store.CallFailed, Reason: webhook.ReasonUnwanted}}, nil
	case c.State == store.CallQueued && now.Sub(c.QueuedAt) > webhook.UsefulFor:
		return ended{call: c, outcome: store.CallOutcome{State: store.CallExpired, Reason: webhook.ReasonOld}}, nil
	}
	secrets := []string{c.Secret}
	if c.OldSecretUntil != nil && now.Before(*c.OldSecretUntil) {
		secrets = append(secrets, c.OldSecret)
	}
	a, err := h.sender.send(ctx, c.URL, c.Event, c.ID, []byte(c.Body), secrets...)
	if err != nil {
		return ended{}, err
	}
	h.metrics.seconds.Observe(a.took.Seconds())
	h.note(company, c.Webhook, a.reason == "")
	o := store.CallOutcome{State: store.CallSent, Reason: a.reason, Status: a.status, Took: a.took, Tried: true}
	switch {
	case a.reason == "":
		return ended{c, o, nil}, nil
	case a.final || c.Attempts+1 >= webhook.MaxAttempts || c.Event == webhook.EventTest:
		o.State = store.CallFailed
		// Somebody waits for the outcome of a test, and sees it. It is no dead letter.
		if c.Event == webhook.EventTest {
			return ended{c, o, nil}, nil
		}
		return ended{c, o, bus.Reject(errors.New("webhook: " + a.reason))}, nil
	default:
		o.State = store.CallQueued
		return ended{c, o, bus.Later(h.delay(c.Attempts+1, a.wait, rand.Float64()))}, nil
	}
}

// write writes an outcome and returns that of the message. While PostgreSQL does not take it, it is kept.
func (h *Hooks) write(ctx context.Context, company, key string, e ended) error {
	off, err := h.store.EndCall(ctx, company, e.call, e.outcome)
	if err != nil {
		if db.MayPass(err) {
			h.keep(key, e)
		}
		return bus.Verdict(ctx, err, db.MayPass)
	}
	if off {
		h.metrics.off.Inc()
	}
	h.metrics.count(e.outcome.State)
	return e.message
}

// keep remembers an outcome until its message comes again. Some come again in another process, so there is an end to it.
func (h *Hooks) keep(key string, e ended) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.unwritten) >= 4*hands {
		clear(h.unwritten)
	}
	h.unwritten[key] = e
}

func (h *Hooks) kept(key string) (ended, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.unwritten[key]
	delete(h.unwritten, key)
	return e, ok
}

// take takes a hand of a company and of its webhook, if there is one. give gives it back.
func (h *Hooks) take(company, hook string) (give func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := company + " " + hook
	most, failing := 1, 0
	switch worked, known := h.worked[key]; {
	case worked:
		most = handsOfWebhook
	case known:
		failing = 1
	}
	if h.held[company] >= handsOfCompany || h.held[key] >= most || h.failing+failing > handsOfFailing {
		return nil, false
	}
	h.add(company, key, 1, failing)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.add(company, key, -1, -failing)
	}, true
}

// add counts hands. The caller holds the lock.
func (h *Hooks) add(company, key string, n, failing int) {
	h.failing += failing
	for _, k := range []string{company, key} {
		if h.held[k] += n; h.held[k] == 0 {
			delete(h.held, k)
		}
	}
}

// note remembers what became of the last call of a webhook.
func (h *Hooks) note(company, hook string, worked bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.worked) >= mostKnown {
		clear(h.worked)
	}
	h.worked[company+" "+hook] = worked
}
