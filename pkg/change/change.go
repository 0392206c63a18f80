// Package change puts all parts of a change of state into one object: the transaction, the answer to an Idempotency-Key,
// the events about the change and the call that wakes the outbox relay.
//
// Guarantees. What fn wrote, the answer that Once stores and all events of Emit are committed together or not at all. The
// package adds the events to the outbox in one call after fn has returned. So it takes their locks last and in a fixed
// order, and changes do not deadlock on them. It wakes the relay after the commit, and only when there is something to
// publish.
//
// A service makes one Changes and gives it to its store, its HTTP handlers and its timers. Use In for requests: it sees
// one company. Use AsWorkerFor for timed work in one company, and AsWorker for consumers, whose batches have messages of
// many companies. The package starts no goroutine.
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

	"github.com/terreno/terreno/pkg/auth"
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

// ErrNothing is returned by fn to end a change that has nothing to do. The transaction is rolled back, no event is
// published, and In returns nil.
var ErrNothing = errors.New("nothing to change")

// Platform stands for the company of platform admins, who belong to none. Their changes run as the service's worker, and
// each event must name its company with For.
const Platform = ""

// Changes makes changes in one service's schema. It is safe for concurrent use.
type Changes struct {
	db     *db.DB
	wake   func()
	schema string
	clock  clock.Clock
}

// New makes a Changes for the schema whose outbox the relay publishes. c gives the time of each change.
func New(d *db.DB, relay *outbox.Relay, schema string, c clock.Clock) *Changes {
	return &Changes{db: d, wake: relay.Wake, schema: schema, clock: c}
}

// Change is one change in progress. Only one goroutine may use it, and only within fn.
type Change struct {
	// Tx is the change's transaction.
	Tx *sqlx.Tx
	// Company is the company that the change is made in, and By is who makes it. For a request both come from the
	// verified token. For a worker, By is the worker's name, and Company is empty if the change spans companies.
	Company, By string
	// At is the time of the change by the domain clock, in whole milliseconds.
	At time.Time

	ctx    context.Context // of the call of In; a Change does not outlive it
	schema string
	events *[]outbox.Message // shared with the copies that For returns
}

// In runs fn in a transaction of the company. It commits what fn wrote together with the events that fn emitted.
func (c *Changes) In(ctx context.Context, company, by string, fn func(ch *Change) error) error {
	if company == Platform {
		return c.AsWorker(ctx, by, fn)
	}
	return c.On(ctx, func(ctx context.Context, fn func(*sqlx.Tx) error) error { return c.db.InTenant(ctx, company, fn) }, company, by, fn)
}

// AsWorker is like In, but runs as the service's worker, which sees all companies in the service's schema. Each event
// must name its company with For.
func (c *Changes) AsWorker(ctx context.Context, by string, fn func(ch *Change) error) error {
	return c.On(ctx, c.db.AsWorker, Platform, by, fn)
}

// AsWorkerFor is like In, but runs as the service's worker in one company (db.AsWorkerFor). The worker also sees what
// other services publish about this company.
func (c *Changes) AsWorkerFor(ctx context.Context, company, by string, fn func(ch *Change) error) error {
	return c.On(ctx, func(ctx context.Context, fn func(*sqlx.Tx) error) error { return c.db.AsWorkerFor(ctx, company, fn) }, company, by, fn)
}

// Begin runs a function in a transaction, as do the methods of *db.DB and of *db.Leader.
type Begin func(ctx context.Context, fn func(tx *sqlx.Tx) error) error

// On is like In, in a transaction that the caller chooses, for example a leader's.
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

// For returns the same change on behalf of one company. A worker's change that spans companies needs it to name the
// company of an event or a timer.
func (c *Change) For(company string) *Change {
	named := *c
	named.Company = company
	return &named
}

// Emit publishes an event about an entity to everyone in the audience. Clients read the body as Emit writes it. With the
// zero audience the event goes to services only. Events about one entity are published in the order of their commits, and
// within a change in the order of the calls. Emit refuses an event that the stream table does not name, and a body of
// another type than the event's.
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

// Once runs fn and stores its answer under the key. If the key has an answer already, Once returns that answer and sets
// replayed. Call it at the beginning of a change, before you read anything that the answer depends on, and do all work
// within fn: a replay runs nothing and emits nothing. With an empty key, fn simply runs.
//
// The key is bound to the user (By), to op and to request. request must hold no secret, because its hash is stored.
// status is the status of the answer. When fn fails, the answer is nil and the error ends the change: nothing is stored,
// and the client may use the same key again. fn must not return ErrNothing, because it has to give an answer.
func Once[T any](c *Change, k httpx.Keyed, op string, request any, status int, fn func() (T, error)) (answer *httpx.Answer[T], replayed bool, err error) {
	if k.Key == "" {
		made, err := fn()
		if err != nil {
			return nil, false, err
		}
		return &httpx.Answer[T]{Status: status, Body: made}, false, nil
	}
	hash, err := Hash(op, request)
	if err != nil {
		return nil, false, err
	}
	status, kept, replayed, err := idem.Do(c.ctx, c.Tx, c.schema, c.Company, c.By, k.Key, hash, func() (int, any, error) {
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

// OnceIn is In with a change that Once does. It is for requests whose answer does not depend on whether it is a replay.
func OnceIn[T any](
	ctx context.Context, c *Changes, who auth.Claims, k httpx.Keyed, op string, request any, status int, fn func(*Change) (T, error),
) (answer *httpx.Answer[T], err error) {
	err = c.In(ctx, who.Company, who.Subject, func(ch *Change) error {
		answer, _, err = Once(ch, k, op, request, status, func() (T, error) { return fn(ch) })
		return err
	})
	return answer, err
}

// Hash tells two requests to one operation apart: equal requests have equal hashes.
func Hash(op string, request any) (string, error) {
	raw, err := json.Marshal(request)
	if err != nil {
		return "", fmt.Errorf("encode a request: %w", err)
	}
	sum := sha256.Sum256(append([]byte(op+" "), raw...))
	return hex.EncodeToString(sum[:]), nil
}
