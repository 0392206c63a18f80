package admin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/proto/stream"
)

// Lost says which messages a stream dropped before a durable received them. Cut says which the stream lost at its end after
// the durable's owner had applied them.
type Lost struct {
	Stream, Durable string
	durable.Lost
	Cut durable.Cut
	// Seen is what an operator knows of it already.
	Seen durable.Seen
}

// total is how many messages are lost in all.
func (l Lost) total() uint64 { return l.Messages + l.Cut.Messages }

// Unseen is how many messages are lost of which no operator has said that they know.
func (l Lost) Unseen() uint64 { return l.total() - min(l.total(), l.Seen.Messages) }

// ListLost returns what the durables of a table lost since they were made. It leaves out durables without a loss. A
// consumer records losses when it is opened and every 15 s. For a service that does not run now, ListLost adds the losses
// that nobody has recorded yet.
func ListLost(ctx context.Context, b *bus.Bus, table []stream.Stream) ([]Lost, error) {
	var all []Lost
	for _, s := range table {
		for _, row := range s.Consumers {
			lost, err := lostOf(ctx, b, s.Name, row.Durable)
			if err != nil {
				return nil, fmt.Errorf("read what %s on %s lost: %w", row.Durable, s.Name, err)
			}
			if lost.total() > 0 {
				all = append(all, lost)
			}
		}
	}
	return all, nil
}

func lostOf(ctx context.Context, b *bus.Bus, name, of string) (l Lost, err error) {
	l = Lost{Stream: name, Durable: of}
	live, err := b.JetStream().Consumer(ctx, name, of)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	info := live.CachedInfo()
	if l.Seen, err = durable.ReadSeen(info.Config.Metadata); err != nil {
		return l, err
	}
	if l.Cut, err = durable.ReadCut(info.Config.Metadata); err != nil {
		return l, err
	}
	if l.Lost, err = durable.ReadLost(info.Config.Metadata); err != nil || info.Delivered.Stream == 0 {
		return l, err
	}
	has, err := api.StreamInfo(ctx, b.Conn(), name, true)
	if err != nil {
		return l, err
	}
	l.Add(durable.Gone(has.State, []durable.Range{{From: info.Delivered.Stream + 1, To: math.MaxUint64}}))
	return l, nil
}

// MarkSeen records that an operator knows what a durable of the table has lost so far. What it loses later is unseen again.
// ErrUnknownDurable means that the table has no such durable.
func MarkSeen(ctx context.Context, b *bus.Bus, table []stream.Stream, name string) (Lost, error) {
	for _, s := range table {
		for _, row := range s.Consumers {
			if row.Durable != name {
				continue
			}
			lost, err := lostOf(ctx, b, s.Name, name)
			if err == nil && lost.Unseen() > 0 {
				lost.Seen = durable.Seen{Messages: lost.total(), At: time.Now().UTC().Truncate(time.Second)}
				err = durable.UpdateMetadata(ctx, b.JetStream(), s.Name, name, lost.Seen.Write)
			}
			if err != nil {
				return lost, fmt.Errorf("record that the losses of %s are known: %w", name, err)
			}
			return lost, nil
		}
	}
	return Lost{}, fmt.Errorf("%w: %q", ErrUnknownDurable, name)
}
