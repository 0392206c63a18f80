package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/jmoiron/sqlx"
)

// Keyed is the header of a request that creates something. A request that is repeated with its key is answered as the
// first one was and creates nothing.
type Keyed struct {
	Key string `header:"Idempotency-Key" doc:"any text of the client's that is new for every creation; send the same again when repeating a request"`
}

// createdOutput is the answer to a creation, new or replayed.
type createdOutput[T any] struct {
	Status int
	Body   T
}

// create runs fn in the company's transaction. The key is bound to operation and request, which holds no secret.
func create[T any](
	ctx context.Context, a *API, who Reader, k Keyed, operation string, request any, fn func(ctx context.Context, tx *sqlx.Tx) (T, error),
) (*createdOutput[T], error) {
	raw, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	hash := sha256.Sum256(append([]byte(operation+" "), raw...))
	status, answer, err := a.Store.once(ctx, who, k.Key, hex.EncodeToString(hash[:]), func(tx *sqlx.Tx) (int, any, error) {
		made, err := fn(ctx, tx)
		return http.StatusCreated, made, err
	})
	if err != nil {
		return nil, err
	}
	out := &createdOutput[T]{Status: status}
	if err := json.Unmarshal(answer, &out.Body); err != nil {
		return nil, fmt.Errorf("decode an answer: %w", err)
	}
	return out, nil
}
