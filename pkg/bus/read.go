package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/proto/subject"
)

const apiTimeout = api.Timeout

var errNoMessage = api.ErrNoMessage

// State is what a stream holds, as its leader reports it. Created tells a stream from another stream of the same name.
type State struct {
	Created           time.Time
	FirstSeq, LastSeq uint64
	// LastTime is when message LastSeq was stored; zero when there was none yet.
	LastTime time.Time
	// Bytes is what the messages take on disk, and MaxBytes how much they may take.
	Bytes, MaxBytes int64
}

// StreamState asks the stream's leader.
func (b *Bus) StreamState(ctx context.Context, name string) (State, error) {
	s, err := b.js.Stream(ctx, name)
	if err != nil {
		return State{}, fmt.Errorf("read state of stream %s: %w", name, err)
	}
	info := s.CachedInfo()
	state := State{
		Created: info.Created, FirstSeq: info.State.FirstSeq, LastSeq: info.State.LastSeq,
		Bytes: int64(info.State.Bytes), MaxBytes: info.Config.MaxBytes,
	}
	if state.LastSeq > 0 {
		state.LastTime = info.State.LastTime.UTC()
	}
	return state, nil
}

// Next returns the first message at or after a sequence whose subject matches the filter. ok is false when there is none.
// Next reads from the stream's leader, because a replica may lack messages that were acknowledged already. It skips a
// message whose subject does not parse.
func (b *Bus) Next(ctx context.Context, name, filter string, from uint64) (m Msg, ok bool, err error) {
	for {
		raw, err := b.next(ctx, name, filter, from)
		if errors.Is(err, errNoMessage) {
			return Msg{}, false, nil
		}
		if err != nil {
			return Msg{}, false, fmt.Errorf("read stream %s from %d: %w", name, from, err)
		}
		subj, err := subject.Parse(raw.Subject)
		if err != nil {
			b.skip(name, raw.Sequence, err)
			from = raw.Sequence + 1
			continue
		}
		return Msg{
			Subject: subj, Header: raw.Header, Data: raw.Data, Stream: name, Seq: raw.Sequence,
			StoredAt: raw.Time.UTC(), Deliveries: 1,
		}, true, nil
	}
}

func (b *Bus) next(ctx context.Context, name, filter string, from uint64) (*api.Stored, error) {
	return api.Next(ctx, b.nc, name, filter, from)
}

func (b *Bus) skip(name string, seq uint64, err error) {
	b.metrics.skipped.WithLabelValues(b.service).Inc()
	b.log.Warn("message skipped, its subject does not parse", "stream", name, "seq", seq, "error", err)
}
