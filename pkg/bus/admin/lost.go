package admin

import (
	"context"
	"errors"
	"fmt"
	"math"

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
}

// ListLost returns what the durables of a table lost since they were made. It leaves out durables without a loss. A
// consumer records losses when it is opened and every 15 s. For a service that does not run now, ListLost adds the losses
// that nobody has recorded yet.
func ListLost(ctx context.Context, b *bus.Bus, table []stream.Stream) ([]Lost, error) {
	var all []Lost
	for _, s := range table {
		for _, row := range s.Consumers {
			lost, cut, err := lostOf(ctx, b, s.Name, row)
			if err != nil {
				return nil, fmt.Errorf("read what %s on %s lost: %w", row.Durable, s.Name, err)
			}
			if lost.Messages > 0 || cut.Messages > 0 {
				all = append(all, Lost{Stream: s.Name, Durable: row.Durable, Lost: lost, Cut: cut})
			}
		}
	}
	return all, nil
}

func lostOf(ctx context.Context, b *bus.Bus, name string, row stream.Consumer) (lost durable.Lost, cut durable.Cut, err error) {
	live, err := b.JetStream().Consumer(ctx, name, row.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return lost, cut, nil
	}
	if err != nil {
		return lost, cut, err
	}
	info := live.CachedInfo()
	if cut, err = durable.ReadCut(info.Config.Metadata); err != nil {
		return lost, cut, err
	}
	if lost, err = durable.ReadLost(info.Config.Metadata); err != nil || info.Delivered.Stream == 0 {
		return lost, cut, err
	}
	of, err := api.StreamInfo(ctx, b.Conn(), name, true)
	if err != nil {
		return lost, cut, err
	}
	lost.Add(durable.Gone(of.State, []durable.Range{{From: info.Delivered.Stream + 1, To: math.MaxUint64}}))
	return lost, cut, nil
}
