package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// follow reads one stream and moves its frontier.
func (r *Replay) follow(ctx context.Context, s int) error {
	name := r.cfg.Streams[s].Name
	for {
		end, ok := r.begin(ctx, s)
		if !ok {
			return nil
		}
		err := r.bus.Follow(ctx, name, end.LastSeq+1, func(m bus.Msg) {
			if !r.hub.Pass(s, m.Subject.Tenant(), m.Seq, m.StoredAt) {
				r.hub.Event(s, r.message(m))
			}
		}, bus.After(end))
		switch {
		case err == nil:
			return nil // ctx ended
		case !errors.Is(err, bus.ErrStreamReplaced):
			return fmt.Errorf("follow stream %s: %w", name, err)
		}
		r.log.Warn("stream was replaced, sockets are told to reload", "stream", name, "error", err)
	}
}

// begin puts a stream's frontier at its end and returns that end. It tries until ctx ends.
func (r *Replay) begin(ctx context.Context, s int) (end bus.State, ok bool) {
	name := r.cfg.Streams[s].Name
	for pause := 200 * time.Millisecond; ; pause = min(2*pause, 4*time.Second) {
		state, err := r.bus.StreamState(ctx, name)
		if err == nil {
			r.hub.Start(s, cursor.Point{Epoch: cursor.Epoch(state.Created), Seq: state.LastSeq, Mark: cursor.Mark(state.LastTime)})
			return state, true
		}
		if ctx.Err() == nil {
			r.log.Warn("stream does not answer", "stream", name, "error", err)
		}
		if !wait.For(ctx, wait.Jitter(pause)) {
			return bus.State{}, false
		}
	}
}

// message returns a stored message as sockets see it. A message whose data is not JSON gets no event, because its frame
// would break every client that receives it.
func (r *Replay) message(m bus.Msg) *tail.Message {
	e := &tail.Message{Tenant: m.Subject.Tenant(), Seq: m.Seq, StoredAt: m.StoredAt, Audience: audience.Of(m.Header)}
	if len(m.Data) > 0 && !json.Valid(m.Data) {
		r.metrics.Malformed.Inc()
		r.log.Warn("event cannot be sent: its data is not JSON", "stream", m.Stream, "seq", m.Seq)
		return e
	}
	var is struct {
		Lost    bool    `json:"retirada"`
		Seq     int64   `json:"seq"`
		Deleted *string `json:"deleted_at"`
	}
	// The id of a conversation stands for one thing. That of a shift does only beside its user, so other domains say nothing of the kind.
	if m.Subject.Domain() == "chat" && json.Unmarshal(m.Data, &is) == nil {
		e.Entity, e.Lost, e.Part, e.Deleted = m.Subject.Entity(), is.Lost, is.Seq, is.Deleted != nil
	}
	// Copy the data. The message's own bytes share one buffer with its header, which a tail would keep in memory too.
	e.Event = &protocol.Event{Name: m.Subject.ClientEvent(), Data: bytes.Clone(m.Data)}
	return e
}
