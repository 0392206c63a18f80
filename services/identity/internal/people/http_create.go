package people

import (
	"context"
	"net/http"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/httpx"
)

// create runs fn in the company's transaction, once for a key.
func create[T any](
	ctx context.Context, a *API, who Reader, k httpx.Keyed, operation string, request any, fn func(ctx context.Context, tx *sqlx.Tx) (T, error),
) (out *httpx.Answer[T], err error) {
	err = a.Store.change(ctx, who.Company, func(tx *sqlx.Tx) error {
		out, err = httpx.Once(ctx, tx, k, httpx.Effect{
			Schema: schema, Company: who.Company, User: who.principal(), Operation: operation, Request: request, Status: http.StatusCreated,
		}, func() (T, error) { return fn(ctx, tx) })
		return err
	})
	return out, err
}
