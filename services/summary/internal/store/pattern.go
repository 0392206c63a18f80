package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/day"
)

const (
	// Of some companies those whose pattern is missing, old or empty, and that have newer days.
	wantPattern = `SELECT c.id_empresa FROM unnest($1::text[]) AS c(id_empresa) LEFT JOIN summary.pattern p USING (id_empresa)
WHERE (p.made_at IS NULL OR p.made_at < $2 OR p.body = '' AND p.made_at < $3) AND EXISTS (SELECT FROM summary.day d
    WHERE d.id_empresa = c.id_empresa AND d.date >= $4::timestamptz::date AND d.computed_at >= coalesce(p.made_at, '-infinity')) ORDER BY 1`

	routesOf = `SELECT user_id, to_char(date, 'YYYY-MM-DD') AS date, detail, route FROM summary.day
WHERE id_empresa = $1 AND date >= $2::timestamptz::date AND route <> '' ORDER BY date DESC, user_id LIMIT $3`

	usersOfRoutes = `SELECT DISTINCT r.user_id FROM (` + routesOf + `) r`

	deletePatterns = `DELETE FROM summary.pattern WHERE id_empresa = ANY ($1)`

	upsertPattern = `INSERT INTO summary.pattern (id_empresa, made_at, etag, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (id_empresa) DO UPDATE SET made_at = excluded.made_at, etag = excluded.etag, body = excluded.body`

	selectPattern = `SELECT etag, body FROM summary.pattern WHERE id_empresa = $1`
)

// Route is the stored route of a user's day.
type Route struct {
	User, Date string
	Detail     day.Detail
	Route      []byte
	// Shown says what of it people may see now.
	Shown *track.Shown
	// Fault says that the row cannot be read.
	Fault error
}

// WantPattern returns the companies whose pattern is to be made: those that have none, those with one that was made before old, and those
// with an empty one that was made before young, if they have days after since that were computed later.
func (s *Store) WantPattern(ctx context.Context, old, young, since time.Time) (companies []string, err error) {
	var all pq.StringArray
	for _, c := range s.companies.Companies() {
		all = append(all, c.ID)
	}
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &companies, wantPattern, all, old, young, since)
	})
	if err != nil {
		return nil, fmt.Errorf("look which patterns are old: %w", err)
	}
	return companies, nil
}

// MakePattern makes the pattern of a company of its newest routes since an instant, at most limit: add gets them one at a time, and what
// done returns is stored.
func (s *Store) MakePattern(ctx context.Context, company string, since time.Time, limit int, add func(Route) error, done func() (etag string, body []byte, err error)) error {
	return s.changes.AsWorkerFor(ctx, company, "patron-calles", func(ch *change.Change) error {
		if err := eachRoute(ctx, ch.Tx, company, since, ch.At, limit, add); err != nil {
			return err
		}
		etag, body, err := done()
		if err != nil {
			return err
		}
		if body == nil {
			body = []byte{}
		}
		if _, err := ch.Tx.ExecContext(ctx, upsertPattern, company, ch.At, etag, body); err != nil {
			return fmt.Errorf("write a pattern: %w", err)
		}
		return nil
	})
}

func eachRoute(ctx context.Context, tx *sqlx.Tx, company string, since, now time.Time, limit int, add func(Route) error) error {
	var users []string
	if err := tx.SelectContext(ctx, &users, usersOfRoutes, company, since, limit); err != nil {
		return fmt.Errorf("read whose routes there are: %w", err)
	}
	people := make([]shifts.Who, len(users))
	for i, user := range users {
		people[i] = shifts.Who{Company: company, User: user}
	}
	// A date begins up to a day earlier than in UTC, or later.
	shown, err := shifts.Read(ctx, tx, people, since.Add(-48*time.Hour), now.Add(24*time.Hour))
	if err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, routesOf, company, since, limit)
	if err != nil {
		return fmt.Errorf("read routes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Route
		var detail []byte
		if err := rows.Scan(&r.User, &r.Date, &detail, &r.Route); err != nil {
			return fmt.Errorf("read routes: %w", err)
		}
		if r.Fault = json.Unmarshal(detail, &r.Detail); r.Fault != nil {
			r.Route = nil
		}
		r.Shown = shown.Of(company, r.User)
		if err := add(r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read routes: %w", err)
	}
	return nil
}

// Pattern returns a company's pattern, compressed; body is empty while there is none.
func (s *Store) Pattern(ctx context.Context, company string) (etag string, body []byte, err error) {
	var row struct {
		ETag string `db:"etag"`
		Body []byte `db:"body"`
	}
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &row, selectPattern, company) })
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", nil, fmt.Errorf("read a pattern: %w", err)
	}
	return row.ETag, row.Body, nil
}
