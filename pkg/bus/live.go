package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// Live is a live event (stream.Live). Header and Data of one that was heard are shared: read them, do not change them.
type Live struct {
	Subject subject.Subject
	Header  nats.Header
	Data    []byte
}

// PublishLive tells a live event to who listens now. It does not wait: the event arrives at most once, and perhaps nowhere. Errors wrap
// ErrTooLarge, ErrDenied for an event of other services, and ErrUnavailable without a connection; and it refuses what the table of live
// events does not name.
func (b *Bus) PublishLive(ctx context.Context, m Live) error {
	if err := b.checkLive(m); err != nil {
		return fmt.Errorf("publish a live event: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publish a live event: %w", err)
	}
	err := b.nc.PublishMsg(&nats.Msg{Subject: m.Subject.Live(), Header: m.Header, Data: m.Data})
	if err != nil {
		return fmt.Errorf("publish on %s: %w", m.Subject.Live(), errors.Join(ErrUnavailable, err))
	}
	return nil
}

func (b *Bus) checkLive(m Live) error {
	event, ok := stream.LiveOf(m.Subject.Domain(), m.Subject.Event())
	switch {
	case !ok:
		return fmt.Errorf("the table names no live event %s", m.Subject.ClientEvent())
	case b.service != Admin && !slices.Contains(event.Publishers, b.service):
		// The server would tell only the connection.
		return fmt.Errorf("%s is no event of %s: %w", event.Name, b.service, ErrDenied)
	}
	if err := checkHeader(m.Subject, m.Header); err != nil {
		return err
	}
	if size := headerSize(m.Header) + len(m.Data); size > stream.MaxLive {
		return fmt.Errorf("%s of %d bytes, %d are allowed: %w", event.Name, size, stream.MaxLive, ErrTooLarge)
	}
	return nil
}

// ListenLive is Listen for the live events of all companies. It passes on only what the table names. What was missed is gone: onLost, which
// may be nil, says only that there may have been something.
func ListenLive(b *Bus, h func(Live), onLost func()) (*Listener, error) {
	return Listen(b, stream.LivePattern, func(m Msg) {
		if _, ok := stream.LiveOf(m.Subject.Domain(), m.Subject.Event()); ok {
			h(Live{Subject: m.Subject, Header: m.Header, Data: m.Data})
		}
	}, onLost)
}
