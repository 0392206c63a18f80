package outbox

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/subject"
)

// Message is an event to publish. Header and Data are as in bus.Message. The relay takes the message id from the row.
type Message struct {
	Subject subject.Subject
	Header  nats.Header
	Data    []byte
}

// longestID stands in for the message id, because the row does not exist yet when Add checks the size.
var longestID = strings.Repeat("9", 128)

// Add writes events into the outbox of the service's schema. It refuses what the stream would refuse (errors of
// bus.Check, such as bus.ErrTooLarge), so that every committed row can be published.
//
// Call Add as the last step of a transaction, and once for all its events. It holds a lock for each entity until the
// transaction ends. Transactions that add events about the same two entities one by one, in different order, deadlock. A
// transaction with thousands of entities may exceed the server's lock table.
func Add(ctx context.Context, tx *sqlx.Tx, schema string, messages ...Message) error {
	if len(messages) == 0 {
		return nil
	}
	var a addition
	for _, m := range messages {
		if err := a.append(schema, m); err != nil {
			return fmt.Errorf("add to the outbox: %w", err)
		}
	}
	return insert(ctx, tx, schema, a)
}

// addition holds messages by column, as one INSERT takes them.
type addition struct {
	locks                     []int64
	tenants, subjects, header []string
	bodies                    [][]byte
}

func (a *addition) append(schema string, m Message) error {
	if err := bus.Check(bus.Message{Subject: m.Subject, ID: longestID, Header: m.Header, Data: m.Data}); err != nil {
		return err
	}
	for name, values := range m.Header {
		for _, v := range append([]string{name}, values...) {
			if !utf8.ValidString(v) || strings.ContainsAny(v, "\x00\r\n") {
				return fmt.Errorf("header %q cannot be carried: it must be one line of UTF-8", name)
			}
		}
	}
	header := m.Header
	if header == nil {
		header = nats.Header{}
	}
	text, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("encode the header: %w", err)
	}
	body := m.Data
	if body == nil {
		body = []byte{} // A nil slice would become NULL, which the column refuses.
	}
	a.locks = append(a.locks, lockOf(schema, entityOf(m.Subject)))
	a.tenants = append(a.tenants, m.Subject.Tenant())
	a.subjects = append(a.subjects, m.Subject.String())
	a.header = append(a.header, string(text))
	a.bodies = append(a.bodies, body)
	return nil
}

// entity identifies the events that must stay in order.
type entity struct{ tenant, domain, id string }

func entityOf(s subject.Subject) entity { return entity{s.Tenant(), s.Domain(), s.Entity()} }

// lockOf returns the key of an entity's advisory lock. Two entities may have the same key. They then sometimes wait for
// each other, which does no harm.
func lockOf(schema string, e entity) int64 {
	h := fnv.New64a()
	for _, part := range []string{"terreno.outbox", schema, e.tenant, e.domain, e.id} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// distinctLocks returns the keys in ascending order, so that two calls of Add never wait for each other in a circle.
func (a addition) distinctLocks() []int64 {
	set := map[int64]bool{}
	for _, l := range a.locks {
		set[l] = true
	}
	return slices.Sorted(maps.Keys(set))
}
