package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/day"
)

const (
	visitsOf = `SELECT id, state FROM activity.v_visit WHERE worker = $1 AND win_from >= $2 AND win_from < $3 ORDER BY id`

	// No shift lasts longer than 36 hours.
	shiftsOf = `SELECT id, started_at, ended_at, pauses, device FROM activity.v_shift
WHERE user_id = $1 AND started_at >= $2::timestamptz - interval '36 hours' AND started_at < $3 AND (ended_at IS NULL OR ended_at > $2) ORDER BY started_at, id`

	// $3 and $4 are how many degrees away from a stop a place may be that is at most $6 metres large; a smaller one, at least $5, must be
	// nearer. So the places of a town that are not at the stop are not read. A place that was archived when the stop began does not name it.
	placesNear = `SELECT s.n - 1 AS stop, p.id, p.name, p.lat, p.lon, p.radius_m FROM unnest($1::float8[], $2::float8[], $4::float8[], $7::timestamptz[]) WITH ORDINALITY AS s(lat, lon, east, at, n)
JOIN activity.v_place p ON p.lat BETWEEN s.lat - $3 AND s.lat + $3 AND p.lon BETWEEN s.lon - s.east AND s.lon + s.east
WHERE abs(p.lat - s.lat) * $6 <= $3 * greatest(p.radius_m, $5) AND abs(p.lon - s.lon) * $6 <= s.east * greatest(p.radius_m, $5)
  AND (p.archived_at IS NULL OR p.archived_at > s.at)`

	// maxFixes is how many fixes of a day are kept: it bounds the memory of a worker, whatever a user's phones send.
	maxFixes = 4 * track.MaxFixes
)

// compute computes a day of a user. end is when shifts are counted that last. The transaction must see the company alone.
func compute(ctx context.Context, tx *sqlx.Tx, company, user string, w day.Window, end time.Time) (*day.Day, error) {
	fixes, thinned, err := fixesOf(ctx, tx, company, user, w)
	if err != nil {
		return nil, err
	}
	worked, err := shiftsOfDay(ctx, tx, user, w)
	if err != nil {
		return nil, err
	}
	d, err := day.Measure(w, user, fixes, worked)
	if err != nil {
		return nil, err
	}
	d.Thinned = d.Thinned || thinned
	var visits []day.Visit
	if err := tx.SelectContext(ctx, &visits, visitsOf, user, w.From, w.Until); err != nil {
		return nil, fmt.Errorf("read the visits of a day: %w", err)
	}
	d.Work(visits, worked, end)
	if len(d.Detail.Stops) > 0 {
		places, err := placesOf(ctx, tx, d.Detail.Stops)
		if err != nil {
			return nil, err
		}
		d.Name(places)
	}
	return d, nil
}

// fixesOf reads what a user's devices recorded in a window, as far as people may see it. thinned says that it is more than maxFixes, and that
// only evenly spread ones were kept.
func fixesOf(ctx context.Context, tx *sqlx.Tx, company, user string, w day.Window) (fixes map[string][]track.Fix, thinned bool, err error) {
	is := shifts.Who{Company: company, User: user}
	shown, err := shifts.Read(ctx, tx, []shifts.Who{is}, w.From, w.Until)
	if err != nil {
		return nil, false, err
	}
	ways, err := shifts.Ways(ctx, tx, company, []string{user}, shown, w.From, w.Until, maxFixes)
	if err != nil {
		return nil, false, err
	}
	fixes = map[string][]track.Fix{}
	way := ways[user]
	if way == nil {
		return fixes, false, nil
	}
	way.Between(w.From.UnixMilli(), w.Until.UnixMilli(), func(device string, f *track.Fix) bool {
		fixes[device] = append(fixes[device], *f)
		return true
	})
	return fixes, way.Thinned(), nil
}

func shiftsOfDay(ctx context.Context, tx *sqlx.Tx, user string, w day.Window) ([]day.Shift, error) {
	var rows []struct {
		ID        string          `db:"id"`
		StartedAt time.Time       `db:"started_at"`
		EndedAt   *time.Time      `db:"ended_at"`
		Pauses    json.RawMessage `db:"pauses"`
		Device    string          `db:"device"`
	}
	if err := tx.SelectContext(ctx, &rows, shiftsOf, user, w.From, w.Until); err != nil {
		return nil, fmt.Errorf("read the shifts of a day: %w", err)
	}
	list := make([]day.Shift, len(rows))
	for i, r := range rows {
		list[i] = day.Shift{ID: r.ID, StartedAt: r.StartedAt, EndedAt: r.EndedAt, Device: r.Device}
		if err := json.Unmarshal(r.Pauses, &list[i].Pauses); err != nil {
			return nil, fmt.Errorf("read the pauses of a shift: %w", err)
		}
	}
	return list, nil
}

func placesOf(ctx context.Context, tx *sqlx.Tx, stops []day.Stop) (near []day.Place, err error) {
	lat, lon, east := make(pq.Float64Array, len(stops)), make(pq.Float64Array, len(stops)), make(pq.Float64Array, len(stops))
	at := make([]time.Time, len(stops))
	for i, s := range stops {
		lat[i], lon[i], east[i], at[i] = s.Lat, s.Lon, day.DegreesEast(s.Lat, day.PlaceFarM), s.FromAt
	}
	if err := tx.SelectContext(ctx, &near, placesNear, lat, lon, day.DegreesNorth(day.PlaceFarM), east, float64(day.PlaceNearM), float64(day.PlaceFarM), pq.Array(at)); err != nil {
		return nil, fmt.Errorf("read the places of a day: %w", err)
	}
	return near, nil
}
