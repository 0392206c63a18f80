package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
)

const (
	pageSize = 10_000
	// A page takes about 50 ms. A query that hangs must not keep a connection of the service for long.
	pageTimeout = 15 * time.Second

	selectCompanies = `SELECT id, zone, suspended, version FROM identity.v_directory_companies`
	selectCompany   = selectCompanies + ` WHERE id = $1`

	// The query returns texts and numbers, because they cost the least to read a million times.
	selectUsers = `SELECT id_empresa, id, role, array_to_string(teams, ','), active,
    floor(extract(epoch FROM tokens_valid_from) * 1000)::bigint, version
FROM identity.v_directory_users`
	selectPage     = selectUsers + ` WHERE (id_empresa, id) > ($1, $2) ORDER BY id_empresa, id LIMIT $3`
	selectUser     = selectUsers + ` WHERE id_empresa = $1 AND id = $2`
	selectPlatform = selectUsers + ` WHERE id_empresa = '' ORDER BY id`

	selectSessions = `SELECT id_empresa, id, tokens_until FROM identity.v_directory_sessions WHERE tokens_until > $1`
	selectEpoch    = `SELECT epoch FROM identity.v_directory_epoch`
)

// userRow is a user as identity publishes it.
type userRow struct {
	company, id, role string
	teams             string // their ids, sorted, joined by separator
	active            bool
	validFrom         int64 // milliseconds since 1970
	version           int64
}

// location returns the time zone of a name. It logs a name that is unknown.
type location func(tenant, zone string) *time.Location

// asWorker runs fn in one short transaction of the worker. The views show all companies to every service, so no tenant is
// needed.
func asWorker(ctx context.Context, d *db.DB, fn func(ctx context.Context, tx *sqlx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	return d.AsWorker(ctx, func(tx *sqlx.Tx) error { return fn(ctx, tx) })
}

func readCompanies(ctx context.Context, d *db.DB, at location) (map[string]Company, error) {
	all := map[string]Company{}
	err := asWorker(ctx, d, func(ctx context.Context, tx *sqlx.Tx) error {
		return companies(ctx, tx, at, func(c Company) { all[c.ID] = c }, selectCompanies)
	})
	return all, err
}

func companies(ctx context.Context, tx *sqlx.Tx, at location, each func(Company), query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read companies: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Company
		var zone string
		if err := rows.Scan(&c.ID, &zone, &c.Suspended, &c.Version); err != nil {
			return fmt.Errorf("read a company: %w", err)
		}
		c.Zone = at(c.ID, zone)
		each(c)
	}
	return rows.Err()
}

// readUsers reads all users by company and id, platform admins first. Each page has its own transaction; the stream tells
// what changes meanwhile.
func readUsers(ctx context.Context, d *db.DB, each func(userRow)) error {
	var last userRow // No user has an empty id.
	for {
		n := 0
		err := asWorker(ctx, d, func(ctx context.Context, tx *sqlx.Tx) error {
			return users(ctx, tx, func(r userRow) {
				each(r)
				last = r
				n++
			}, selectPage, last.company, last.id, pageSize)
		})
		if err != nil || n < pageSize {
			return err
		}
	}
}

func users(ctx context.Context, tx *sqlx.Tx, each func(userRow), query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read users: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r userRow
		if err := rows.Scan(&r.company, &r.id, &r.role, &r.teams, &r.active, &r.validFrom, &r.version); err != nil {
			return fmt.Errorf("read a user: %w", err)
		}
		each(r)
	}
	return rows.Err()
}

// readOne reads one user and the user's company.
func readOne(ctx context.Context, d *db.DB, at location, tenant, id string) (found []news, err error) {
	err = asWorker(ctx, d, func(ctx context.Context, tx *sqlx.Tx) error {
		err := companies(ctx, tx, at, func(c Company) { found = append(found, news{tenant: tenant, company: &c}) }, selectCompany, tenant)
		if err != nil {
			return err
		}
		return users(ctx, tx, func(r userRow) { found = append(found, news{tenant: tenant, user: &r}) }, selectUser, tenant, id)
	})
	return found, err
}

// few is the small part of the data that a directory reads every minute.
type few struct {
	epoch    string
	platform []userRow
	sessions map[sessionKey]time.Time
}

// readFew reads the database's epoch, the platform admins, and the ended sessions that may still have a valid token.
func readFew(ctx context.Context, d *db.DB, now time.Time) (f few, err error) {
	err = asWorker(ctx, d, func(ctx context.Context, tx *sqlx.Tx) error {
		if err := tx.GetContext(ctx, &f.epoch, selectEpoch); err != nil {
			return fmt.Errorf("read the database's epoch: %w", err)
		}
		if err := users(ctx, tx, func(r userRow) { f.platform = append(f.platform, r) }, selectPlatform); err != nil {
			return err
		}
		f.sessions, err = sessions(ctx, tx, now)
		return err
	})
	return f, err
}

func sessions(ctx context.Context, tx *sqlx.Tx, now time.Time) (map[sessionKey]time.Time, error) {
	rows, err := tx.QueryContext(ctx, selectSessions, now)
	if err != nil {
		return nil, fmt.Errorf("read sessions that ended: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := map[sessionKey]time.Time{}
	for rows.Next() {
		var k sessionKey
		var until time.Time
		if err := rows.Scan(&k.tenant, &k.id, &until); err != nil {
			return nil, fmt.Errorf("read a session: %w", err)
		}
		all[k] = until
	}
	return all, rows.Err()
}
