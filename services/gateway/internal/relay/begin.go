package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// warmTimeout bounds the reads of a tail at the start: without one, resumes read the stream.
const warmTimeout = 5 * time.Second

// begin puts a stream's frontier at its end and returns the sequence from which to follow it. It tries until ctx ends.
func (r *Relay) begin(ctx context.Context, s int, first bool) (from uint64, ok bool) {
	name := r.cfg.Streams[s].Name
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		state, err := r.bus.StreamState(ctx, name)
		if err == nil {
			floor, earlier := state.LastSeq, []*tail.Message(nil)
			if first {
				floor, earlier = r.warm(ctx, s, state)
			}
			r.hub.Start(s, cursor.Epoch(state.Created), floor, state.LastSeq, earlier)
			return state.LastSeq + 1, true
		}
		if ctx.Err() == nil {
			r.log.Warn("stream does not answer", "stream", name, "error", err)
		}
		if !pause(ctx, wait) {
			return 0, false
		}
	}
}

// warm reads the stream's last events, so that the sockets of a gateway that was restarted find them in memory. It returns
// them and the sequence before the first; none when they cannot be read in time.
func (r *Relay) warm(ctx context.Context, s int, state bus.State) (floor uint64, events []*tail.Message) {
	ctx, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	floor = state.LastSeq - min(state.LastSeq, uint64(r.cfg.Warm))
	floor = max(floor, max(state.FirstSeq, 1)-1)
	for next := floor + 1; next <= state.LastSeq; {
		m, ok, err := r.bus.Next(ctx, r.cfg.Streams[s].Name, r.cfg.Streams[s].Ingress, next)
		if err != nil {
			r.log.Info("tail begins empty", "stream", r.cfg.Streams[s].Name, "error", err)
			return state.LastSeq, nil
		}
		if !ok || m.Seq > state.LastSeq {
			break
		}
		if e := r.event(m); e.Event != nil {
			events = append(events, e)
		}
		next = m.Seq + 1
	}
	return floor, events
}

// event is a stored message as sockets see it; one that no socket can read has no event.
func (r *Relay) event(m bus.Msg) *tail.Message {
	e := &tail.Message{Tenant: m.Subject.Tenant(), Seq: m.Seq, StoredAt: m.StoredAt, Audience: audience.Of(m.Header)}
	data, err := checked(m, m.Data)
	if err != nil {
		r.metrics.Malformed.Inc()
		r.log.Warn("event cannot be sent", "stream", m.Stream, "seq", m.Seq, "error", err)
		return e
	}
	e.Event = &protocol.Event{Name: m.Subject.ClientEvent(), Data: bytes.Clone(data)}
	return e
}

var errNotJSON = errors.New("data is not JSON")

// checked returns the data unless it is no JSON: it would break the frame, and with it every client that gets it.
func checked(m bus.Msg, data []byte) ([]byte, error) {
	if len(data) > 0 && !json.Valid(data) {
		return nil, fmt.Errorf("make an event of %s: %w", m.Subject.ClientEvent(), errNotJSON)
	}
	return data, nil
}
