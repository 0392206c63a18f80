package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/alert"
)

// MaxSilences is how many silences one answer holds.
const MaxSilences = 5000

var openSilences = `SELECT s.user_id, s.kind, s.base_at, s.again, s.why FROM inactivity.silence s
WHERE s.id_empresa = $1 AND ` + visible.Where("s.user_id", 2) + ` AND s.kind <> 'bateria_baja' AND s.ended_at IS NULL ORDER BY s.base_at, s.user_id, s.kind LIMIT $5`

const openSystem = `SELECT s.cause, s.since, s.again, s.people, s.people_of, s.scope FROM inactivity.shared s
WHERE s.id_empresa = $1 AND s.ended_at IS NULL ORDER BY s.cause LIMIT 1`

// Open is a silence or a standstill that lasts.
type Open struct {
	User, Kind, AlertID string
	Since               time.Time
	Why                 alert.Why
}

// Open returns what lasts of the people whom the viewer may see, oldest first, and what is wrong with us, or nil.
func (s *Store) Open(ctx context.Context, who auth.Claims) (list []Open, system *System, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		var rows []struct {
			User  string    `db:"user_id"`
			Kind  string    `db:"kind"`
			Base  time.Time `db:"base_at"`
			Again int       `db:"again"`
			Why   []byte    `db:"why"`
		}
		if err := tx.SelectContext(ctx, &rows, openSilences, append(visible.Viewer(who), MaxSilences)...); err != nil {
			return fmt.Errorf("read the silences that last: %w", err)
		}
		for _, r := range rows {
			list = append(list, Open{
				User: r.User, Kind: r.Kind, AlertID: alertID(who.Company, r.User, r.Kind, r.Base, r.Again), Since: r.Base,
				Why: s.whyOf(who.Company, r.User, r.Kind, r.Why),
			})
		}
		var wrong []struct {
			Cause    string    `db:"cause"`
			Since    time.Time `db:"since"`
			Again    int       `db:"again"`
			People   int       `db:"people"`
			PeopleOf int       `db:"people_of"`
			Scope    string    `db:"scope"`
		}
		if err := tx.SelectContext(ctx, &wrong, openSystem, who.Company); err != nil {
			return fmt.Errorf("read what is wrong: %w", err)
		}
		for _, r := range wrong {
			system = &System{Cause: r.Cause, Scope: r.Scope, Since: r.Since, People: r.People, PeopleOf: r.PeopleOf}
		}
		return nil
	})
	return list, system, err
}
