package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/wait"
)

const (
	// A leader's failover was measured at up to 5 s.
	publishPatience = 12 * time.Second
	// The first tries are short, because most failures are a reply that never comes. The later tries give a slow disk time.
	firstTry, longestTry = 2 * time.Second, 5 * time.Second
)

// Publish returns when a stream has stored the message. It tries for 12 s, or until ctx ends, while the stream cannot be
// reached. Errors wrap ErrStreamFull and ErrTooLarge (both at once, without a retry), ErrDenied or ErrUnavailable.
func (b *Bus) Publish(ctx context.Context, m Message) (Ack, error) {
	if err := check(m, b.table); err != nil {
		b.metrics.publishFailures.WithLabelValues(reasonOf(err)).Inc()
		return Ack{}, fmt.Errorf("publish: %w", err)
	}
	return b.publish(ctx, &nats.Msg{Subject: m.Subject.Ingress(), Header: withID(m.Header, m.ID), Data: m.Data})
}

func (b *Bus) publish(ctx context.Context, m *nats.Msg) (Ack, error) {
	ack, err := b.publishPatiently(ctx, m)
	if err != nil {
		b.metrics.publishFailures.WithLabelValues(reasonOf(err)).Inc()
		return Ack{}, fmt.Errorf("publish on %s: %w", m.Subject, err)
	}
	return ack, nil
}

func (b *Bus) publishPatiently(ctx context.Context, m *nats.Msg) (Ack, error) {
	giveUp := time.Now().Add(publishPatience)
	before := b.storing.place(b.streamOf(m.Subject))
	delay, try := 50*time.Millisecond, firstTry
	for {
		ack, err := b.publishOnce(ctx, m, try)
		if err == nil {
			b.note(ctx, m.Subject, true, nil)
			b.noteLoss(before, ack)
			return ack, nil
		}
		final, err := verdict(err)
		b.note(ctx, m.Subject, final, err)
		if final {
			return Ack{}, err
		}
		if b.nc.IsClosed() || time.Now().After(giveUp) || !wait.For(ctx, wait.Jitter(delay)) {
			// The error says why Publish stopped and what the last failure was.
			return Ack{}, fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(ctx.Err(), err))
		}
		b.metrics.publishRetries.Inc()
		delay, try = min(2*delay, time.Second), min(try+time.Second, longestTry)
	}
}

func (b *Bus) publishOnce(ctx context.Context, m *nats.Msg, patience time.Duration) (Ack, error) {
	ctx, done := b.denials.watch(ctx, m.Subject)
	defer done()
	try, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ack, err := b.js.PublishMsg(try, m, jetstream.WithRetryAttempts(0))
	if errors.Is(context.Cause(ctx), ErrDenied) {
		return Ack{}, ErrDenied
	}
	if err != nil {
		return Ack{}, err
	}
	return Ack{Stream: ack.Stream, Seq: ack.Sequence, Duplicate: ack.Duplicate}, nil
}

// The server's error codes of a refused publish (nats-server 2.15, server/errors.json).
const (
	codeAccountResources  = 10002 // resource limits exceeded for account
	codeInsufficient      = 10023 // insufficient resources
	codeMemoryResources   = 10028 // insufficient memory resources
	codeStorageResources  = 10047 // insufficient storage resources
	codeMessageTooLarge   = 10054 // message size exceeds maximum allowed
	codeStoreFailed       = 10077 // the store's own words: maximum bytes or messages exceeded, message too large, ...
	codeHeaderTooLarge    = 10097 // header size exceeds maximum allowed of 64k
	codeDuplicateInFlight = 10158 // duplicate message id is in process
	codeTooManyRequests   = 10167 // too many requests: the server's queue of publishes or API requests is full
)

// verdict says what a failed try means. final is false if another try may help.
func verdict(err error) (final bool, _ error) {
	if errors.Is(err, ErrDenied) {
		return true, err
	}
	if errors.Is(err, nats.ErrMaxPayload) {
		return true, fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	var api *jetstream.APIError
	if !errors.As(err, &api) {
		return errors.Is(err, nats.ErrBadSubject) || errors.Is(err, nats.ErrInvalidMsg), err
	}
	switch api.ErrorCode {
	case codeAccountResources, codeInsufficient, codeMemoryResources, codeStorageResources:
		return true, fmt.Errorf("%w: %w", ErrStreamFull, err)
	case codeMessageTooLarge, codeHeaderTooLarge:
		return true, fmt.Errorf("%w: %w", ErrTooLarge, err)
	case codeStoreFailed:
		return storeVerdict(err, api.Description)
	case codeDuplicateInFlight, codeTooManyRequests:
		return false, err
	}
	return api.Code < 500, err
}

// storeVerdict reads the text of the store's error, because the server has only one code for all of them.
func storeVerdict(err error, words string) (final bool, _ error) {
	switch {
	case strings.Contains(words, "too large"):
		return true, fmt.Errorf("%w: %w", ErrTooLarge, err)
	case strings.Contains(words, "exceeded"):
		return true, fmt.Errorf("%w: %w", ErrStreamFull, err)
	}
	return false, err
}

func reasonOf(err error) string {
	switch {
	case errors.Is(err, ErrStreamFull):
		return reasonFull
	case errors.Is(err, ErrTooLarge):
		return reasonTooLarge
	case errors.Is(err, ErrUnavailable):
		return reasonUnavailable
	case errors.Is(err, ErrDenied):
		return reasonDenied
	}
	return reasonRefused
}
