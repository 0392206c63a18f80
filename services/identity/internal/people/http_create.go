package people

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
)

// create runs fn in a change of the reader's company. It runs fn only once for each idempotency key.
func create[T any](
	ctx context.Context, a *API, who Reader, k httpx.Keyed, operation string, request any, fn func(ctx context.Context, ch *change.Change) (T, error),
) (out *httpx.Answer[T], err error) {
	err = a.Store.change(ctx, who, func(ch *change.Change) error {
		out, _, err = change.Once(ch, k, operation, request, http.StatusCreated, func() (T, error) { return fn(ctx, ch) })
		return err
	})
	return out, err
}
