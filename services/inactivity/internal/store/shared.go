package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/alert"
)

const (
	// One that lasts stays as it is.
	beginShared = `INSERT INTO inactivity.shared AS s (id_empresa, cause, since, raised_at, people, people_of, scope) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id_empresa, cause) DO UPDATE SET since = excluded.since, raised_at = excluded.raised_at, people = excluded.people, people_of = excluded.people_of,
    scope = excluded.scope, ended_at = NULL, excused_at = greatest(s.excused_at, s.ended_at), again = s.again + 1
WHERE s.ended_at IS NOT NULL RETURNING s.since, s.again`
	// What we judge up to may go back, or a clock: nothing ends before it began.
	endShared = `UPDATE inactivity.shared SET ended_at = greatest(since, $3) WHERE id_empresa = $1 AND cause = $2 AND ended_at IS NULL
RETURNING since, again, raised_at, people, people_of, scope, ended_at`
)

// System is something that is wrong with us, for a company.
type System struct {
	Cause, Scope     string
	Since            time.Time
	People, PeopleOf int
}

// BeginSystem tells the admins of a company of something that is wrong with us. begun is false when they know already.
func (s *Store) BeginSystem(ctx context.Context, company string, is System) (begun bool, err error) {
	err = s.changes.AsWorkerFor(ctx, company, By, func(ch *change.Change) error {
		var row struct {
			Since time.Time `db:"since"`
			Again int       `db:"again"`
		}
		err := ch.Tx.GetContext(ctx, &row, beginShared, company, is.Cause, is.Since, ch.At, is.People, is.PeopleOf, is.Scope)
		if errors.Is(err, sql.ErrNoRows) {
			return change.ErrNothing
		}
		if err != nil {
			return fmt.Errorf("begin a system alert: %w", err)
		}
		begun = true
		is.Since = row.Since
		a := is.alert(company, row.Again, ch.At)
		return ch.Emit(alert.Domain, a.Event(), a.ID, admins, a.Proto())
	})
	return begun && err == nil, err
}

// EndSystem tells the admins of a company that it is over, since at, or since it began if that is later. ended is false when they know already.
func (s *Store) EndSystem(ctx context.Context, company, cause string, at time.Time) (ended bool, err error) {
	err = s.changes.AsWorkerFor(ctx, company, By, func(ch *change.Change) error {
		var row struct {
			Since    time.Time `db:"since"`
			Again    int       `db:"again"`
			RaisedAt time.Time `db:"raised_at"`
			People   int       `db:"people"`
			PeopleOf int       `db:"people_of"`
			Scope    string    `db:"scope"`
			EndedAt  time.Time `db:"ended_at"`
		}
		err := ch.Tx.GetContext(ctx, &row, endShared, company, cause, at)
		if errors.Is(err, sql.ErrNoRows) {
			return change.ErrNothing
		}
		if err != nil {
			return fmt.Errorf("end a system alert: %w", err)
		}
		ended = true
		a := System{Cause: cause, Scope: row.Scope, Since: row.Since, People: row.People, PeopleOf: row.PeopleOf}.alert(company, row.Again, row.RaisedAt)
		at := row.EndedAt.UTC()
		a.EndedAt, a.EndReason = &at, alert.EndReturned
		return ch.Emit(alert.Domain, a.Event(), a.ID, admins, a.Proto())
	})
	return ended && err == nil, err
}

func (is System) alert(company string, again int, raised time.Time) alert.Alert {
	return alert.Alert{
		ID: alertID(company, is.Cause, alert.TypeSystem, is.Since, again), Type: alert.TypeSystem, StartedAt: is.Since.UTC(), RaisedAt: raised.UTC(),
		Why: alert.Why{Cause: is.Cause, People: int32(is.People), PeopleOf: int32(is.PeopleOf), Scope: is.Scope}, //nolint:gosec // numbers of people
	}
}
