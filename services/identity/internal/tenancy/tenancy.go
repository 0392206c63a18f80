// Package tenancy opens the transaction in which somebody's data is read: a company's, in which row-level security shows
// that company alone, or for platform admins, who belong to none, the worker's, in which every statement names the rows
// of the empty company itself. What writes is a change (pkg/change), which does the same.
package tenancy

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
)

// Platform is the company of platform admins.
const Platform = change.Platform

// In runs fn in a transaction of the company, which comes from a verified token or a database row.
func In(ctx context.Context, d *db.DB, company string, fn func(tx *sqlx.Tx) error) error {
	if company == Platform {
		return d.AsWorker(ctx, fn)
	}
	return d.InTenant(ctx, company, fn)
}
