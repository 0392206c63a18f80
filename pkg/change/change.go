// Package change makes one change of state one object: a transaction, the answer to an Idempotency-Key, the events about the
// change and the call that wakes their relay.
//
// Guarantees. What fn wrote, the answer that Once keeps and every event of Emit are committed together or not at all. The
// events are added to the outbox after fn returned, all in one call: their locks are taken last and in one order, so that
// changes do not deadlock on them. The relay is woken after the commit, and only when there is something to publish.
//
// A service makes one Changes and hands it to its store, its HTTP side and its timers. In is for requests: it sees one
// company. AsWorkerFor is for timed work in one company, AsWorker for consumers, whose batches have messages of many
// companies. The package starts no goroutine.
package change

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// ErrNothing ends a change that turned out to have nothing to do: the transaction is rolled back, nothing is told to
// anybody, and In returns nil.
var ErrNothing = errors.New("nothing to change")

// Platform is the company of platform admins, who belong to none: their changes run as the service's worker, and each event
// names its company (For).
const Platform = ""

// Changes makes changes in one service's schema. It is safe for concurrent use.
type Changes struct {
	db     *db.DB
	wake   func()
	schema string
	clock  clock.Clock
}

// New makes one for the schema whose outbox the relay publishes. c gives each change its instant.
func New(d *db.DB, relay *outbox.Relay, schema string, c clock.Clock) *Changes {
	return &Changes{db: d, wake: relay.Wake, schema: schema, clock: c}
}

// Change is one change under way. It is used by one goroutine, within fn.
type Change struct {
	// Tx is the change's transaction.
	Tx *sqlx.Tx
	// Company and By say whose change it is: from the verified token, or the worker's name for By. Company is empty in a
	// worker's change that spans companies.
	Company, By string
	// At is when it is made, by domain time, in whole milliseconds.
	At time.Time

	ctx    context.Context // of the call within which a Change lives
	schema string
	events *[]outbox.Message // shared with what For returned
}

// In runs fn in a transaction of the company and commits what fn wrote together with the events that fn emitted.
func (c *Changes) In(ctx context.Context, company, by string, fn func(ch *Change) error) error {
	if company == Platform {
		return c.AsWorker(ctx, by, fn)
	}
	return c.On(ctx, func(ctx context.Context, fn func(*sqlx.Tx) error) error { return c.db.InTenant(ctx, company, fn) }, company, by, fn)
}

// AsWorker is In for the service's worker, who sees all companies in the service's schema. Events name theirs (For).
func (c *Changes) AsWorker(ctx context.Context, by string, fn func(ch *Change) error) error {
	return c.On(ctx, c.db.AsWorker, Platform, by, fn)
}

// AsWorkerFor is In for the service's worker (db.AsWorkerFor): it also sees what other services publish of the company.
func (c *Changes) AsWorkerFor(ctx context.Context, company, by string, fn func(ch *Change) error) error {
	return c.On(ctx, func(ctx context.Context, fn func(*sqlx.Tx) error) error { return c.db.AsWorkerFor(ctx, company, fn) }, company, by, fn)
}

// Begin runs a function in a transaction, as the methods of *db.DB and of a *db.Lead do.
type Begin func(ctx context.Context, fn func(tx *sqlx.Tx) error) error

// On is In for a transaction of the caller's choice, such as a leader's.
func (c *Changes) On(ctx context.Context, begin Begin, company, by string, fn func(ch *Change) error) error {
	emitted := false
	err := begin(ctx, func(tx *sqlx.Tx) error {
		var events []outbox.Message
		at := c.clock.Now().UTC().Truncate(time.Millisecond)
		ch := &Change{Tx: tx, Company: company, By: by, At: at, ctx: ctx, schema: c.schema, events: &events}
		if err := fn(ch); err != nil {
			return err
		}
		emitted = len(events) > 0
		return outbox.Add(ctx, tx, c.schema, events...)
	})
	switch {
	case errors.Is(err, ErrNothing):
		return nil
	case err != nil:
		return err
	case emitted:
		c.wake()
	}
	return nil
}

// For is the same change on behalf of one company: in a worker's change that spans companies, events and timers name theirs.
func (c *Change) For(company string) *Change {
	named := *c
	named.Company = company
	return &named
}

// Emit tells everyone in the audience of an event about an entity; body is written as clients read it. The zero audience
// is for services alone. Events about one entity are published in the order of their commits, and within a change in the
// order of Emit. Emit refuses an event that the stream table does not name, and a body that is not the event's.
func (c *Change) Emit(domain, event, entity string, to audience.Audience, body proto.Message) error {
	known, ok := stream.EventOf(domain, event)
	if got := string(body.ProtoReflect().Descriptor().Name()); !ok || got != known.Body {
		return fmt.Errorf("the stream table names no event %s:%s with a body %s", domain, event, got)
	}
	address, err := subject.New(c.Company, domain, event, entity)
	if err != nil {
		return fmt.Errorf("address %s:%s: %w", domain, event, err)
	}
	header := nats.Header{}
	if err := to.Set(header); err != nil {
		return fmt.Errorf("address %s:%s: %w", domain, event, err)
	}
	data, err := clientjson.Marshal(body)
	if err != nil {
		return fmt.Errorf("write %s:%s: %w", domain, event, err)
	}
	*c.events = append(*c.events, outbox.Message{Subject: address, Header: header, Data: data})
	return nil
}

// Once runs fn, or returns the answer that fn gave when the key came first; replayed tells which. Call it at the beginning
// of a change, before anything is read that the answer depends on, and do everything within its fn: a replay runs nothing
// and emits nothing. An empty key is none: then fn simply runs. The key is bound to the user (By), to op and to request,
// which holds no secret, since its hash is kept; status is the answer's. When fn fails the answer is nil and the error ends
// the change: nothing is kept, and the same key may be tried again. ErrNothing is not for fn, which owes an answer.
func Once[T any](c *Change, k httpx.Keyed, op string, request any, status int, fn func() (T, error)) (answer *httpx.Answer[T], replayed bool, err error) {
	if k.Key == "" {
		made, err := fn()
		if err != nil {
			return nil, false, err
		}
		return &httpx.Answer[T]{Status: status, Body: made}, false, nil
	}
	raw, err := json.Marshal(request)
	if err != nil {
		return nil, false, fmt.Errorf("encode a request: %w", err)
	}
	hash := sha256.Sum256(append([]byte(op+" "), raw...))
	status, kept, replayed, err := idem.Do(c.ctx, c.Tx, c.schema, c.Company, c.By, k.Key, hex.EncodeToString(hash[:]), func() (int, any, error) {
		made, err := fn()
		return status, made, err
	})
	if err != nil {
		return nil, false, err
	}
	answer = &httpx.Answer[T]{Status: status}
	if err := json.Unmarshal(kept, &answer.Body); err != nil {
		return nil, false, fmt.Errorf("decode an answer: %w", err)
	}
	return answer, replayed, nil
}
