// Package idem makes a POST that is sent twice happen once. The answer is stored under the client's Idempotency-Key in the
// transaction of the effect itself, so that there is no moment at which one exists without the other.
//
// Guarantees. For one key of one user, fn's effect is committed at most once, and every later call is given the first
// answer, byte for byte. Two calls at the same moment: the second waits for the first one's transaction, then gets its
// answer, or does the work if the first was rolled back. Keys are kept for Keep and then removed by Prune; from then on the
// same key is a new one.
//
// Use. A service's migration contains {{idempotency_key}} and its db.Schema names Snippet. Do runs at the beginning of
// (*db.DB).InTenant's transaction, at PostgreSQL's default isolation. An error of fn must end the transaction, so that
// nothing is stored: domain errors that depend on the state of things come back as errors and are judged anew when the
// client tries again; only what should be answered the same for ever is returned as a status.
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
	// ErrKeyReused: the key came before with another request. To a client: 422, code idempotency_key_reused.
	ErrKeyReused = errors.New("the idempotency key was used for another request")
	// ErrKeyInvalid: the key is empty, longer than MaxKey or not printable ASCII. To a client: 400.
	ErrKeyInvalid = errors.New("an idempotency key is 1 to 255 printable ASCII characters")
)

const (
	// MaxKey is the length of the longest key.
	MaxKey = 255
	// Keep is how long an answer is kept: a phone may come back with its queue after a month.
	Keep = 31 * 24 * time.Hour
)

// Do calls fn unless the key has an answer already, and returns fn's answer or the stored one; replayed tells which. user
// and tenant come from the verified token; requestHash is over all that makes the request what it is: method, path, body.
// body is stored as JSON; nil is no body.
func Do(
	ctx context.Context, tx *sqlx.Tx, schema, tenant, user, key, requestHash string,
	fn func() (status int, body any, err error),
) (status int, body json.RawMessage, replayed bool, err error) {
	if !valid(key) {
		return 0, nil, false, ErrKeyInvalid
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
		return 0, nil, false, errors.New("the key's answer is missing: Do was called for it in this very transaction")
	}
	return int(first.Status.Int32), first.Body, true, nil
}

// encode leaves <, > and & as they are: the answer goes to clients, and what is replayed is what was sent first.
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

func valid(key string) bool {
	for i := range len(key) {
		if key[i] < 0x20 || key[i] > 0x7e {
			return false
		}
	}
	return key != "" && len(key) <= MaxKey
}

// Prune removes the keys that are older than Keep and returns how many. now is wall time, whatever the domain clock says.
// It works in small transactions and may be repeated and run by several replicas.
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
