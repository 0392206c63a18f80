package admin

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/proto/stream"
)

// Purge drops what every declared durable of the stream has acknowledged. It does so only when the stream is fuller than
// above, a fraction of its maximum bytes. After a purge, a stream that is still full means only that consumers lag. Purge
// returns how many messages it dropped. If a durable is missing, Purge drops nothing and its error wraps
// ErrConsumerMissing.
func Purge(ctx context.Context, b *bus.Bus, s stream.Stream, above float64) (uint64, error) {
	live, err := b.JetStream().Stream(ctx, s.Name)
	if err != nil {
		return 0, fmt.Errorf("purge %s: read the stream: %w", s.Name, err)
	}
	info := live.CachedInfo()
	if len(s.Consumers) == 0 || info.Config.MaxBytes <= 0 ||
		float64(info.State.Bytes) <= above*float64(info.Config.MaxBytes) {
		return 0, nil
	}
	floor, err := lowestFloor(ctx, b, s)
	if err != nil {
		return 0, fmt.Errorf("purge %s: %w", s.Name, err)
	}
	if floor < info.State.FirstSeq {
		return 0, nil
	}
	var answer struct {
		Purged uint64 `json:"purged"`
	}
	// The server keeps the message with this sequence.
	if err := api.Ask(ctx, b.Conn(), "STREAM.PURGE."+s.Name, map[string]any{"seq": floor + 1}, &answer); err != nil {
		return 0, fmt.Errorf("purge %s up to %d: %w", s.Name, floor, err)
	}
	return answer.Purged, nil
}

func lowestFloor(ctx context.Context, b *bus.Bus, s stream.Stream) (uint64, error) {
	var lowest uint64
	for i, row := range s.Consumers {
		durable, err := b.JetStream().Consumer(ctx, s.Name, row.Durable)
		switch {
		case errors.Is(err, jetstream.ErrConsumerNotFound):
			return 0, fmt.Errorf("%w: %s", ErrConsumerMissing, row.Durable)
		case err != nil:
			return 0, fmt.Errorf("read durable %s: %w", row.Durable, err)
		}
		floor := durable.CachedInfo().AckFloor.Stream
		if i == 0 || floor < lowest {
			lowest = floor
		}
	}
	return lowest, nil
}
