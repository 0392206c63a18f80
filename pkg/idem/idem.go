// Package idem makes sure that a POST which a client sends twice takes effect once. It stores the answer under the
// client's Idempotency-Key, in the same transaction as the effect. So at no moment does one exist without the other.
//
// Guarantees. For one key of one user, the effect of fn is committed at most once, and every later call gets the first
// answer, byte for byte. If two calls arrive at the same moment, the second waits for the transaction of the first. Then
// it gets the stored answer; if the first was rolled back, it does the work itself. Prune removes keys that are older
// than Keep. After that, the same key counts as new.
//
// Use. The service's migration contains {{idempotency_key}}, and its db.Schema names Snippet. Call Do at the beginning of
// a transaction of (*db.DB).InTenant, at PostgreSQL's default isolation level. An error of fn must end the transaction,
// so that nothing is stored. So return a domain error that depends on the current state as an error: when the client
// tries again, fn decides anew. Return a status only for an answer that should stay the same for ever.
//
// The package starts no goroutine.
package idem

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
)

// Errors on which a caller decides.
var (
	// ErrKeyReused: the key was used before, with another request. Clients get 422 and the code idempotency_key_reused.
	ErrKeyReused = errors.New("the idempotency key was used for another request")
	// ErrKeyInvalid: the key is empty, longer than MaxKey or not printable ASCII. Clients get 400.
	ErrKeyInvalid = errors.New("an idempotency key is 1 to 255 printable ASCII characters")
)

const (
	// MaxKey is the largest length of a key, in bytes.
	MaxKey = 255
	// Keep is how long an answer is kept. It is this long because a phone may come back with its queue after a month.
	Keep = 31 * 24 * time.Hour
)

// Do calls fn unless the key has an answer already. It returns the answer of fn, or the stored answer with replayed set
// to true. user and tenant come from the verified token. requestHash covers everything that identifies the request:
// method, path and body. body is stored as JSON; nil means that the answer has no body.
func Do(
	ctx context.Context, tx *sqlx.Tx, schema, tenant, user, key, requestHash string,
	fn func() (status int, body any, err error),
) (status int, body json.RawMessage, replayed bool, err error) {
	if err := Check(key); err != nil {
		return 0, nil, false, err
	}
	e := entry{Tenant: tenant, User: user, Key: key, RequestHash: requestHash}
	isNew, err := claim(ctx, tx, schema, e)
	if err != nil {
		return 0, nil, false, err
	}
	if !isNew {
		return replay(ctx, tx, schema, e)
	}
	status, answer, err := fn()
	if err != nil {
		return 0, nil, false, err
	}
	if body, err = encode(answer); err != nil {
		return 0, nil, false, err
	}
	if err := store(ctx, tx, schema, e, status, body); err != nil {
		return 0, nil, false, err
	}
	return status, body, false, nil
}

func replay(ctx context.Context, tx *sqlx.Tx, schema string, e entry) (int, json.RawMessage, bool, error) {
	first, err := load(ctx, tx, schema, e)
	if err != nil {
		return 0, nil, false, err
	}
	if first.RequestHash != e.RequestHash {
		return 0, nil, false, ErrKeyReused
	}
	if !first.Status.Valid {
		return 0, nil, false, errors.New("the key has no answer: Do was called twice for it in one transaction")
	}
	return int(first.Status.Int32), first.Body, true, nil
}

// encode does not escape <, > and &: a replayed answer must be the same text that the client got the first time.
func encode(answer any) (json.RawMessage, error) {
	if answer == nil {
		return nil, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(answer); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Check returns ErrKeyInvalid for what is no key.
func Check(key string) error {
	for i := range len(key) {
		if key[i] < 0x20 || key[i] > 0x7e {
			return ErrKeyInvalid
		}
	}
	if key == "" || len(key) > MaxKey {
		return ErrKeyInvalid
	}
	return nil
}

// Prune removes the keys that are older than Keep and returns how many it removed. now is wall time, even where the
// service runs on another clock. Prune works in small transactions. It may be repeated, and several replicas may run it
// at once.
func Prune(ctx context.Context, d *db.DB, schema string, now time.Time) (removed int64, err error) {
	const batch = 5000
	for {
		var n int64
		err := d.AsWorker(ctx, func(tx *sqlx.Tx) error {
			var err error
			n, err = removeOlder(ctx, tx, schema, now.Add(-Keep), batch)
			return err
		})
		if err != nil {
			return removed, err
		}
		removed += n
		if n < batch {
			return removed, nil
		}
	}
}
