package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/schedule"
)

const selectCompany = `SELECT true FROM identity.company WHERE id_empresa = $1`

// errNoCompany says that a platform admin named a company that does not exist.
var errNoCompany = errors.New("there is no such company")

// ask requests a run, once per idempotency key, in the transaction of the company that the run is for.
func (a *API) ask(ctx context.Context, who reader, k httpx.Keyed, ask schedule.Ask) (out *httpx.Answer[runView], err error) {
	err = a.Changes.In(ctx, who.company, who.principal(), func(ch *change.Change) error {
		request := struct{ Job, Scope, Date string }{ask.Job, ask.Scope, ask.Date}
		out, _, err = change.Once(ch, k, "run-job", request, http.StatusAccepted, func() (runView, error) {
			if err := companyIsThere(ctx, ch.Tx, who.company); err != nil {
				return runView{}, err
			}
			r, err := schedule.Request(ctx, ch.Tx, ask)
			return who.view(r), err
		})
		return err
	})
	return out, err
}

func companyIsThere(ctx context.Context, tx *sqlx.Tx, company string) error {
	if company == change.Platform {
		return nil
	}
	var there bool
	err := tx.GetContext(ctx, &there, selectCompany, company)
	if errors.Is(err, sql.ErrNoRows) {
		return errNoCompany
	}
	if err != nil {
		return fmt.Errorf("look for the company: %w", err)
	}
	return nil
}
