package changelog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/identity/internal/tenancy"
)

const (
	// Every schema with a log publishes it under this name (change.LogSnippet). Only `terreno provision` creates
	// schemas.
	publishers = `SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'v_changes' AND c.relkind = 'v' AND has_table_privilege(c.oid, 'SELECT') AND pg_get_userbyid(n.nspowner) LIKE 'terreno\_%\_owner'
ORDER BY n.nspname`

	// $1 is the company. Row-level security already hides other companies from a company's transaction.
	ofCompany = `SELECT '%s' AS source, v.* FROM %s.v_changes v WHERE v.id_empresa = $1`
	// Platform admins see the changes that belong to no company and those that platform admins made in companies.
	ofPlatform = `SELECT 'identity' AS source, v.* FROM identity.change_log v
WHERE (v.id_empresa = '' OR v.made_by LIKE 'platform/%') AND ($1 = '' OR v.id_empresa = $1)`

	page = `SELECT source, id_empresa, id, made_at, made_by, address, what, entity, before, after FROM (%s) AS c
WHERE ($2::timestamptz IS NULL OR made_at >= $2) AND ($3::timestamptz IS NULL OR made_at < $3)
  AND ($4 = '' OR entity = $4 OR starts_with(entity, $4 || '/')) AND ($5 = '' OR made_by = $5)
  AND ($6::timestamptz IS NULL OR (made_at, source, id) < ($6, $7, $8))
ORDER BY made_at DESC, source DESC, id DESC LIMIT $9`
)

type row struct {
	Source  string    `db:"source"`
	Company string    `db:"id_empresa"`
	ID      int64     `db:"id"`
	At      time.Time `db:"made_at"`
	By      string    `db:"made_by"`
	Address string    `db:"address"`
	What    string    `db:"what"`
	Entity  string    `db:"entity"`
	Before  []byte    `db:"before"`
	After   []byte    `db:"after"`
}

// filter narrows the log. A zero field does not narrow it.
type filter struct {
	from, to   *time.Time
	entity, by string
}

// place is where a page begins: right after the change that it names.
type place struct {
	At     *time.Time `json:"t"`
	Source string     `json:"s"`
	ID     int64      `json:"i"`
}

// read returns changes, the newest first. For platform admins, company narrows what they see.
func (a *API) read(ctx context.Context, reader, company string, f filter, after place, limit int) (rows []row, err error) {
	err = tenancy.In(ctx, a.DB, reader, func(tx *sqlx.Tx) error {
		from := ofPlatform
		if reader != change.Platform {
			if from, err = union(ctx, tx); err != nil {
				return err
			}
			company = reader
		}
		return tx.SelectContext(ctx, &rows, strings.Replace(page, "%s", from, 1),
			company, f.from, f.to, f.entity, f.by, after.At, after.Source, after.ID, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of changes: %w", err)
	}
	return rows, nil
}

// union combines the logs of all services into one.
func union(ctx context.Context, tx *sqlx.Tx) (string, error) {
	var schemas []string
	if err := tx.SelectContext(ctx, &schemas, publishers); err != nil {
		return "", err
	}
	parts := make([]string, len(schemas))
	for i, s := range schemas {
		parts[i] = fmt.Sprintf(ofCompany, strings.ReplaceAll(s, "'", "''"), pq.QuoteIdentifier(s))
	}
	return strings.Join(parts, "\nUNION ALL\n"), nil
}
