package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
)

// mostShifts is how many of a user's shifts are searched for the newest position in one: those of some weeks.
const mostShifts = 60

const (
	upsertShown = `INSERT INTO tracking.shown_position AS l (` + columnNames + `)` + rowsFromColumns + moveForward
	deleteShown = `DELETE FROM tracking.shown_position WHERE id_empresa = $1 AND user_id = $2`
	clearShown  = `DELETE FROM tracking.shown_position WHERE id_empresa = $1`

	// lockUser for many, one after the other.
	lockUsers = `SELECT pg_advisory_xact_lock(hashtextextended('tracking.user:' || w.company || ':' || w.id, 0))
FROM unnest($1::text[], $2::text[]) AS w(company, id)`

	hiding = `SELECT m.id_empresa FROM activity.v_on_shift_only m WHERE m.id_empresa = ANY ($1)`

	shiftsOfUser = `SELECT s.started_at, s.ended_by FROM activity.v_shift_span s WHERE s.id_empresa = $1 AND s.user_id = $2
ORDER BY s.started_at DESC LIMIT $3`
	// Tracks with something from $3 on and before $4; $5 is the midnight before $3.
	tracksInShift = `SELECT track FROM tracking.segment WHERE id_empresa = $1 AND user_id = $2 AND first_at >= $5 AND first_at < $4 AND last_at >= $3
UNION ALL
SELECT track FROM tracking.arrived WHERE id_empresa = $1 AND user_id = $2 AND first_at < $4 AND last_at >= $3`

	// Of the days from $3 on and before $4 of which something is stored, the hours that touch $5 to $6.
	markDays = `INSERT INTO tracking.changed_day (reader, company, user_id, day, hour)
SELECT r.reader, d.id_empresa, d.user_id, d.day, h.hour FROM (
    SELECT DISTINCT id_empresa, user_id, (first_at AT TIME ZONE 'UTC')::date AS day FROM (
        SELECT id_empresa, user_id, first_at FROM tracking.segment WHERE id_empresa = $1 AND user_id = $2 AND first_at >= $3 AND first_at < $4
        UNION ALL
        SELECT id_empresa, user_id, first_at FROM tracking.arrived WHERE id_empresa = $1 AND user_id = $2 AND first_at >= $3 AND first_at < $4) t
) d CROSS JOIN tracking.day_reader r CROSS JOIN generate_series(0, 23) AS h(hour)
WHERE d.day::timestamp + make_interval(hours => h.hour) BETWEEN ($5::timestamptz AT TIME ZONE 'UTC') - interval '1 hour' AND ($6::timestamptz AT TIME ZONE 'UTC')
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (reader, company, user_id, day, hour) DO UPDATE SET day = excluded.day WHERE false`

	usersAfter = `SELECT user_id FROM tracking.latest_position WHERE id_empresa = $1 AND user_id > $2 ORDER BY user_id LIMIT $3`
)

// hidingTracks returns the tracks of companies that hide, and locks their users in the order of the key. So whoever finds out what a
// shift reveals sees these tracks, or these tracks see the shift. The tracks must be in the order of the key.
func (s *Store) hidingTracks(ctx context.Context, tx *sqlx.Tx, tracks []Track) (theirs []Track, err error) {
	if s.hides == nil {
		return nil, nil
	}
	var companies, users pq.StringArray
	company, hides := "", false
	for i := range tracks {
		t := &tracks[i]
		if i == 0 || t.Company != company {
			company, hides = t.Company, s.hides(t.Company)
		}
		if !hides {
			continue
		}
		if n := len(theirs); n == 0 || theirs[n-1].Company != t.Company || theirs[n-1].User != t.User {
			companies, users = append(companies, t.Company), append(users, t.User)
		}
		theirs = append(theirs, *t)
	}
	if len(theirs) == 0 {
		return nil, nil
	}
	if _, err := tx.ExecContext(ctx, lockUsers, companies, users); err != nil {
		return nil, fmt.Errorf("lock the positions of users: %w", err)
	}
	return theirs, nil
}

