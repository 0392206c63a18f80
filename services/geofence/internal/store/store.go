// Package store holds every SQL statement of geofence.
//
// Work is what the evaluator and the sweep do in a worker's transaction. That transaction sees all companies, and the
// evaluator and the sweep own it. Zones is what the HTTP side does in a company's transaction. Each exported method of Zones
// is one transaction. An edit raises the plan's version and announces it in that same transaction.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// Schema is where the tables are.
const Schema = "geofence"

const (
	// The evaluator and the sweep take this lock so that only one of them writes states at a time.
	lockStates = `SELECT pg_advisory_xact_lock(hashtextextended('geofence.states', 0))`

	selectFrontier = `SELECT created, seq, stored FROM geofence.frontier WHERE stream = $1`
	upsertFrontier = `INSERT INTO geofence.frontier (stream, created, seq, stored) VALUES ($1, $2, $3, $4)
ON CONFLICT (stream) DO UPDATE SET created = excluded.created, seq = excluded.seq, stored = excluded.stored`

	stateColumns = `s.id_empresa, s.user_id, s.zones, s.since, s.status, s.last_at, s.run, s.alert, s.devices`
	selectStates = `SELECT ` + stateColumns + ` FROM unnest($1::text[], $2::text[]) AS w(id_empresa, user_id)
JOIN geofence.user_state s USING (id_empresa, user_id)`
	upsertStates = `INSERT INTO geofence.user_state (id_empresa, user_id, zones, since, status, last_at, run, alert, devices)
SELECT w.id_empresa, w.user_id, w.zones, timestamptz 'epoch' + w.since_ms * interval '1 millisecond', w.status,
    timestamptz 'epoch' + w.last_ms * interval '1 millisecond', w.run::json, w.alert::json, w.devices::json
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::bigint[], $7::text[], $8::text[], $9::text[])
     AS w(id_empresa, user_id, zones, since_ms, status, last_ms, run, alert, devices)
ON CONFLICT (id_empresa, user_id) DO UPDATE SET zones = excluded.zones, since = excluded.since, status = excluded.status,
    last_at = excluded.last_at, run = excluded.run, alert = excluded.alert,
    devices = excluded.devices`
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

// Frontier returns how far a stream was applied, or the zero Frontier when it never was.
func (w Work) Frontier(ctx context.Context, stream string) (f ordered.Frontier, err error) {
	var stored sql.NullTime
	err = w.Tx.QueryRowContext(ctx, selectFrontier, stream).Scan(&f.Created, &f.Seq, &stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ordered.Frontier{}, fmt.Errorf("read the frontier: %w", err)
	}
	f.Stored = stored.Time
	return f, nil
}

// SetFrontier writes how far a stream will have been applied once the transaction is committed.
func (w Work) SetFrontier(ctx context.Context, stream string, f ordered.Frontier) error {
	stored := sql.NullTime{Time: f.Stored, Valid: !f.Stored.IsZero()}
	if _, err := w.Tx.ExecContext(ctx, upsertFrontier, stream, f.Created, int64(f.Seq), stored); err != nil {
		return fmt.Errorf("write the frontier: %w", err)
	}
	return nil
}

// Person is a state together with the user it belongs to.
type Person struct {
	rule.Who
	rule.State
}

// Unreadable is a user whose state this program cannot read: another version of it wrote the row, or somebody wrote it by
// hand.
type Unreadable struct {
	rule.Who
	Reason error
}

// States returns the states of some people. A user who was never judged is missing. Users whose state cannot be read are
// returned separately in odd, and do not affect the others.
func (w Work) States(ctx context.Context, who []rule.Who) (list []Person, odd []Unreadable, err error) {
	companies, users := columns(who)
	rows, err := w.Tx.QueryContext(ctx, selectStates, companies, users)
	if err != nil {
		return nil, nil, fmt.Errorf("read states: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		p, err := readState(rows)
		if err != nil {
			odd = append(odd, Unreadable{Who: p.Who, Reason: err})
			continue
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("read states: %w", err)
	}
	return list, odd, nil
}

func columns(who []rule.Who) (companies, users pq.StringArray) {
	companies, users = make([]string, len(who)), make([]string, len(who))
	for i, p := range who {
		companies[i], users[i] = p.Company, p.User
	}
	return companies, users
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
