package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// MaxPage is the maximum number of dead letters that one List returns.
const MaxPage = 1000

// DeadLetter is a message that a consumer gave up on.
type DeadLetter struct {
	// Seq is the sequence in the dead-letter stream. Show, Replay and Drop take it.
	Seq uint64
	// Service, Stream and Durable say which consumer gave up.
	Service, Stream, Durable string
	// OriginalSubject and OriginalSeq are the message's subject and sequence in that stream. StoredAt is when that stream
	// stored it.
	OriginalSubject string
	OriginalSeq     uint64
	StoredAt        time.Time
	Reason          string
	Attempts        int
	// At is when the consumer gave up.
	At time.Time
	// Header and Data are the original's, without the server's own headers.
	Header nats.Header
	Data   []byte
}

// DeadLetters works on the dead-letter stream. It needs the user bus.Admin.
type DeadLetters struct{ bus *bus.Bus }

// NewDeadLetters makes a DeadLetters from an admin's bus.
func NewDeadLetters(b *bus.Bus) *DeadLetters { return &DeadLetters{b} }

// List returns up to limit letters with a sequence above after, oldest first. An empty page is the end.
func (d *DeadLetters) List(ctx context.Context, after uint64, limit int) ([]DeadLetter, error) {
	var page []DeadLetter
	for len(page) < min(max(limit, 1), MaxPage) {
		raw, err := api.Next(ctx, d.bus.Conn(), stream.DLQ, "dlq.>", after+1)
		if errors.Is(err, api.ErrNoMessage) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("list dead letters: %w", err)
		}
		page = append(page, deadLetter(raw))
		after = raw.Sequence
	}
	return page, nil
}

// Count returns how many letters there are.
func (d *DeadLetters) Count(ctx context.Context) (uint64, error) {
	s, err := d.bus.JetStream().Stream(ctx, stream.DLQ)
	if err != nil {
		return 0, fmt.Errorf("count dead letters: %w", err)
	}
	return s.CachedInfo().State.Msgs, nil
}

// Show returns one letter, or ErrNoDeadLetter.
func (d *DeadLetters) Show(ctx context.Context, seq uint64) (DeadLetter, error) {
	raw, err := api.Next(ctx, d.bus.Conn(), stream.DLQ, "dlq.>", seq)
	switch {
	case errors.Is(err, api.ErrNoMessage), err == nil && raw.Sequence != seq:
		return DeadLetter{}, fmt.Errorf("dead letter %d: %w", seq, ErrNoDeadLetter)
	case err != nil:
		return DeadLetter{}, fmt.Errorf("show dead letter %d: %w", seq, err)
	}
	return deadLetter(raw), nil
}

// Replay publishes the original again on its first subject, and then drops the letter. It uses a new message id, because
// the old id may still be within the stream's dedupe window. The new id is derived from the letter. If the acknowledgement
// of a replay is lost, a second replay within that window stores nothing twice. Every durable of that stream sees the
// message again. If the stream relays, sockets see it again too. Handlers and clients are idempotent.
func (d *DeadLetters) Replay(ctx context.Context, seq uint64) (bus.Ack, error) {
	letter, err := d.Show(ctx, seq)
	if err != nil {
		return bus.Ack{}, err
	}
	to, err := subject.Parse(letter.OriginalSubject)
	if err != nil {
		return bus.Ack{}, fmt.Errorf("replay dead letter %d, whose subject is invalid: %w", seq, err)
	}
	id := fmt.Sprintf("%s%d-%d", bus.ReplayPrefix, seq, letter.At.UnixNano())
	ack, err := d.bus.Publish(ctx, bus.Message{Subject: to, ID: id, Header: letter.Header, Data: letter.Data})
	if err != nil {
		return bus.Ack{}, fmt.Errorf("replay dead letter %d: %w", seq, err)
	}
	return ack, d.Drop(ctx, seq)
}

// Drop removes a letter for good.
func (d *DeadLetters) Drop(ctx context.Context, seq uint64) error {
	if _, err := d.Show(ctx, seq); err != nil {
		return err
	}
	var answer struct {
		Success bool `json:"success"`
	}
	err := api.Ask(ctx, d.bus.Conn(), "STREAM.MSG.DELETE."+stream.DLQ, map[string]any{"seq": seq, "no_erase": true}, &answer)
	if err != nil {
		return fmt.Errorf("drop dead letter %d: %w", seq, err)
	}
	return nil
}

func deadLetter(raw *api.Stored) DeadLetter {
	h := raw.Header
	l := DeadLetter{
		Seq: raw.Sequence, At: raw.Time.UTC(), Header: nats.Header{}, Data: raw.Data,
		OriginalSubject: h.Get(durable.DeadSubject), Reason: h.Get(durable.DeadReason),
	}
	// dlq.{service}.{stream}.{durable}
	if parts := strings.Split(raw.Subject, "."); len(parts) == 4 {
		l.Service, l.Stream, l.Durable = parts[1], parts[2], parts[3]
	}
	l.OriginalSeq, _ = strconv.ParseUint(h.Get(durable.DeadSeq), 10, 64)
	l.Attempts, _ = strconv.Atoi(h.Get(durable.DeadAttempts))
	l.StoredAt, _ = time.Parse(time.RFC3339Nano, h.Get(durable.DeadStored))
	for name, values := range h {
		if !strings.HasPrefix(name, durable.DeadPrefix) && !strings.HasPrefix(name, "Nats-") {
			l.Header[name] = values
		}
	}
	return l
}
