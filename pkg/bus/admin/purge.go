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
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
)

// PurgeOptions say when a stream is purged and how.
type PurgeOptions struct {
	// Above is a fraction of the stream's maximum bytes. Purge drops messages until the stream holds no more than that.
	Above float64
	// StepBytes is about how much one step drops, 16 MiB by default. The server stores nothing during a step: measured, it
	// takes about a second for 1 GB.
	StepBytes int64
	// Pause is the time between two steps, in which the server stores what waited. It is 100 ms by default.
	Pause time.Duration
}

func (o PurgeOptions) withDefaults() PurgeOptions {
	if o.StepBytes <= 0 {
		o.StepBytes = 16 << 20
	}
	if o.Pause <= 0 {
		o.Pause = 100 * time.Millisecond
	}
	return o
}

// Purge drops, oldest first, what every declared durable of the stream has acknowledged, as long as the stream is fuller
// than o.Above. So a stream that stays fuller only means that consumers lag. Purge returns how many messages it dropped,
// also beside an error. If a durable is missing, Purge drops nothing and its error wraps ErrConsumerMissing.
func Purge(ctx context.Context, b *bus.Bus, s stream.Stream, o PurgeOptions) (dropped uint64, err error) {
	o = o.withDefaults()
	for {
		n, err := purgeStep(ctx, b, s, o)
		dropped += n
		if err != nil {
			return dropped, fmt.Errorf("purge %s: %w", s.Name, err)
		}
		if n == 0 || !wait.For(ctx, o.Pause) {
			return dropped, nil
		}
	}
}

// purgeStep returns 0 when there is nothing to drop.
func purgeStep(ctx context.Context, b *bus.Bus, s stream.Stream, o PurgeOptions) (uint64, error) {
	live, err := b.JetStream().Stream(ctx, s.Name)
	if err != nil {
		return 0, fmt.Errorf("read the stream: %w", err)
	}
	info := live.CachedInfo()
	excess := float64(info.State.Bytes) - o.Above*float64(info.Config.MaxBytes)
	if len(s.Consumers) == 0 || info.Config.MaxBytes <= 0 || excess <= 0 || info.State.Msgs == 0 {
		return 0, nil
	}
	floor, err := lowestFloor(ctx, b, s)
	if err != nil || floor < info.State.FirstSeq {
		return 0, err
	}
	each := float64(info.State.Bytes) / float64(info.State.Msgs)
	count := max(1, uint64(math.Ceil(min(excess, float64(o.StepBytes))/each)))
	var answer struct {
		Purged uint64 `json:"purged"`
	}
	// The server keeps the message with this sequence.
	next := min(floor+1, info.State.FirstSeq+count)
	if err := api.Ask(ctx, b.Conn(), "STREAM.PURGE."+s.Name, map[string]any{"seq": next}, &answer); err != nil {
		return 0, fmt.Errorf("drop what is before %d: %w", next, err)
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