// showNewest moves the newest visible positions forward.
func showNewest(ctx context.Context, tx *sqlx.Tx, tracks []Track) error {
	if len(tracks) == 0 {
		return nil
	}
	var who []shifts.Who
	from, to := tracks[0].FirstMS, tracks[0].LastMS
	for i := range tracks {
		if w := (shifts.Who{Company: tracks[i].Company, User: tracks[i].User}); i == 0 || w != who[len(who)-1] {
			who = append(who, w)
		}
		from, to = min(from, tracks[i].FirstMS), max(to, tracks[i].LastMS)
	}
	shown, err := shifts.Read(ctx, tx, who, time.UnixMilli(from), time.UnixMilli(to+1))
	if err != nil {
		return err
	}
	var latest []Position
	for i := range tracks {
		t := &tracks[i]
		is := shown.Of(t.Company, t.User)
		if is == nil {
			continue // the company does not hide
		}
		_, fixes, err := track.Decode(nil, t.Body)
		if err != nil {
			return fmt.Errorf("decode positions: %w", err)
		}
		for j := len(fixes) - 1; j >= 0; j-- {
			if !is.Shows(fixes[j].RecordedAt) {
				continue
			}
			p := Position{Company: t.Company, Position: clientjson.PositionOf(t.User, t.Device, &fixes[j])}
			if n := len(latest); n == 0 || latest[n-1].Company != p.Company || latest[n-1].UserID != p.UserID {
				latest = append(latest, p)
			} else if p.RecordedAt > latest[n-1].RecordedAt {
				latest[n-1] = p
			}
			break
		}
	}
	if len(latest) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, upsertShown, columns(latest)...); err != nil {
		return fmt.Errorf("move the newest visible positions: %w", err)
	}
	return nil
}

// Hiding returns those of some companies that hide what lies outside shifts.
func (s *Store) Hiding(ctx context.Context, companies []string) (map[string]bool, error) {
	var found []string
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &found, hiding, pq.Array(companies)) })
	if err != nil {
		return nil, fmt.Errorf("look which companies hide: %w", err)
	}
	set := make(map[string]bool, len(found))
	for _, c := range found {
		set[c] = true
	}
	return set, nil
}

// Reveal finds out what people may see of a user after a shift changed: it marks the user's days from from to to, for those who add
// up days, and finds the newest visible position. Doing it again changes nothing.
func (s *Store) Reveal(ctx context.Context, who Who, from, to time.Time) error {
	const day = 24 * time.Hour
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, lockUser, who.Company, who.User); err != nil {
			return fmt.Errorf("lock the positions of a user: %w", err)
		}
		first, end := from.UTC().Truncate(day), to.UTC().Add(day-time.Millisecond).Truncate(day)
		if _, err := tx.ExecContext(ctx, markDays, who.Company, who.User, first, end, from, to); err != nil {
			return fmt.Errorf("mark the days that a shift changed: %w", err)
		}
		p, found, err := newestInShift(ctx, tx, who)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, deleteShown, who.Company, who.User); err != nil {
			return fmt.Errorf("forget the newest visible position: %w", err)
		}
		if !found {
			return nil
		}
		if _, err := tx.ExecContext(ctx, upsertShown, columns([]Position{p})...); err != nil {
			return fmt.Errorf("keep the newest visible position: %w", err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("find out what a shift reveals: %w", err)
	}
	return nil
}

// newestInShift looks for a user's newest position in a shift, the latest shift first.
func newestInShift(ctx context.Context, tx *sqlx.Tx, who Who) (p Position, found bool, err error) {
	var spans []struct {
		From  time.Time `db:"started_at"`
		Until time.Time `db:"ended_by"`
	}
	if err := tx.SelectContext(ctx, &spans, shiftsOfUser, who.Company, who.User, mostShifts); err != nil {
		return p, false, fmt.Errorf("read shifts: %w", err)
	}
	for _, is := range spans {
		var bodies [][]byte
		if err := tx.SelectContext(ctx, &bodies, tracksInShift, who.Company, who.User, is.From, is.Until, is.From.UTC().Truncate(24*time.Hour)); err != nil {
			return p, false, fmt.Errorf("read positions of a shift: %w", err)
		}
		var way track.Way
		for _, body := range bodies {
			_ = way.Add(body) // one that cannot be read hides nothing else; compactar-posiciones reports it
		}
		err := way.Devices(func(device string, fixes []track.Fix) error {
			in := track.Between(fixes, is.From.UnixMilli(), is.Until.UnixMilli())
			if n := len(in); n > 0 && (!found || in[n-1].RecordedAt > int64(p.RecordedAt)) {
				p, found = Position{Company: who.Company, Position: clientjson.PositionOf(who.User, device, &in[n-1])}, true
			}
			return nil
		})
		if err != nil || found {
			return p, found, err
		}
	}
	return p, false, nil
}

// UsersAfter returns at most limit users of a company who have a position, by id, after the given one.
func (s *Store) UsersAfter(ctx context.Context, company, after string, limit int) (users []string, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &users, usersAfter, company, after, limit) })
	if err != nil {
		return nil, fmt.Errorf("list the users with a position: %w", err)
	}
	return users, nil
}

// ForgetShown removes the newest visible positions of a company that hides nothing any more.
func (s *Store) ForgetShown(ctx context.Context, company string) error {
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, clearShown, company)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget the newest visible positions: %w", err)
	}
	return nil
}
