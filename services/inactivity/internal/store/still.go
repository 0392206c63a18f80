package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/inactivity/internal/still"
)

const (
	// Who reports, works for long enough, and is in a company that wants to know who does not move. Most companies do not.
	movers = `WITH ` + expected + `
SELECT p.company, p.user_id, p.by, p.movement_after_s FROM expected p
LEFT JOIN inactivity.silence open ON open.id_empresa = p.company AND open.user_id = p.user_id AND open.ended_at IS NULL
WHERE p.movement_after_s > 0 AND open.user_id IS NULL AND p.contact > $1::timestamptz - make_interval(secs => p.movement_after_s)
  AND coalesce(p.since <= $1::timestamptz - make_interval(secs => p.movement_after_s), true)
ORDER BY p.company, p.user_id`
	anyMovement = `SELECT EXISTS (SELECT FROM inactivity.setting s WHERE s.movement_after_s > 0)`
	// Where people have work today: within half a day of now.
	sitesOf = `SELECT v.worker, v.state = 'en_sitio' AS on_site, v.lat, v.lon, coalesce(v.radius_m, 0) AS radius_m FROM activity.v_visit v
WHERE v.worker = ANY ($1) AND v.win_from < $2::timestamptz + interval '12 hours' AND v.win_from > $2::timestamptz - interval '31 days'
  AND v.win_until > $2::timestamptz - interval '12 hours'`
	setSpot = `UPDATE inactivity.silence SET lat = $4, lon = $5, accuracy_m = $6 WHERE id_empresa = $1 AND user_id = $2 AND kind = $3 AND ended_at IS NULL`
	spotsOf = `SELECT s.user_id, s.lat, s.lon FROM inactivity.silence s WHERE s.id_empresa = $1 AND s.user_id = ANY ($2) AND s.kind = $3 AND s.lat IS NOT NULL`
)

// Mover is somebody who may stand still.
type Mover struct {
	Company string `db:"company"`
	User    string `db:"user_id"`
	By      string `db:"by"`
	AfterS  int    `db:"movement_after_s"`
}

// Movers returns who may stand still: nobody while no company wants to know.
func (s *Store) Movers(ctx context.Context, now time.Time, only string) (list []Mover, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		var wanted bool
		if err := tx.GetContext(ctx, &wanted, anyMovement); err != nil || !wanted {
			return err
		}
		args, err := s.hoursArgs(ctx, tx, selectHours, now, only)
		if err != nil {
			return err
		}
		return tx.SelectContext(ctx, &list, movers, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("look for who may not move: %w", err)
	}
	return list, nil
}

// BeginStill looks at the positions of some people of a company up to an instant, and tells of those who stand still where they have no
// work. It returns how many do.
func (s *Store) BeginStill(ctx context.Context, company string, list []Mover, until time.Time) (n int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, By, func(ch *change.Change) error {
		var users []string
		longest := 0
		for _, m := range list {
			users, longest = append(users, m.User), max(longest, m.AfterS)
		}
		ways, err := readWays(ctx, ch.Tx, company, users, until.Add(-time.Duration(longest)*time.Second), until)
		if err != nil {
			return err
		}
		sites, err := readSites(ctx, ch.Tx, users, until)
		if err != nil {
			return err
		}
		var found []Beginning
		for _, m := range list {
			after := time.Duration(m.AfterS) * time.Second
			spot, since, ok := still.At(fixesOf(ways[m.User], until.Add(-after), until), until.Add(-after), until)
			if ok && !sites.hold(m.User, spot) {
				radius := float32(spot.RadiusM)
				found = append(found, Beginning{User: m.User, By: m.By, Base: since, After: after, Place: &alert.Place{Lat: spot.Lat, Lon: spot.Lon, AccuracyM: &radius}})
			}
		}
		if len(found) == 0 {
			return change.ErrNothing
		}
		if n, err = raiseIn(ctx, ch, alert.TypeNoMovement, found); err != nil {
			return err
		}
		for _, b := range found {
			if _, err := ch.Tx.ExecContext(ctx, setSpot, company, b.User, alert.TypeNoMovement, b.Place.Lat, b.Place.Lon, b.Place.AccuracyM); err != nil {
				return fmt.Errorf("keep where somebody stands: %w", err)
			}
		}
		return nil
	})
	return n, err
}

// sites are where users have work. A nil Spot is on the site of a visit, wherever that is.
type sites map[string][]*still.Spot

func (s sites) hold(user string, spot still.Spot) bool {
	for _, at := range s[user] {
		if at == nil || spot.Within(*at) {
			return true
		}
	}
	return false
}

func readSites(ctx context.Context, tx *sqlx.Tx, users []string, now time.Time) (sites, error) {
	var rows []struct {
		Worker  string   `db:"worker"`
		OnSite  bool     `db:"on_site"`
		Lat     *float64 `db:"lat"`
		Lon     *float64 `db:"lon"`
		RadiusM float64  `db:"radius_m"`
	}
	if err := tx.SelectContext(ctx, &rows, sitesOf, pq.Array(users), now); err != nil {
		return nil, fmt.Errorf("read where people have work: %w", err)
	}
	found := sites{}
	for _, r := range rows {
		switch {
		case r.OnSite:
			found[r.Worker] = append(found[r.Worker], nil)
		case r.Lat != nil && r.Lon != nil:
			found[r.Worker] = append(found[r.Worker], &still.Spot{Lat: *r.Lat, Lon: *r.Lon, RadiusM: r.RadiusM})
		}
	}
	return found, nil
}

// fixesOf returns what a way has from one instant up to and with another.
func fixesOf(way *track.Way, from, until time.Time) (list []still.Fix) {
	if way == nil {
		return nil
	}
	way.Between(from.UnixMilli(), until.UnixMilli()+1, func(_ string, f *track.Fix) bool {
		lat, lon := f.Degrees()
		accuracy, _ := f.AccuracyM()
		list = append(list, still.Fix{At: f.Recorded(), Lat: lat, Lon: lon, AccuracyM: accuracy})
		return true
	})
	return list
}

// Moved returns when people of a company who stood still left their spot, by user. Who did not is missing.
func (s *Store) Moved(ctx context.Context, company string, list []Lasting, now time.Time) (moved map[string]time.Time, err error) {
	moved = map[string]time.Time{}
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		var users []string
		from, raised := now, map[string]time.Time{}
		for _, l := range list {
			// Where somebody was before it stood still says nothing.
			users, raised[l.User] = append(users, l.User), l.RaisedAt
			if l.RaisedAt.Before(from) {
				from = l.RaisedAt
			}
		}
		// Who stands still for longer than that ends with its work.
		if now.Sub(from) > maxExplained {
			from = now.Add(-maxExplained)
		}
		var spots []struct {
			User string  `db:"user_id"`
			Lat  float64 `db:"lat"`
			Lon  float64 `db:"lon"`
		}
		if err := tx.SelectContext(ctx, &spots, spotsOf, company, pq.Array(users), alert.TypeNoMovement); err != nil {
			return fmt.Errorf("read where people stand: %w", err)
		}
		ways, err := readWays(ctx, tx, company, users, from, now)
		if err != nil {
			return err
		}
		for _, spot := range spots {
			if at, ok := still.Moved(fixesOf(ways[spot.User], raised[spot.User], now), spot.Lat, spot.Lon); ok {
				moved[spot.User] = at
			}
		}
		return nil
	})
	return moved, err
}
