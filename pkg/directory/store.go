package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
)

const (
	selectCompanies = `SELECT id, zone, suspended, version FROM identity.v_directory_companies`
	selectUsers     = `SELECT coalesce(id_empresa, '') AS id_empresa, id, role, teams, active, tokens_valid_from, version
FROM identity.v_directory_users`
	selectCompany = selectCompanies + ` WHERE id = $1`
	selectUser    = selectUsers + ` WHERE coalesce(id_empresa, '') = $1 AND id = $2`
)

type companyRow struct {
	ID        string `db:"id"`
	Zone      string `db:"zone"`
	Suspended bool   `db:"suspended"`
	Version   int64  `db:"version"`
}

type userRow struct {
	Company         string         `db:"id_empresa"`
	ID              string         `db:"id"`
	Role            string         `db:"role"`
	Teams           pq.StringArray `db:"teams"`
	Active          bool           `db:"active"`
	TokensValidFrom time.Time      `db:"tokens_valid_from"`
	Version         int64          `db:"version"`
}

// location resolves a zone's name, and says so in the log when it cannot.
type location func(tenant, zone string) *time.Location

func readAll(ctx context.Context, d *db.DB, at location) (people, error) {
	return read(ctx, d, at, selectCompanies, nil, selectUsers, nil)
}

func readOne(ctx context.Context, d *db.DB, at location, tenant, user string) (people, error) {
	return read(ctx, d, at, selectCompany, []any{tenant}, selectUser, []any{tenant, user})
}

func read(ctx context.Context, d *db.DB, at location, companies string, companyArgs []any, users string, userArgs []any) (people, error) {
	var companyRows []companyRow
	var userRows []userRow
	// The views show every company to every service; a tenant's transaction has no part in it.
	err := d.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(ctx, &companyRows, companies, companyArgs...); err != nil {
			return fmt.Errorf("read companies: %w", err)
		}
		if err := tx.SelectContext(ctx, &userRows, users, userArgs...); err != nil {
			return fmt.Errorf("read users: %w", err)
		}
		return nil
	})
	if err != nil {
		return people{}, err
	}
	p := newPeople()
	for _, r := range companyRows {
		p.companies[r.ID] = Company{ID: r.ID, Zone: at(r.ID, r.Zone), Suspended: r.Suspended, Version: r.Version}
	}
	for _, r := range userRows {
		p.users[userKey{r.Company, r.ID}] = User{
			ID: r.ID, Role: r.Role, Teams: r.Teams, Active: r.Active, TokensValidFrom: r.TokensValidFrom.UTC(), Version: r.Version,
		}
	}
	return p, nil
}
