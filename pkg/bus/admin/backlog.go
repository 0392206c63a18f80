package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
)

// Backlog is what waits for a durable.
type Backlog struct {
	Stream, Durable, Service string
	// Missing says that the durable, or its stream, does not exist.
	Missing bool
	// Messages have not been given to it, or have been given and are neither handled nor buried.
	Messages uint64
	// Since is when the first of them was stored; zero when nothing waits.
	Since time.Time
}

// Backlogs returns what waits for each durable of a table, also for those for which nothing waits.
func Backlogs(ctx context.Context, b *bus.Bus, table []stream.Stream) ([]Backlog, error) {
	var all []Backlog
	for _, s := range table {
		for _, row := range s.Consumers {
			one := Backlog{Stream: s.Name, Durable: row.Durable, Service: row.Service}
			if err := one.read(ctx, b); err != nil {
				return nil, fmt.Errorf("read what waits for %s on %s: %w", row.Durable, s.Name, err)
			}
			all = append(all, one)
		}
	}
	return all, nil
}

func (l *Backlog) read(ctx context.Context, b *bus.Bus) error {
	live, err := b.JetStream().Consumer(ctx, l.Stream, l.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		l.Missing = true
		return nil
	}
	if err != nil {
		return err
	}
	info := live.CachedInfo()
	if l.Messages = info.NumPending + uint64(info.NumAckPending); l.Messages == 0 {
		return nil
	}
	first, none, err := b.Behind(ctx, l.Stream, l.Durable)
	if err != nil || none { // None: all of it was handled since it was counted.
		l.Messages = 0
		return err
	}
	l.Since = first.StoredAt
	return nil
}
