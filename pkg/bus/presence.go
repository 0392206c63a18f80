package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/proto/stream"
)

// PublishPresence tells all gateways something about presence. It does not wait, and nobody stores it. Without a connection the error wraps
// ErrUnavailable, and the message is lost.
func (b *Bus) PublishPresence(data []byte) error {
	if err := b.nc.Publish(stream.PresenceSubject, data); err != nil {
		return fmt.Errorf("publish presence: %w", errors.Join(ErrUnavailable, err))
	}
	return nil
}

// ListenPresence is Listen for what gateways tell each other about presence, this one included.
func ListenPresence(b *Bus, h func(data []byte), onLost func()) (*Listener, error) {
	return begin(&Listener{bus: b, pattern: stream.PresenceSubject, raw: h, onLost: onLost}, defaultPendingMessages, defaultPendingBytes)
}

// Connected says whether the link to NATS is up, as far as the connection knows. A dead link shows within 15 s.
func (b *Bus) Connected() bool { return b.nc.IsConnected() }

// heardWithin is within what time a leader hears each of its replicas, which it asks every second.
const heardWithin = 5 * time.Second

// Quorum returns nil when the leader of a stream answers, and has heard most of the stream's replicas within the last seconds. In a part of
// a split without them, a leader goes on answering for ten seconds.
func (b *Bus) Quorum(ctx context.Context, name string) error {
	s, err := b.js.Stream(ctx, name)
	if err != nil {
		return fmt.Errorf("ask the leader of stream %s: %w", name, err)
	}
	cluster := s.CachedInfo().Cluster
	if cluster == nil {
		return nil
	}
	heard := 1
	for _, r := range cluster.Replicas {
		if !r.Offline && r.Active < heardWithin {
			heard++
		}
	}
	if all := len(cluster.Replicas) + 1; 2*heard <= all {
		return fmt.Errorf("leader of stream %s hears %d of %d", name, heard, all)
	}
	return nil
}
