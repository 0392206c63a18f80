package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/services/identity/internal/tenancy"
)

// schema is where the tables are.
const schema = "identity"

// A company's changes are made one at a time: few are made, and what holds between rows (an admin is left, a team has
// members that exist) needs no other lock. Statements after the lock see what the one before committed.
const lockCompany = `SELECT pg_advisory_xact_lock(hashtextextended('identity.company ' || $1, 0))`

// Store keeps companies, users and teams. Its exported methods own their transaction and announce every change in it;
// what they refuse is a *RefusalError.
type Store struct {
	db   *db.DB
	wall clock.Clock
	// wake tells the outbox's relay that there is news. The relay looks on its own as well.
	wake func()
}

// NewStore returns a store; wall is wall time, since revocations are compared with tokens.
func NewStore(d *db.DB, wall clock.Clock, wake func()) *Store {
	return &Store{db: d, wall: wall, wake: wake}
}

// change runs fn in the company's transaction, alone, and wakes the relay once it is committed.
func (s *Store) change(ctx context.Context, company string, fn func(tx *sqlx.Tx) error) error {
	err := tenancy.In(ctx, s.db, company, func(tx *sqlx.Tx) error {
		if _, err := exec(ctx, tx, "company's lock", lockCompany, company); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil {
		return err
	}
	s.wake()
	return nil
}

// Page is how much of a list to return: at most Limit rows after the one that After names.
type Page struct {
	Limit int
	After Mark
}

// Mark is a place in a list: the sort key and the id of the last row that was returned. The zero Mark is the beginning.
type Mark struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// get reads one row; absent is returned when there is none.
func get[T any](ctx context.Context, tx *sqlx.Tx, what string, absent error, query string, args ...any) (T, error) {
	var row T
	err := tx.GetContext(ctx, &row, query, args...)
	if errors.Is(err, sql.ErrNoRows) && absent != nil {
		return row, absent
	}
	if err != nil {
		return row, fmt.Errorf("read %s: %w", what, err)
	}
	return row, nil
}

func list[T any](ctx context.Context, tx *sqlx.Tx, what, query string, args ...any) ([]T, error) {
	var rows []T
	if err := tx.SelectContext(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list %s: %w", what, err)
	}
	return rows, nil
}

func exec(ctx context.Context, tx *sqlx.Tx, what, query string, args ...any) (int64, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", what, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("write %s: %w", what, err)
	}
	return n, nil
}
