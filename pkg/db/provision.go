package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"
)

// provisionLock is the advisory lock that keeps two runs of Provision on one database from overlapping. The number is
// arbitrary, and nothing else uses it.
const provisionLock = 0x7465727265_01

// Provision creates the roles, the schemas and the grants of a database, and applies the migrations. It may run at every
// start and in several processes at once. It sets grants and passwords each time, and creates the rest only when it is
// missing.
//
// adminDSN is the address of a superuser, or of a role with CREATEROLE that may create objects in the database. From
// PostgreSQL 16 on, such a role must be the same in each run. password returns the password of a role, or "" to leave it as
// it is; a nil function leaves all passwords. Provision creates all roles before the first migration, so grants may name
// any service.
//
// Provision refuses a database to which a newer program has applied migrations that this program does not know.
func Provision(ctx context.Context, adminDSN string, schemas []Schema, password func(role string) string) error {
	if password == nil {
		password = func(string) string { return "" }
	}
	plans := make([][]migration, len(schemas))
	for i, s := range schemas {
		if err := s.check(); err != nil {
			return err
		}
		var err error
		if plans[i], err = s.migrations(); err != nil {
			return err
		}
	}
	connector, err := newConnector(adminDSN, "terreno provision")
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer func() { _ = pool.Close() }() // This ends the session, which releases the lock.
	c, err := pool.Conn(ctx)
	if err != nil {
		return unavailable(ctx, fmt.Errorf("connect as administrator: %w", err))
	}
	defer func() { _ = c.Close() }()
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(provisionLock)); err != nil {
		return fmt.Errorf("wait for another provision: %w", err)
	}
	if err := ensureRoles(ctx, c, schemas, password); err != nil {
		return err
	}
	if err := openDatabase(ctx, c); err != nil {
		return err
	}
	for i, s := range schemas {
		if s.Name == "" {
			continue
		}
		if err := provisionSchema(ctx, c, s, plans[i]); err != nil {
			return fmt.Errorf("provision schema %s: %w", s.Name, err)
		}
	}
	return nil
}

// openDatabase lets the services connect. It also keeps all roles from creating objects in the schema public, which is
// PostgreSQL's own default from version 15 on.
func openDatabase(ctx context.Context, c *sql.Conn) error {
	var name string
	var mayConnect, publicOpen bool
	if err := c.QueryRowContext(ctx, `
		SELECT current_database(), has_database_privilege($1, current_database(), 'CONNECT'),
		       EXISTS (SELECT FROM pg_namespace n, aclexplode(n.nspacl) a
		               WHERE n.nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE')`,
		ReaderRole).Scan(&name, &mayConnect, &publicOpen); err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if !mayConnect {
		if _, err := c.ExecContext(ctx, "GRANT CONNECT ON DATABASE "+pq.QuoteIdentifier(name)+" TO "+ReaderRole); err != nil {
			return fmt.Errorf("let the services connect: %w", err)
		}
	}
	if publicOpen {
		if _, err := c.ExecContext(ctx, `REVOKE CREATE ON SCHEMA public FROM PUBLIC`); err != nil {
			return fmt.Errorf("close schema public: %w", err)
		}
	}
	return nil
}

