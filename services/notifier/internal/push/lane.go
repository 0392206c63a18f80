package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// Reasons why a push was not sent, or failed.
const (
	reasonNoCredentials = "no_credentials"
	reasonSeen          = "seen"
	reasonNoDevice      = "device_gone"
	reasonSuspended     = "company_suspended"
	reasonNoUser        = "user_gone"
)

const unwrittenMost = 4 * hands

// lane is one of the two ways to FCM.
type lane struct {
	*bus.Consumer
	name     string
	urgent   bool
	settings Settings
	sender   Sender
	clock    clock.Clock
	gate     *gate
	metrics  metrics
	reads    group[store.PushKey, *store.Push]
	writes   group[store.PushResult, struct{}]
	// places bound the requests to FCM.
	places chan struct{}

	// unwritten are outcomes that PostgreSQL could not take. Such a push is not sent again. There are no more of them than hands, and some
	// whose message went to another replica, up to unwrittenMost.
	mu        sync.Mutex
	unwritten map[store.PushKey]outcome
}

// outcome is what becomes of a push, and of its message.
type outcome struct {
	store.PushResult
	// silent outcomes are not written. After again, the push comes back.
	silent, again bool
	// verdict is what the consumer returns.
	verdict error
}

func newLane(d Deps, s Settings, g *gate, m metrics, name string, urgent bool) *lane {
	l := &lane{
		name: name, urgent: urgent, settings: s, sender: d.Sender, clock: d.Clock, gate: g, metrics: m,
		places: make(chan struct{}, sends), unwritten: map[store.PushKey]outcome{},
	}
	l.reads = group[store.PushKey, *store.Push]{do: d.Store.Pushes, most: together}
	l.writes = group[store.PushResult, struct{}]{most: together, do: func(ctx context.Context, rs []store.PushResult) ([]struct{}, error) {
		return make([]struct{}, len(rs)), d.Store.EndPushes(ctx, rs)
	}}
	return l
}

func (l *lane) handle(ctx context.Context, m bus.Msg) error {
	var body terrenov1.Push
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Data, &body); err != nil {
		return bus.Reject(fmt.Errorf("decode a push: %w", err))
	}
	key := store.PushKey{Company: m.Subject.Tenant(), Notification: body.NotificationId, Token: body.TokenId}
	if strings.ContainsRune(key.Notification+key.Token, 0) { // PostgreSQL would refuse the pushes that go with it too.
		return bus.Reject(errors.New("the message names no push"))
	}
	if !l.urgent {
		_, err := l.push(ctx, key, m)
		return err
	}
	l.gate.begin()
	done, err := l.push(ctx, key, m)
	l.gate.end(name(key), done)
	return err
}

func name(k store.PushKey) string { return k.Company + " " + k.Notification + " " + k.Token }

// push does what is to be done about a push, and writes it down. done says that nothing more is to be done about it.
func (l *lane) push(ctx context.Context, key store.PushKey, m bus.Msg) (done bool, err error) {
	o, known := l.pending(key)
	if !known {
		if o, err = l.decide(ctx, key, m); err != nil {
			return false, err
		}
	}
	if !o.silent {
		if _, err := l.writes.get(ctx, o.PushResult); err != nil {
			l.keep(o)
			return false, bus.Verdict(ctx, err, db.MayPass)
		}
		l.count(o)
	}
	return !o.again, o.verdict
}

func (l *lane) pending(key store.PushKey) (outcome, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, ok := l.unwritten[key]
	delete(l.unwritten, key)
	return o, ok
}

func (l *lane) keep(o outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unwritten) >= unwrittenMost {
		for key := range l.unwritten {
			delete(l.unwritten, key)
			break
		}
	}
	l.unwritten[o.PushKey] = o
}

// decide reads a push and sends it, unless there is a reason not to.
func (l *lane) decide(ctx context.Context, key store.PushKey, m bus.Msg) (outcome, error) {
	p, err := l.reads.get(ctx, key)
	switch {
	case err != nil:
		return outcome{}, bus.Verdict(ctx, err, db.MayPass)
	case p == nil:
		return outcome{silent: true}, nil // It was withdrawn, or is so old that it was removed.
	}
	if p.State == store.DeliveryFailed && p.Attempts >= l.settings.Tries {
		if !strings.HasPrefix(m.Header.Get(jetstream.MsgIDHeader), bus.ReplayPrefix) {
			// It ended, and the process died before its letter was written.
			return outcome{silent: true, verdict: exhausted(p.Reason, p.Attempts)}, nil
		}
		p.State, p.Attempts = store.DeliveryQueued, 0
	}
	now := l.clock.Now()
	unwanted := p.Skips(now, l.urgent)
	switch {
	case p.State != store.DeliveryQueued:
		return outcome{silent: true}, nil
	case unwanted != "":
		return l.over(key, p.Attempts, store.DeliverySkipped, unwanted), nil
	case !now.Before(p.UsefulUntil):
		return l.over(key, p.Attempts, store.DeliveryExpired, p.Reason), nil
	case p.Seen:
		return l.over(key, p.Attempts, store.DeliverySkipped, reasonSeen), nil
	case p.Suspended:
		return l.over(key, p.Attempts, store.DeliverySkipped, reasonSuspended), nil
	case !p.Active:
		return l.over(key, p.Attempts, store.DeliverySkipped, reasonNoUser), nil
	case p.Token == "":
		return l.over(key, p.Attempts, store.DeliverySkipped, reasonNoDevice), nil
	case l.sender == nil:
		return l.over(key, p.Attempts, store.DeliverySkipped, reasonNoCredentials), nil
	}
	return l.send(ctx, key, m, p, p.UsefulUntil.Sub(now))
}

