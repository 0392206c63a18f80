package httpx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/idem"
)

// Keyed is the header of a POST that changes something. A request that is repeated with its key is answered as the first
// one was and changes nothing again. Embed it in an operation's input.
type Keyed struct {
	Key string `header:"Idempotency-Key" doc:"any text of the client's that is new for every request; send the same again when repeating one"`
}

// Answer is an answer with its status, new or replayed.
type Answer[T any] struct {
	Status int
	Body   T
}

// Effect is what a key is bound to: whose request it is, which operation and what it asks for. Request holds no secret,
// since its hash is kept.
type Effect struct {
	Schema, Company, User string
	Operation             string
	Request               any
	// Status of the answer.
	Status int
}

// Once runs fn in tx, or, when its key came before, returns the answer of that time. It is the first thing in the
// transaction of the effect (pkg/idem). An empty key is none: then fn simply runs.
func Once[T any](ctx context.Context, tx *sqlx.Tx, k Keyed, e Effect, fn func() (T, error)) (*Answer[T], error) {
	if k.Key == "" {
		made, err := fn()
		return &Answer[T]{e.Status, made}, err
	}
	raw, err := json.Marshal(e.Request)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	hash := sha256.Sum256(append([]byte(e.Operation+" "), raw...))
	status, answer, _, err := idem.Do(ctx, tx, e.Schema, e.Company, e.User, k.Key, hex.EncodeToString(hash[:]), func() (int, any, error) {
		made, err := fn()
		return e.Status, made, err
	})
	if err != nil {
		return nil, err
	}
	out := &Answer[T]{Status: status}
	if err := json.Unmarshal(answer, &out.Body); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	return out, nil
}
