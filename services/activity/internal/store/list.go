package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
)

// The window of a visit is never longer than visit.MaxWindow, so the list begins to read so long before the period. $20 is whether
// the box crosses the antimeridian.
var pageOfVisits = `SELECT ` + seenColumns + `, true AS seen` + visitAndPlace + `
WHERE v.id_empresa = $1 AND ` + visibleVisits + `
  AND ($5::timestamptz IS NULL OR v.win_from > $5::timestamptz - interval '31 days' AND v.win_until > $5)
  AND ($6::timestamptz IS NULL OR v.win_from < $6)
  AND ($7 = '' OR v.worker = $7)
  AND ($8 = '' OR v.team = $8 OR v.worker IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $8))
  AND ($9 = '' OR v.state = $9)
  AND ($10 = '' OR v.place_id = $10)
  AND ($11 = '' OR v.tipo = $11)
  AND ($12 = '' OR v.external_id = $12)
  AND (NOT $13 OR v.worker = '')
  AND (NOT $14 OR v.state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio'))
  AND (NOT $15 OR coalesce(v.lat, p.lat) BETWEEN $16 AND $17
       AND (coalesce(v.lon, p.lon) BETWEEN $18 AND $19 OR $20 AND (coalesce(v.lon, p.lon) >= $18 OR coalesce(v.lon, p.lon) <= $19)))
  AND ($21::timestamptz IS NULL OR (v.win_from, v.id) > ($21, $22))
  AND ($23 = '' OR v.series_id = $23)
  AND (NOT $25 OR v.objected)
ORDER BY v.win_from, v.id LIMIT $24`

// Box is a part of the map in degrees. West may be greater than East: then it crosses the antimeridian.
type Box struct{ South, West, North, East float64 }

// VisitFilter selects visits. A field that is empty or nil has no effect.
type VisitFilter struct {
	// From and Until select the visits whose window overlaps [From, Until).
	From, Until                    *time.Time
	User, Team, State, Place, Tipo string
	External, Series               string
	Unassigned, Open               bool
	// Objected selects those with an objection that nobody has answered.
	Objected bool
	Box      *Box
}

// VisitMark is where the next page of visits begins: after this one.
type VisitMark struct {
	From *time.Time `json:"f"`
	ID   string     `json:"i"`
}

// Visits returns a page of the visits that a viewer may see, those whose window begins first.
func (s *Store) Visits(ctx context.Context, who auth.Claims, f VisitFilter, after VisitMark, limit int) (visits []Visit, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		visits, err = listVisits(ctx, tx, who, f, after, limit)
		return err
	})
	return visits, err
}

func listVisits(ctx context.Context, tx *sqlx.Tx, who auth.Claims, f VisitFilter, after VisitMark, limit int) ([]Visit, error) {
	var box Box
	if f.Box != nil {
		box = *f.Box
	}
	args := append(visible.Viewer(who), f.From, f.Until, f.User, f.Team, f.State, f.Place, f.Tipo, f.External, f.Unassigned, f.Open,
		f.Box != nil, box.South, box.North, box.West, box.East, box.West > box.East, after.From, after.ID, f.Series, limit, f.Objected)
	visits := []Visit{}
	if err := tx.SelectContext(ctx, &visits, pageOfVisits, args...); err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	return visits, nil
}