// over ends a push now.
func (l *lane) over(key store.PushKey, attempts int, state, reason string) outcome {
	at := l.clock.Now()
	return outcome{PushResult: store.PushResult{PushKey: key, State: state, Reason: reason, Attempts: attempts, DoneAt: &at}}
}

// send sends a push once. useful is how long it is of use, in domain time.
func (l *lane) send(ctx context.Context, key store.PushKey, m bus.Msg, p *store.Push, useful time.Duration) (outcome, error) {
	through, err := l.gate.enter(l.urgent)
	if err != nil {
		return outcome{}, bus.Unavailable(err)
	}
	id, failure, err := l.ask(ctx, fcm.Push{
		Token: p.Token, Notification: key.Notification, Kind: p.Kind, Ref: p.Ref, Title: p.Title, Body: p.Body, Urgent: l.urgent,
		TTL: time.Duration(float64(useful) / clock.SpeedOf(l.clock)),
	})
	if err != nil {
		l.gate.quit(through)
		return outcome{}, err
	}
	if failure == nil {
		l.gate.worked(through)
		l.metrics.age.WithLabelValues(l.name).Observe(time.Since(m.StoredAt).Seconds())
		o := l.over(key, p.Attempts+1, store.DeliverySent, "")
		o.MessageID = id
		return o, nil
	}
	if failure.Kind != fcm.Unavailable {
		l.gate.worked(through)
		if failure.Code == fcm.CodeQuota {
			l.gate.overQuota(cmp.Or(failure.RetryAfter, l.settings.Floor))
		}
		return l.refused(key, p, failure), nil
	}
	counts, again := l.gate.failed(through, name(key), l.urgent, failure.RetryAfter)
	switch {
	case counts:
		return l.refused(key, p, failure), nil
	case through.probe:
		// Another push may try next: this one may be what FCM fails at.
		return outcome{silent: true, again: true, verdict: bus.Later(again)}, nil
	}
	return outcome{}, bus.Unavailable(failure)
}

// ask waits for the quota and a place, and asks FCM. An error says that the process ends.
func (l *lane) ask(ctx context.Context, p fcm.Push) (id string, failure *fcm.SendError, err error) {
	if err := l.gate.turn(ctx, l.urgent); err != nil {
		return "", nil, err
	}
	select {
	case l.places <- struct{}{}:
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
	defer func() { <-l.places }()
	begun := time.Now()
	id, failure = l.sender.Send(ctx, p)
	if failure != nil && ctx.Err() != nil {
		return "", nil, ctx.Err()
	}
	l.metrics.seconds.WithLabelValues(l.name).Observe(time.Since(begun).Seconds())
	result := outcomeOK
	if failure != nil {
		result = failure.Code
	}
	l.metrics.tries.WithLabelValues(l.name, result).Inc()
	return id, failure, nil
}

// refused ends a push for good, or asks for it again later.
func (l *lane) refused(key store.PushKey, p *store.Push, f *fcm.SendError) outcome {
	attempts := p.Attempts + 1
	o := l.over(key, attempts, store.DeliveryFailed, f.Code)
	switch {
	case f.Kind == fcm.Permanent:
		o.DropToken = f.DropsToken()
	case attempts >= l.settings.Tries:
		o.verdict = exhausted(f.Code, attempts)
	default:
		o.State, o.DoneAt, o.again = store.DeliveryQueued, nil, true
		o.verdict = bus.Later(max(f.RetryAfter+backoff(0, l.settings.Floor, attempts), backoff(l.settings.Floor, l.settings.Most, attempts)))
	}
	return o
}

// exhausted makes a dead letter.
func exhausted(code string, attempts int) error {
	return bus.Reject(fmt.Errorf("FCM refused a push %d times, at last with %s", attempts, code))
}

func (l *lane) count(o outcome) {
	if o.DoneAt != nil {
		l.metrics.ended.WithLabelValues(l.name, o.State).Inc()
	}
	if o.DropToken {
		l.metrics.dropped.Inc()
	}
}
