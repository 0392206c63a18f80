// Package store holds every SQL statement of geofence.
//
// Work is what the evaluator and the sweep do in a worker's transaction, which sees all companies; they own the transaction.
// Zones is what the HTTP side does in a company's: each exported method is one transaction, and an edit raises the plan's
// version and puts its NEWS into the outbox in it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// Schema is where the tables are.
const Schema = "geofence"

const (
	// The evaluator and the sweep write states one at a time.
	lockStates = `SELECT pg_advisory_xact_lock(hashtextextended('geofence.states', 0))`
	seeTenant  = `SELECT set_config('terreno.tenant', $1, true)`

	selectFrontier = `SELECT created, seq FROM geofence.frontier WHERE stream = $1`
	upsertFrontier = `INSERT INTO geofence.frontier (stream, created, seq) VALUES ($1, $2, $3)
ON CONFLICT (stream) DO UPDATE SET created = excluded.created, seq = excluded.seq`

	stateColumns = `s.id_empresa, s.user_id, s.zones, s.since, s.status, s.last_at, s.run, s.alert`
	selectStates = `SELECT ` + stateColumns + ` FROM unnest($1::text[], $2::text[]) AS w(id_empresa, user_id)
JOIN geofence.user_state s USING (id_empresa, user_id)`
	pageOfStates = `SELECT ` + stateColumns + ` FROM geofence.user_state s
WHERE s.id_empresa = $1 AND s.user_id > $2 ORDER BY s.user_id LIMIT $3`
	upsertStates = `INSERT INTO geofence.user_state (id_empresa, user_id, zones, since, status, last_at, run, alert)
SELECT w.id_empresa, w.user_id, w.zones, timestamptz 'epoch' + w.since_ms * interval '1 millisecond', w.status,
    timestamptz 'epoch' + w.last_ms * interval '1 millisecond', w.run::json, w.alert::json
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::bigint[], $7::text[], $8::text[])
     AS w(id_empresa, user_id, zones, since_ms, status, last_ms, run, alert)
ON CONFLICT (id_empresa, user_id) DO UPDATE SET zones = excluded.zones, since = excluded.since, status = excluded.status,
    last_at = excluded.last_at, run = excluded.run, alert = excluded.alert`

	// Of tracking's views: they show the company that the transaction set.
	recentUsers = `SELECT user_id, recorded_at FROM tracking.v_latest_position WHERE recorded_at > $1 AND user_id > $2
ORDER BY user_id LIMIT $3`
	recentFixes = `SELECT u.user_id, p.recorded_at, p.received_at, p.lat, p.lon, coalesce(p.accuracy_m, 0)
FROM unnest($1::text[]) AS u(user_id) CROSS JOIN LATERAL (SELECT * FROM tracking.v_position v
    WHERE v.user_id = u.user_id AND v.recorded_at > $2 AND v.recorded_at <= $3 ORDER BY v.recorded_at DESC, v.device_id DESC LIMIT $4) p
ORDER BY u.user_id, p.recorded_at, p.device_id`
)

// Work is a worker's transaction.
type Work struct{ Tx *sqlx.Tx }

// Lock makes this transaction the only one that writes states, until it ends.
func (w Work) Lock(ctx context.Context) error {
	if _, err := w.Tx.ExecContext(ctx, lockStates); err != nil {
		return fmt.Errorf("wait for the states: %w", err)
	}
	return nil
}

// Frontier returns how far a stream was applied; the zero Frontier when it never was.
func (w Work) Frontier(ctx context.Context, stream string) (f ordered.Frontier, err error) {
	err = w.Tx.QueryRowContext(ctx, selectFrontier, stream).Scan(&f.Created, &f.Seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ordered.Frontier{}, fmt.Errorf("read the frontier: %w", err)
	}
	return f, nil
}

// SetFrontier writes how far a stream is applied once the transaction is committed.
func (w Work) SetFrontier(ctx context.Context, stream string, f ordered.Frontier) error {
	if _, err := w.Tx.ExecContext(ctx, upsertFrontier, stream, f.Created, int64(f.Seq)); err != nil {
		return fmt.Errorf("write the frontier: %w", err)
	}
	return nil
}

// Person is a state with whose it is.
type Person struct {
	rule.Who
	rule.State
}

// States returns what is known of some people; whoever was never judged is missing.
func (w Work) States(ctx context.Context, who []rule.Who) ([]Person, error) {
	companies, users := make([]string, len(who)), make([]string, len(who))
	for i, p := range who {
		companies[i], users[i] = p.Company, p.User
	}
	return w.states(ctx, selectStates, pq.StringArray(companies), pq.StringArray(users))
}

// Page returns what is known of a company's people, by user after one, at most limit.
func (w Work) Page(ctx context.Context, company, after string, limit int) ([]Person, error) {
	return w.states(ctx, pageOfStates, company, after, limit)
}

func (w Work) states(ctx context.Context, query string, args ...any) ([]Person, error) {
	rows, err := w.Tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var list []Person
	for rows.Next() {
		p, err := scanState(rows)
		if err != nil {
			return nil, fmt.Errorf("read a state: %w", err)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// SetStates writes states, new ones too.
func (w Work) SetStates(ctx context.Context, people []Person) error {
	if len(people) == 0 {
		return nil
	}
	columns, err := stateArrays(people)
	if err != nil {
		return err
	}
	if _, err := w.Tx.ExecContext(ctx, upsertStates, columns...); err != nil {
		return fmt.Errorf("write states: %w", err)
	}
	return nil
}

// Latest is when a user's newest position was recorded.
type Latest struct {
	User string    `db:"user_id"`
	At   time.Time `db:"recorded_at"`
}

// Recent returns a company's users whose newest position was recorded after an instant, by user after one, at most limit.
func (w Work) Recent(ctx context.Context, company string, since time.Time, after string, limit int) (list []Latest, err error) {
	if _, err := w.Tx.ExecContext(ctx, seeTenant, company); err != nil {
		return nil, fmt.Errorf("look at a company: %w", err)
	}
	if err := w.Tx.SelectContext(ctx, &list, recentUsers, since, after, limit); err != nil {
		return nil, fmt.Errorf("read recent users: %w", err)
	}
	return list, nil
}

// Fixes returns the positions of some of a company's users, recorded after one instant and up to another, oldest first, of
// each user at most the newest limit.
func (w Work) Fixes(ctx context.Context, company string, users []string, since, until time.Time, limit int) (map[string][]rule.Fix, error) {
	if _, err := w.Tx.ExecContext(ctx, seeTenant, company); err != nil {
		return nil, fmt.Errorf("look at a company: %w", err)
	}
	rows, err := w.Tx.QueryContext(ctx, recentFixes, pq.Array(users), since, until, limit)
	if err != nil {
		return nil, fmt.Errorf("read recent positions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	fixes := map[string][]rule.Fix{}
	for rows.Next() {
		var user string
		var f rule.Fix
		if err := rows.Scan(&user, &f.At, &f.ReceivedAt, &f.Lat, &f.Lon, &f.AccuracyM); err != nil {
			return nil, fmt.Errorf("read a recent position: %w", err)
		}
		fixes[user] = append(fixes[user], f)
	}
	return fixes, rows.Err()
}
