// Package change makes one change of state one object: a transaction of the company, the answer to an Idempotency-Key, the
// events about it and the call that wakes their relay.
//
// Guarantees. What fn wrote, the answer that Once keeps and every event of Emit are committed together or not at all. The
// events are added to the outbox after fn returned, all in one call: their locks are taken last and in one order, so that
// changes do not deadlock. The relay is woken after the commit, and only when there is something to publish.
//
// A service makes one Changes and hands it to its store or its HTTP side. The package starts no goroutine.
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
	"github.com/terreno/terreno/proto/subject"
)

// ErrNothing ends a change that turned out to have nothing to do: the transaction is rolled back, nothing is told to
// anybody, and In returns nil.
var ErrNothing = errors.New("nothing to change")

// Platform is the company of platform admins, who belong to none: their changes run as the service's worker.
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

// Change is one change under way. It is used by one goroutine, within In's fn.
type Change struct {
	// Tx is the company's transaction.
	Tx *sqlx.Tx
	// Company and By say whose change it is: from the verified token, or the worker's name for By.
	Company, By string
	// At is when it is made.
	At time.Time

	ctx    context.Context // of the call of In, within which a Change lives
	schema string
	events []outbox.Message
}

// In runs fn in a transaction of the company. It commits what fn wrote together with the events that fn emitted.
func (c *Changes) In(ctx context.Context, company, by string, fn func(ch *Change) error) error {
	begin := c.db.AsWorker
	if company != Platform {
		begin = func(ctx context.Context, fn func(*sqlx.Tx) error) error { return c.db.InTenant(ctx, company, fn) }
	}
	emitted := false
	err := begin(ctx, func(tx *sqlx.Tx) error {
		ch := &Change{Tx: tx, Company: company, By: by, At: c.clock.Now(), ctx: ctx, schema: c.schema}
		if err := fn(ch); err != nil {
			return err
		}
		emitted = len(ch.events) > 0
		return outbox.Add(ctx, tx, c.schema, ch.events...)
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

// Emit tells everyone in the audience of an event about an entity; body is written as clients read it. The zero audience
// is for services alone. Events about one entity are published in the order of their commits, and within a change in the
// order of Emit.
func (c *Change) Emit(domain, event, entity string, to audience.Audience, body proto.Message) error {
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
	c.events = append(c.events, outbox.Message{Subject: address, Header: header, Data: data})
	return nil
}

// Once runs fn, or returns the answer that fn gave when the key came first; replayed tells which. Call it at the beginning
// of a change, before anything is read that the answer depends on. An empty key is none: then fn simply runs. The key is
// bound to the user (By), to op and to request, which holds no secret, since its hash is kept; status is the answer's.
func Once[T any](c *Change, k httpx.Keyed, op string, request any, status int, fn func() (T, error)) (answer *httpx.Answer[T], replayed bool, err error) {
	if k.Key == "" {
		made, err := fn()
		return &httpx.Answer[T]{Status: status, Body: made}, false, err
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
