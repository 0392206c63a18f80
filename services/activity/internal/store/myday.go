package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/activity/internal/plan"
)

// MaxDay is how many visits a day of a worker shows.
const MaxDay = 500

// What overlaps the day, and what is open from days before it. Every phone asks every minute, so the two are read by an index each.
const dayVisits = `SELECT ` + seenColumns + `, true AS seen` + visitAndPlace + `
WHERE v.id_empresa = $1 AND v.id IN (
    SELECT v.id FROM activity.visit v WHERE v.id_empresa = $1 AND v.worker = $2 AND v.win_from > $3::timestamptz - interval '31 days' AND v.win_from < $4 AND v.win_until > $3
    UNION
    SELECT v.id FROM activity.visit v WHERE v.id_empresa = $1 AND v.worker = $2 AND ` + isOpen + ` AND v.win_from < $4)
ORDER BY v.win_from, v.id LIMIT $5`

// Day is what a worker has to do on a day.
type Day struct {
	Visits []Visit
	Shifts []Shift
	// Planned is the work that is planned for it and overlaps the day.
	Planned  []plan.Span
	Settings Settings
}

// Day returns what the viewer itself has to do from an instant until another.
func (s *Store) Day(ctx context.Context, who auth.Claims, from, until time.Time) (d Day, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(ctx, &d.Visits, dayVisits, who.Company, who.Subject, from, until, MaxDay); err != nil {
			return fmt.Errorf("read a day: %w", err)
		}
		if d.Shifts, err = listShifts(ctx, tx, who, ShiftFilter{User: who.Subject, From: &from, Until: &until}, ShiftMark{}, 100); err != nil {
			return err
		}
		weeks, err := s.weeksOf(ctx, tx, who.Company, []string{who.Subject})
		if err != nil {
			return err
		}
		d.Planned = weeks[who.Subject].Spans(from, until)
		d.Settings, err = readSettings(ctx, tx, who.Company)
		return err
	})
	return d, err
}
