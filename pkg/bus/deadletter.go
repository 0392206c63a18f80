package bus

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

// Header names that a dead letter has beside the original's own.
const (
	deadSubject  = "Terreno-Dead-Subject"
	deadSeq      = "Terreno-Dead-Seq"
	deadStored   = "Terreno-Dead-Stored"
	deadMsgID    = "Terreno-Dead-Msg-Id"
	deadReason   = "Terreno-Dead-Reason"
	deadAttempts = "Terreno-Dead-Attempts"
	// deadDropped names original headers that did not fit.
	deadDropped = "Terreno-Dead-Dropped"
	deadPrefix  = "Terreno-Dead-"
)

const maxReason = 1 << 10

// bury copies a message to the dead letters and acknowledges it only when the copy is stored.
func (c *Consumer) bury(ctx, work context.Context, d *delivery, reason error, attempts int) {
	if c.copyDead(ctx, work, d, reason, attempts) {
		d.ack()
	} else {
		c.leave([]*delivery{d})
	}
}

// copyDead says whether the copy is stored. While it cannot be, the message is held, as when a dependency is down.
func (c *Consumer) copyDead(ctx, work context.Context, d *delivery, reason error, attempts int) bool {
	letter := c.letter(d, reason, attempts)
	for wait := newHold(); ; {
		ack, err := c.post(work, letter)
		if err == nil {
			c.log.Warn("dead letter", "seq", d.msg.Seq, "letter", ack.Seq, "attempts", attempts, "error", reason)
			c.metrics.dead.Inc()
			c.history.forget(d.msg.Seq)
			c.ready()
			return true
		}
		c.unready(err)
		c.log.Error("dead letter cannot be stored, holding its message", "seq", d.msg.Seq, "error", err)
		if !pause(ctx, wait.next()) {
			return false
		}
	}
}

// post gives up early, so that the consumer is soon known to be unready; bury posts again.
func (c *Consumer) post(work context.Context, letter *nats.Msg) (Ack, error) {
	ctx, cancel := context.WithTimeout(work, 3*time.Second)
	defer cancel()
	ack, err := c.bus.publish(ctx, letter)
	if errors.Is(err, ErrTooLarge) {
		return c.bus.publish(ctx, slim(letter))
	}
	return ack, err
}

// letter's id makes a second burial of the same message harmless. The stored time is part of it: a stream that was made
// anew counts its sequences from 1 again.
func (c *Consumer) letter(d *delivery, reason error, attempts int) *nats.Msg {
	m := nats.NewMsg(strings.Join([]string{"dlq", c.bus.service, c.cfg.Stream, c.cfg.Durable}, "."))
	for name, values := range d.msg.Header {
		if !strings.HasPrefix(name, "Nats-") {
			m.Header[name] = values
		}
	}
	m.Header.Set(deadSubject, d.raw.Subject())
	m.Header.Set(deadSeq, strconv.FormatUint(d.msg.Seq, 10))
	m.Header.Set(deadStored, d.msg.StoredAt.Format(time.RFC3339Nano))
	m.Header.Set(deadReason, oneLine(reason.Error()))
	m.Header.Set(deadAttempts, strconv.Itoa(attempts))
	if id := d.msg.Header.Get(jetstream.MsgIDHeader); id != "" {
		m.Header.Set(deadMsgID, id)
	}
	m.Header.Set(jetstream.MsgIDHeader,
		fmt.Sprintf("dlq-%s-%s-%d-%d", c.cfg.Stream, c.cfg.Durable, d.msg.Seq, d.msg.StoredAt.UnixNano()))
	m.Data = d.msg.Data
	return m
}

// slim drops the original's larger headers: Check keeps our own publishers from it, but a letter that can never be stored
// would hold its consumer for ever.
func slim(letter *nats.Msg) *nats.Msg {
	m := nats.NewMsg(letter.Subject)
	m.Data = letter.Data
	for name, values := range letter.Header {
		switch {
		case strings.HasPrefix(name, deadPrefix), strings.HasPrefix(name, "Nats-"):
			m.Header[name] = values
		case len(m.Header[deadDropped]) < 32:
			m.Header.Add(deadDropped, name)
		}
	}
	return m
}

// oneLine makes an error fit for a header.
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
