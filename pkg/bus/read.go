package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/subject"
)

// State is what a stream holds, by its leader. Created tells one stream from another of the same name.
type State struct {
	Created           time.Time
	FirstSeq, LastSeq uint64
}

var errNoMessage = errors.New("no such message")

// StreamState asks the stream's leader.
func (b *Bus) StreamState(ctx context.Context, name string) (State, error) {
	s, err := b.js.Stream(ctx, name)
	if err != nil {
		return State{}, fmt.Errorf("read state of stream %s: %w", name, err)
	}
	info := s.CachedInfo()
	return State{Created: info.Created, FirstSeq: info.State.FirstSeq, LastSeq: info.State.LastSeq}, nil
}

// Next returns the first message from a sequence on whose subject matches the filter; ok is false when there is none. It
// is read from the stream's leader: a replica may lack what was acknowledged already. A message whose subject does not
// parse is passed over.
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
			Subject: subj, Header: raw.header, Data: raw.Data, Stream: name, Seq: raw.Sequence,
			StoredAt: raw.Time.UTC(), Deliveries: 1,
		}, true, nil
	}
}

func (b *Bus) skip(name string, seq uint64, err error) {
	b.metrics.skipped.WithLabelValues(b.service).Inc()
	b.log.Warn("message skipped, its subject does not parse", "stream", name, "seq", seq, "error", err)
}

// storedMsg is the server's answer to a message request.
type storedMsg struct {
	Subject  string    `json:"subject"`
	Sequence uint64    `json:"seq"`
	Header   []byte    `json:"hdrs"`
	Data     []byte    `json:"data"`
	Time     time.Time `json:"time"`
	header   nats.Header
}

func (b *Bus) next(ctx context.Context, name, filter string, from uint64) (*storedMsg, error) {
	var answer struct {
		Message *storedMsg `json:"message"`
	}
	question := map[string]any{"seq": max(from, 1), "next_by_subj": filter}
	if err := b.ask(ctx, "STREAM.MSG.GET."+name, question, &answer); err != nil {
		return nil, err
	}
	m := answer.Message
	if m == nil {
		return nil, jetstream.ErrInvalidJetStreamResponse
	}
	if len(m.Header) > 0 {
		header, err := nats.DecodeHeadersMsg(m.Header)
		if err != nil {
			return nil, fmt.Errorf("read header of message %d: %w", m.Sequence, err)
		}
		m.header = header
	}
	return m, nil
}

// ask makes one request to the JetStream API. The Go client's own calls for these would read from replicas when a stream
// allows it, or hide what was purged.
func (b *Bus) ask(ctx context.Context, api string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	reply, err := b.nc.RequestWithContext(ctx, "$JS.API."+api, body)
	if err != nil {
		return err
	}
	var failure struct {
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(reply.Data, &failure); err != nil {
		return err
	}
	switch {
	case failure.Error == nil:
		return json.Unmarshal(reply.Data, answer)
	case failure.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound:
		return errNoMessage
	}
	return failure.Error
}
