// Package admin is what an operator does with the streams. It provisions them as the table says. It purges what every
// durable has acknowledged. It lists, replays and drops dead letters. It starts no goroutine.
package admin

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/proto/stream"
)

// ProvisionOptions are the settings that each installation decides.
type ProvisionOptions struct {
	// Replicas of every stream: 1 by default, 3 in production.
	Replicas int
	// MaxBytes overrides the table's maximum bytes by stream name. See FitMaxBytes.
	MaxBytes map[string]int64
}

// FitMaxBytes scales the table's maximum bytes down, in proportion, so that together they need no more than budget. It
// returns nil when they fit unchanged. The server reserves the maximum of every stream and refuses streams beyond its own
// limit.
func FitMaxBytes(table []stream.Stream, budget int64) map[string]int64 {
	var sum int64
	for _, s := range table {
		sum += s.MaxBytes
	}
	if sum <= budget {
		return nil
	}
	fit := make(map[string]int64, len(table))
	for _, s := range table {
		fit[s.Name] = max(int64(float64(s.MaxBytes)/float64(sum)*float64(budget)), 2*int64(s.MaxMsgSize))
	}
	return fit
}

// Provision makes or updates the table's streams and durables, with the Admin user. It reports each change in one line, and
// a second run reports nothing. It never deletes and remakes a stream or durable. If a change would need that, or would
// drop stored messages, Provision returns an error and changes nothing that comes later in the table.
func Provision(ctx context.Context, js jetstream.JetStream, table []stream.Stream, o ProvisionOptions) ([]string, error) {
	var changes []string
	for _, s := range table {
		want, err := streamConfig(s, o)
		if err != nil {
			return changes, fmt.Errorf("provision %s: %w", s.Name, err)
		}
		did, err := provisionStream(ctx, js, want)
		changes = append(changes, did...)
		if err != nil {
			return changes, fmt.Errorf("provision stream %s: %w", s.Name, err)
		}
		for _, row := range s.Consumers {
			did, err := provisionDurable(ctx, js, s.Name, durable.Config(row))
			changes = append(changes, did...)
			if err != nil {
				return changes, fmt.Errorf("provision durable %s on %s: %w", row.Durable, s.Name, err)
			}
		}
	}
	return changes, nil
}

func provisionStream(ctx context.Context, js jetstream.JetStream, want jetstream.StreamConfig) ([]string, error) {
	live, err := js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if _, err := js.CreateStream(ctx, want); err != nil {
			return nil, fmt.Errorf("create: %w", err)
		}
		return []string{"stream " + want.Name + ": created"}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	info := live.CachedInfo()
	if err := refuseStream(info, want); err != nil {
		return nil, err
	}
	changes := streamChanges(info.Config, want)
	if len(changes) == 0 {
		return nil, nil
	}
	if _, err := js.UpdateStream(ctx, applied(info.Config, want)); err != nil {
		return nil, fmt.Errorf("update: %w", err)
	}
	return changes, nil
}

func provisionDurable(ctx context.Context, js jetstream.JetStream, name string, want jetstream.ConsumerConfig) ([]string, error) {
	what := "durable " + want.Durable + " on " + name
	live, err := js.Consumer(ctx, name, want.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		if _, err := js.CreateConsumer(ctx, name, want); err != nil {
			return nil, fmt.Errorf("create: %w", err)
		}
		return []string{what + ": created"}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	have := live.CachedInfo().Config
	if err := refuseDurable(have, want); err != nil {
		return nil, err
	}
	changes := durableChanges(what, have, want)
	if len(changes) == 0 {
		return nil, nil
	}
	want.Metadata = have.Metadata // A message that may end processes is remembered there.
	if _, err := js.UpdateConsumer(ctx, name, want); err != nil {
		return nil, fmt.Errorf("update: %w", err)
	}
	return changes, nil
}
