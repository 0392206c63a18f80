// Package store holds all SQL statements of activity. Each method is one transaction unless its comment says otherwise.
//
// It guarantees that a visit is what its actions come to, whoever stores them and however many at once: whoever changes a visit
// locks its row first, and whoever changes a user's shifts the row of the user. A viewer reads only visits of its own company
// that it may see. Errors are those that errors.go lists, of packages place and visit, and those of the database and the outbox.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
)

// Schema is the name of the schema with the tables.
const Schema = "activity"

// ByClose is who closes a day. No user can have this id.
const ByClose = "*cierre"

// BySeries is who makes the visits of a series, and the key of the action that cancels them when it ends. No user and no client can
// have this id or key.
const BySeries = "*serie"

// Companies tells the time zone of a company.
type Companies interface {
	Company(id string) (directory.Company, bool)
}

// Store reads and writes places, visits and shifts. It is safe for concurrent use.
type Store struct {
	db        *db.DB
	changes   *change.Changes
	companies Companies
}

// New makes a store. d is a pool of the service's role, and the store closes days through changes.
func New(d *db.DB, changes *change.Changes, companies Companies) *Store {
	return &Store{db: d, changes: changes, companies: companies}
}

// Zone returns the time zone of a company. A company that identity does not know lives in UTC.
func (s *Store) Zone(company string) *time.Location {
	if c, ok := s.companies.Company(company); ok && c.Zone != nil {
		return c.Zone
	}
	return time.UTC
}

// readOne reads one row, or returns none when there is no such row. Other errors name what, such as "a visit".
func readOne[T any](ctx context.Context, tx *sqlx.Tx, what string, none error, query string, args ...any) (one T, err error) {
	err = tx.GetContext(ctx, &one, query, args...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return one, none
	case err != nil:
		return one, fmt.Errorf("read %s: %w", what, err)
	}
	return one, nil
}
