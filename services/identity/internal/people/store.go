package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
)

// lockCompany makes a company's changes run one at a time. Changes are few, and no other lock is needed for the rules that
// span several rows (an admin is left, a team has members that exist). Statements after the lock see what the change before
// it committed.
const lockCompany = `SELECT pg_advisory_xact_lock(hashtextextended('identity.company ' || $1, 0))`

// Store keeps companies, users and teams. Each exported method runs its own transaction and announces every change in it. A
// method that refuses a change returns a *RefusalError.
type Store struct {
	db      *db.DB
	changes *change.Changes
}

// NewStore returns a store. The clock of changes must be wall time, because revocations are compared with tokens.
func NewStore(d *db.DB, changes *change.Changes) *Store { return &Store{db: d, changes: changes} }

// change runs fn in a change of the reader's company while no other change of that company runs.
func (s *Store) change(ctx context.Context, who Reader, fn func(ch *change.Change) error) error {
	return s.changes.In(ctx, who.Company, who.principal(), func(ch *change.Change) error {
		if _, err := exec(ctx, ch.Tx, "company's lock", lockCompany, who.Company); err != nil {
			return err
		}
		return fn(ch)
	})
}

// Page says how much of a list to return: at most Limit rows after the row that After names.
type Page struct {
	Limit int
	After Mark
}

// Mark is a place in a list: the sort key and the id of the last row that was returned. The zero Mark is the start.
type Mark struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// get reads one row. It returns the error absent when there is none.
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
