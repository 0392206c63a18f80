package bus

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// Msg is a message as a stream stored it. Header and Data are shared: read them, do not change them.
type Msg struct {
	Subject subject.Subject
	Header  nats.Header
	Data    []byte
	// Stream and Seq are where it is stored; StoredAt is the server's wall clock.
	Stream   string
	Seq      uint64
	StoredAt time.Time
	// Deliveries counts the deliveries of a durable's message, including this one. It is 1 where nothing is redelivered.
	Deliveries int
}

// Message is what Publish sends.
type Message struct {
	Subject subject.Subject
	// ID is the Nats-Msg-Id: the stream stores one message per id within its dedupe window. It is stream-wide, so it
	// begins with the tenant and is never something a client chose.
	ID     string
	Header nats.Header
	Data   []byte
}

// ReplayPrefix is how the id of a message begins that somebody took back from the dead letters.
const ReplayPrefix = "replay-"

// Ack says where a message is stored. Duplicate says that the stream had that id already. Seq is then where that message
// is.
type Ack struct {
	Stream    string
	Seq       uint64
	Duplicate bool
}

// The server allows 64 KiB of header. The rest is for what a dead letter adds.
const maxHeader = 60 << 10

// headerSize is what the server counts for a header.
func headerSize(h nats.Header) int {
	size := len("NATS/1.0\r\n") + len("\r\n")
	for name, values := range h {
		for _, v := range values {
			size += len(name) + len(": ") + len(v) + len("\r\n")
		}
	}
	return size
}

// Check refuses what a stream of the table would refuse: a message without id, a subject that no stream stores, reserved
// header names, and, with ErrTooLarge, a message that is too large. The outbox calls Check before it commits a row, so that
// it never holds a row that cannot be published.
func Check(m Message) error { return check(m, stream.Table()) }

func check(m Message, table []stream.Stream) error {
	if m.Subject == (subject.Subject{}) {
		return fmt.Errorf("message without a subject")
	}
	if m.ID == "" {
		return fmt.Errorf("message on %s without an id", m.Subject.ClientEvent())
	}
	if err := checkHeader(m.Subject, m.Header); err != nil {
		return err
	}
	ingress := m.Subject.Ingress()
	i := slices.IndexFunc(table, func(s stream.Stream) bool { return covers(s.Ingress, ingress) })
	if i < 0 {
		return fmt.Errorf("no stream stores %s", m.Subject.ClientEvent())
	}
	header := headerSize(withID(m.Header, m.ID))
	if size := header + len(m.Data); header > maxHeader || size > int(table[i].MaxMsgSize) {
		return fmt.Errorf("message of %d bytes, %d of them header, for %s: %w", size, header, table[i].Name, ErrTooLarge)
	}
	return nil
}

func checkHeader(to subject.Subject, h nats.Header) error {
	for name := range h {
		if strings.HasPrefix(strings.ToLower(name), "nats-") || strings.EqualFold(name, "Status") {
			return fmt.Errorf("message on %s: header %q is the server's own", to.ClientEvent(), name)
		}
	}
	return nil
}

// withID copies the header, so that a caller's header is never changed.
func withID(h nats.Header, id string) nats.Header {
	c := make(nats.Header, len(h)+1)
	maps.Copy(c, h)
	c[jetstream.MsgIDHeader] = []string{id}
	return c
}

// covers says whether a pattern with wildcards matches a subject. Every publish asks several times, so it allocates nothing.
func covers(pattern, subj string) bool {
	for {
		p, patternRest, morePattern := strings.Cut(pattern, ".")
		if p == ">" {
			return true
		}
		s, subjRest, moreSubj := strings.Cut(subj, ".")
		switch {
		case p != "*" && p != s:
			return false
		case !morePattern || !moreSubj:
			return morePattern == moreSubj
		}
		pattern, subj = patternRest, subjRest
	}
}
