// Package api holds the requests to the JetStream API that the Go client lacks. The client's own requests would read from
// replicas when a stream allows it, or would hide what was purged. Here every answer comes from the stream's leader.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Timeout of one request.
const Timeout = 5 * time.Second

// ErrNoMessage says that the stream has no message at or after the requested sequence.
var ErrNoMessage = errors.New("no such message")

// Stored is a message as the server returns it.
type Stored struct {
	Subject  string      `json:"subject"`
	Sequence uint64      `json:"seq"`
	Raw      []byte      `json:"hdrs"`
	Data     []byte      `json:"data"`
	Time     time.Time   `json:"time"`
	Header   nats.Header `json:"-"`
}

// Next returns the first message at or after a sequence whose subject matches the filter, or ErrNoMessage.
func Next(ctx context.Context, nc *nats.Conn, stream, filter string, from uint64) (*Stored, error) {
	var answer struct {
		Message *Stored `json:"message"`
	}
	question := map[string]any{"seq": max(from, 1), "next_by_subj": filter}
	if err := Ask(ctx, nc, "STREAM.MSG.GET."+stream, question, &answer); err != nil {
		return nil, err
	}
	m := answer.Message
	if m == nil {
		return nil, jetstream.ErrInvalidJetStreamResponse
	}
	if len(m.Raw) > 0 {
		header, err := nats.DecodeHeadersMsg(m.Raw)
		if err != nil {
			return nil, fmt.Errorf("read header of message %d: %w", m.Sequence, err)
		}
		m.Header = header
	}
	return m, nil
}

// StreamInfo reads a stream; deleted asks for the sequences of deleted messages as well.
func StreamInfo(ctx context.Context, nc *nats.Conn, stream string, deleted bool) (*jetstream.StreamInfo, error) {
	var info jetstream.StreamInfo
	if err := Ask(ctx, nc, "STREAM.INFO."+stream, map[string]any{"deleted_details": deleted}, &info); err != nil {
		return nil, fmt.Errorf("read the stream: %w", err)
	}
	return &info, nil
}

// Ask makes one request. If the server refuses it, the error is a *jetstream.APIError.
func Ask(ctx context.Context, nc *nats.Conn, api string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	reply, err := nc.RequestWithContext(ctx, "$JS.API."+api, body)
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
		return ErrNoMessage
	}
	return failure.Error
}
