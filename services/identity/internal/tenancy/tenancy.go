// Package tenancy opens the transaction in which a handler reads somebody's data. For a company's user it is the
// company's transaction, in which row-level security shows that company alone. Platform admins belong to no company. For
// them it is the worker's transaction, in which every statement itself names the rows of the empty company. Code that
// writes uses a change (pkg/change), which chooses the transaction in the same way.
package tenancy

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
)

// In runs fn in a transaction of the company. The caller takes the company from a verified token or a database row.
func In(ctx context.Context, d *db.DB, company string, fn func(tx *sqlx.Tx) error) error {
	if company == change.Platform {
		return d.AsWorker(ctx, fn)
	}
	return d.InTenant(ctx, company, fn)
}
