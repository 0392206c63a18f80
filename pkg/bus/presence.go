package bus

import (
	"errors"
	"fmt"

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