func provisionSchema(ctx context.Context, c *sql.Conn, s Schema, plan []migration) error {
	if err := ensureSchema(ctx, c, s); err != nil {
		return err
	}
	applied := map[int]string{}
	err := asOwner(ctx, c, s, func(tx *sql.Tx) error {
		// PostgreSQL accepts a grant that exists already. Only the owner has rights on the table.
		if _, err := tx.ExecContext(ctx, `
			GRANT USAGE ON SCHEMA `+s.Name+` TO `+ReaderRole+`;
			CREATE TABLE IF NOT EXISTS schema_migration (
				version     integer PRIMARY KEY,
				name        text NOT NULL,
				fingerprint text NOT NULL,
				applied_at  timestamptz NOT NULL DEFAULT now()
			)`); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		return readApplied(ctx, tx, applied)
	})
	if err != nil {
		return err
	}
	if len(applied) > len(plan) {
		return fmt.Errorf("the database is at migration %04d and this program knows %04d: the program is older",
			len(applied), len(plan))
	}
	for _, m := range plan {
		done, ok := applied[m.version]
		switch {
		case ok && done != m.fingerprint:
			return fmt.Errorf("migration %s was changed after it was applied: put it back and write a new one", m.name)
		case ok:
			continue
		}
		if err := asOwner(ctx, c, s, func(tx *sql.Tx) error { return apply(ctx, tx, s, m) }); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

func ensureSchema(ctx context.Context, c *sql.Conn, s Schema) error {
	owner := OwnerRole(s.Service)
	var super bool
	if err := c.QueryRowContext(ctx, `SELECT rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&super); err != nil {
		return fmt.Errorf("look up the administrator's role: %w", err)
	}
	if !super {
		if _, err := c.ExecContext(ctx, "GRANT "+owner+" TO CURRENT_USER"); err != nil {
			return fmt.Errorf("become a member of %s: %w", owner, err)
		}
	}
	var has string
	err := c.QueryRowContext(ctx,
		`SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = $1`, s.Name).Scan(&has)
	switch {
	case err == nil && has == owner:
		return nil
	case err == nil:
		return fmt.Errorf("it exists and belongs to %s, not to %s", has, owner)
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("look for the schema: %w", err)
	}
	if _, err := c.ExecContext(ctx, "CREATE SCHEMA "+s.Name+" AUTHORIZATION "+owner); err != nil {
		return fmt.Errorf("create it: %w", err)
	}
	return nil
}

// asOwner runs fn in a transaction as the schema's owner. It sets lock_timeout because an ALTER TABLE that waits behind a
// long transaction blocks all later queries on the table. It is better that the migration fails and somebody runs it again.
func asOwner(ctx context.Context, c *sql.Conn, s Schema, fn func(tx *sql.Tx) error) error {
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // A rollback after the commit does nothing.
	if _, err := tx.ExecContext(ctx,
		`SELECT set_config('role', $1, true), set_config('search_path', $2, true), set_config('lock_timeout', '30s', true)`,
		OwnerRole(s.Service), s.Name); err != nil {
		return fmt.Errorf("become the owner: %w", err)
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func readApplied(ctx context.Context, tx *sql.Tx, applied map[int]string) error {
	rows, err := tx.QueryContext(ctx, `SELECT version, fingerprint FROM schema_migration`)
	if err != nil {
		return fmt.Errorf("read the applied migrations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var version int
		var fingerprint string
		if err := rows.Scan(&version, &fingerprint); err != nil {
			return fmt.Errorf("read an applied migration: %w", err)
		}
		applied[version] = fingerprint
	}
	return rows.Err()
}

// apply runs one migration. It compares the transaction's id before and after, to detect a COMMIT in the text: the rest of
// the text would run as the administrator.
func apply(ctx context.Context, tx *sql.Tx, s Schema, m migration) error {
	const transaction = `SELECT pg_current_xact_id()::text`
	var before, after string
	if err := tx.QueryRowContext(ctx, transaction).Scan(&before); err != nil {
		return fmt.Errorf("read the transaction's number: %w", err)
	}
	if _, err := tx.ExecContext(ctx, m.text); err != nil {
		return describe(err)
	}
	if err := tx.QueryRowContext(ctx, transaction).Scan(&after); err != nil {
		return fmt.Errorf("read the transaction's number: %w", err)
	}
	if before != after {
		return errors.New("it ends its transaction: COMMIT and ROLLBACK do not belong in a migration")
	}
	_, err := tx.ExecContext(ctx, `SELECT set_config('role', $1, true)`, OwnerRole(s.Service))
	if err != nil {
		return fmt.Errorf("become the owner again: %w", err)
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO `+s.Name+`.schema_migration (version, name, fingerprint) VALUES ($1, $2, $3)`,
		m.version, m.name, m.fingerprint)
	if err != nil {
		return fmt.Errorf("record it: %w", err)
	}
	return nil
}

// describe adds the detail and the position that the server sent with its message.
func describe(err error) error {
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		return fmt.Errorf("%w\n%s", err, pe.ErrorWithDetail())
	}
	return err
}
