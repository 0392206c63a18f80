package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/services/summary/internal/day"
)

const (
	windowColumns = `to_char(date, 'YYYY-MM-DD') AS date, zone, from_at, until_at`

	// The closed dates around a date that may cut it: those before it, the date itself, and those after it.
	closingsAround = `(SELECT ` + windowColumns + ` FROM summary.closing WHERE id_empresa = $1 AND date < $2 ORDER BY date DESC LIMIT 2)
UNION ALL (SELECT ` + windowColumns + ` FROM summary.closing WHERE id_empresa = $1 AND date >= $2 ORDER BY date LIMIT 3) ORDER BY 1`

	insertClosing = `INSERT INTO summary.closing (id_empresa, date, zone, from_at, until_at, closed_at, queued) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`

	markQueued = `UPDATE summary.closing SET queued = true WHERE id_empresa = $1 AND date = $2 AND NOT queued`

	// One company closes or looks at one date at a time.
	lockCompany = `SELECT pg_advisory_xact_lock(hashtextextended('summary.closing ' || $1, 0))`

	// Everybody who has positions on the date, a visit or a shift, or had one when it was closed before.
	queueDate = queue + `SELECT DISTINCT $1, u.user_id, $2::date, statement_timestamp(), $6 FROM (
    SELECT user_id FROM tracking.v_track WHERE first_at >= $5 AND first_at < $4 AND last_at >= $3
    UNION ALL SELECT worker FROM activity.v_visit WHERE win_from >= $3 AND win_from < $4
    UNION ALL SELECT user_id FROM activity.v_shift WHERE started_at >= $3 - interval '36 hours' AND started_at < $4 AND (ended_at IS NULL OR ended_at > $3)
    UNION ALL SELECT user_id FROM summary.day WHERE id_empresa = $1 AND date = $2
) u WHERE u.user_id <> ''` + again
)

// window returns the time of a date, and whether the date is closed.
func window(ctx context.Context, tx *sqlx.Tx, company, date string, zone *time.Location) (w day.Window, closed bool, err error) {
	var around []struct {
		Date  string    `db:"date"`
		Zone  string    `db:"zone"`
		From  time.Time `db:"from_at"`
		Until time.Time `db:"until_at"`
	}
	if err := tx.SelectContext(ctx, &around, closingsAround, company, date); err != nil {
		return w, false, fmt.Errorf("read which dates are closed: %w", err)
	}
	list := make([]day.Window, len(around))
	for i, a := range around {
		list[i] = day.Window{Date: a.Date, Zone: a.Zone, From: a.From.UTC(), Until: a.Until.UTC()}
		if a.Date == date {
			return list[i], true, nil
		}
	}
	w, err = day.Plan(date, zone, list)
	return w, false, err
}

// Close closes a date of a company and puts the days of its people into the queue. If the date is closed already, Close only does the
// second. These are two transactions: see the package comment. queued is 0 for a date whose positions may be gone.
func (s *Store) Close(ctx context.Context, company, date, reason string, now time.Time) (queued int64, err error) {
	is, ok := s.companies.Company(company)
	if !ok { // the directory is behind; a date that is closed keeps its zone for ever
		return 0, fmt.Errorf("close a date: company %s is not known yet", company)
	}
	var w day.Window
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, lockCompany, company); err != nil {
			return err
		}
		var closed bool
		if w, closed, err = window(ctx, tx, company, date, is.Zone); err != nil {
			return err
		}
		old := w.From.Before(s.oldest(now)) // nobody is queued
		switch {
		case !closed:
			_, err = tx.ExecContext(ctx, insertClosing, company, date, w.Zone, w.From, w.Until, now, old)
		case old:
			_, err = tx.ExecContext(ctx, markQueued, company, date)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("close a date: %w", err)
	}
	if w.From.Before(s.oldest(now)) {
		return 0, nil
	}
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		r, err := tx.ExecContext(ctx, queueDate, company, date, w.From, w.Until, w.From.Truncate(24*time.Hour), reason)
		if err != nil {
			return err
		}
		if queued, err = r.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, markQueued, company, date)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("queue the people of a date: %w", err)
	}
	return queued, nil
}
