package durable

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Header names that a dead letter has in addition to the original's. DeadDropped names original headers that did not fit.
const (
	DeadSubject  = "Terreno-Dead-Subject"
	DeadSeq      = "Terreno-Dead-Seq"
	DeadStored   = "Terreno-Dead-Stored"
	DeadMsgID    = "Terreno-Dead-Msg-Id"
	DeadReason   = "Terreno-Dead-Reason"
	DeadAttempts = "Terreno-Dead-Attempts"
	DeadDropped  = "Terreno-Dead-Dropped"
	DeadPrefix   = "Terreno-Dead-"
)

const maxReason = 1 << 10

// Bury says whether the dead-letter stream has the message's copy. While the copy cannot be stored, the message stays in
// hand, as it does when a dependency is down.
func (d *Durable) Bury(ctx, work context.Context, m *Delivery, reason error, attempts int) bool {
	letter := d.letter(m, reason, attempts)
	err := d.Hold(ctx, work, func() error {
		seq, err := d.post(work, letter)
		if err != nil {
			return &UnavailableError{fmt.Errorf("dead letter of message %d cannot be stored: %w", m.Msg.Seq, err)}
		}
		d.Log.Warn("dead letter", "seq", m.Msg.Seq, "letter", seq, "attempts", attempts, "error", reason)
		return nil
	})
	if err != nil {
		return false
	}
	d.metrics.dead.Inc()
	d.History.Forget(m.Msg.Seq)
	return true
}

// post gives up early, so that the consumer soon reports that it is not ready. Bury then posts again.
func (d *Durable) post(work context.Context, letter *nats.Msg) (uint64, error) {
	ctx, cancel := context.WithTimeout(work, 3*time.Second)
	defer cancel()
	seq, err := d.Publish(ctx, letter)
	if errors.Is(err, ErrTooLarge) {
		return d.Publish(ctx, slim(letter))
	}
	return seq, err
}

// letter gives the copy an id that makes a second burial of the same message harmless. The id includes the stored time,
// because a stream that was made anew counts its sequences from 1 again.
func (d *Durable) letter(m *Delivery, reason error, attempts int) *nats.Msg {
	l := nats.NewMsg(strings.Join([]string{"dlq", d.Service, d.Stream, d.Name}, "."))
	for name, values := range m.Msg.Header {
		if !strings.HasPrefix(name, "Nats-") {
			l.Header[name] = values
		}
	}
	l.Header.Set(DeadSubject, m.raw.Subject())
	l.Header.Set(DeadSeq, strconv.FormatUint(m.Msg.Seq, 10))
	l.Header.Set(DeadStored, m.Msg.StoredAt.Format(time.RFC3339Nano))
	l.Header.Set(DeadReason, oneLine(reason.Error()))
	l.Header.Set(DeadAttempts, strconv.Itoa(attempts))
	if id := m.Msg.Header.Get(jetstream.MsgIDHeader); id != "" {
		l.Header.Set(DeadMsgID, id)
	}
	l.Header.Set(jetstream.MsgIDHeader,
		fmt.Sprintf("dlq-%s-%s-%d-%d", d.Stream, d.Name, m.Msg.Seq, m.Msg.StoredAt.UnixNano()))
	l.Data = m.Msg.Data
	return l
}

// slim drops the original's larger headers. Check keeps our own publishers from sending such headers. Without slim, a
// letter that can never be stored would block its consumer for ever.
func slim(letter *nats.Msg) *nats.Msg {
	m := nats.NewMsg(letter.Subject)
	m.Data = letter.Data
	for name, values := range letter.Header {
		switch {
		case strings.HasPrefix(name, DeadPrefix), strings.HasPrefix(name, "Nats-"):
			m.Header[name] = values
		case len(m.Header[DeadDropped]) < 32:
			m.Header.Add(DeadDropped, name)
		}
	}
	return m
}

// oneLine makes an error text fit into a header.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}
