package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
	"github.com/terreno/terreno/services/inactivity/internal/still"
)

const (
	// Who reports, works for long enough, and is in a company that wants to know who does not move. Most companies do not.
	movers = `WITH ` + expected + `
SELECT p.company, p.user_id, p.by, p.movement_after_s FROM expected p
LEFT JOIN inactivity.silence open ON open.id_empresa = p.company AND open.user_id = p.user_id AND open.kind <> 'bateria_baja' AND open.ended_at IS NULL
WHERE p.movement_after_s > 0 AND open.user_id IS NULL AND p.contact > $1::timestamptz - make_interval(secs => p.movement_after_s)
  AND coalesce(p.since <= $1::timestamptz - make_interval(secs => p.movement_after_s), true)
ORDER BY p.company, p.movement_after_s, p.user_id`
	anyMovement = `SELECT EXISTS (SELECT FROM inactivity.setting s WHERE s.movement_after_s > 0)`
	// Where people have work within twelve hours before or after an instant.
	sitesOf = `SELECT v.worker, v.state = 'en_sitio' AS on_site, v.lat, v.lon, coalesce(v.radius_m, 0) AS radius_m FROM activity.v_visit v
WHERE v.worker = ANY ($1) AND v.win_from < $2::timestamptz + interval '12 hours' AND v.win_from > $2::timestamptz - interval '31 days'
  AND v.win_until > $2::timestamptz - interval '12 hours'`
	setSpot = `UPDATE inactivity.silence SET lat = $4, lon = $5, accuracy_m = $6 WHERE id_empresa = $1 AND user_id = $2 AND kind = $3 AND ended_at IS NULL`
)

// Where people are now, as far as people may see. It costs no track.
var newestOf = `SELECT DISTINCT ON (p.user_id) p.user_id, p.recorded_at, p.lat, p.lon, coalesce(p.accuracy_m, 0) AS accuracy_m FROM tracking.v_latest_position p
WHERE p.id_empresa = $1 AND p.user_id = ANY ($2) AND ` + shifts.Where("p.id_empresa", "p.user_id", "p.recorded_at") + ` ORDER BY p.user_id, p.recorded_at DESC`

// Mover is somebody who may stand still.
type Mover struct {
	Company string `db:"company"`
	User    string `db:"user_id"`
	By      string `db:"by"`
	AfterS  int    `db:"movement_after_s"`
}

// Movers returns who may stand still, by company and then by how long they may: nobody while no company wants to know.
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

// away is somebody who stood still and may have left, and from when its track is looked at.
type away struct {
	Lasting
	from time.Time
}

// Moved returns when people of a company who stood still left their spot, by user. Who did not is missing. It reads where each is now,
// and a track only of those who are away from their spot: as much of it as the setting waits before a standstill, and once more all of it
// for whoever left earlier than that. Who has not reported for so long is not looked at: it is silent.
func (s *Store) Moved(ctx context.Context, company string, list []Lasting, now time.Time) (moved map[string]time.Time, err error) {
	moved = map[string]time.Time{}
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		left, err := readAway(ctx, tx, company, list, now)
		if err != nil {
			return err
		}
		if left, err = readLeft(ctx, tx, company, left, now, moved); err != nil {
			return err
		}
		for i, a := range left {
			left[i].from = silence.Latest(a.RaisedAt, now.Add(-maxExplained))
		}
		_, err = readLeft(ctx, tx, company, left, now, moved)
		return err
	})
	return moved, err
}

// readAway returns those whose newest position is not near their spot.
func readAway(ctx context.Context, tx *sqlx.Tx, company string, list []Lasting, now time.Time) (left []away, err error) {
	users := make(pq.StringArray, len(list))
	for i, l := range list {
		users[i] = l.User
	}
	var rows []struct {
		User      string    `db:"user_id"`
		Recorded  time.Time `db:"recorded_at"`
		Lat       float64   `db:"lat"`
		Lon       float64   `db:"lon"`
		AccuracyM float64   `db:"accuracy_m"`
	}
	if err := tx.SelectContext(ctx, &rows, newestOf, company, users); err != nil {
		return nil, fmt.Errorf("read where people are: %w", err)
	}
	newest := map[string]still.Fix{}
	for _, r := range rows {
		newest[r.User] = still.Fix{At: r.Recorded, Lat: r.Lat, Lon: r.Lon, AccuracyM: r.AccuracyM}
	}
	for _, l := range list {
		after := time.Duration(l.AfterS) * time.Second
		f, ok := newest[l.User]
		if !ok || l.Lat == nil || l.Lon == nil || !f.At.After(silence.Latest(l.RaisedAt, now.Add(-after))) || f.Near(*l.Lat, *l.Lon) {
			continue
		}
		// Where somebody was before it stood still says nothing.
		left = append(left, away{l, silence.Latest(l.RaisedAt, f.At.Add(-after))})
	}
	return left, nil
}

// readLeft notes when people left their spot. It returns those who were away at the beginning of what it looked at already.
func readLeft(ctx context.Context, tx *sqlx.Tx, company string, list []away, now time.Time, moved map[string]time.Time) (earlier []away, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	var users []string
	from := now
	for _, a := range list {
		users = append(users, a.User)
		if a.from.Before(from) {
			from = a.from
		}
	}
	ways, err := readWays(ctx, tx, company, users, from, now)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		fixes := fixesOf(ways[a.User], a.from, now)
		at, ok := still.Moved(fixes, *a.Lat, *a.Lon)
		if !ok {
			continue
		}
		moved[a.User] = at
		if at.Equal(fixes[0].At) && a.from.After(a.RaisedAt) {
			earlier = append(earlier, a)
		}
	}
	return earlier, nil
}
