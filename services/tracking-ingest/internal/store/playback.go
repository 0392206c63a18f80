package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/track"
)

// tracksOf reads what a user's devices recorded from $2 on and before $3, in the order in which it begins. One statement reads
// both tables, so that it sees what a merge moves in one of them. $4 is how many fixes are enough: tracks that begin later are not
// read, and next_at of the last row says when the first of these begins. No track crosses a UTC midnight, so days before $5, the
// midnight before $2, are not looked at. It is a parameter so that PostgreSQL plans without them.
const tracksOf = `SELECT track, next_at FROM (
    SELECT track, start, lead(start) OVER (ORDER BY start) AS next_at,
           coalesce(sum(fixes) OVER (ORDER BY start RANGE UNBOUNDED PRECEDING EXCLUDE GROUP), 0) AS before
    FROM (
        SELECT track, greatest(first_at, $2) AS start, fixes FROM tracking.segment
        WHERE user_id = $1 AND first_at >= $5 AND first_at < $3 AND last_at >= $2
        UNION ALL
        SELECT track, greatest(first_at, $2), fixes FROM tracking.arrived
        WHERE user_id = $1 AND first_at < $3 AND last_at >= $2
    ) t
) t WHERE before < $4 ORDER BY start`

// fewFixes is how many fixes the second turn of a playback reads at least.
const fewFixes = 1000

// Range selects a part of a user's positions, oldest first.
type Range struct {
	User string
	// Device is empty for all devices.
	Device string
	// From is included. To is not.
	From, To time.Time
	// Playback leaves out the positions up to this one. The zero time leaves out none.
	After       time.Time
	AfterDevice string
	Limit       int

	// shown is what people may see of the user.
	shown *track.Shown
}

// Playback returns positions of one user, as far as people may see them. seen is false when the viewer may not see the user or the user does not exist.
func (s *Store) Playback(ctx context.Context, who auth.Claims, r Range) (page []Position, seen bool, err error) {
	r.From, r.To = upToMS(r.From), upToMS(r.To)
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := tx.GetContext(ctx, &seen, userIsSeen, append(visible.Of(who).Args(), r.User)...); err != nil || !seen {
			return err
		}
		is := shifts.Who{Company: who.Company, User: r.User}
		shown, err := shifts.Read(ctx, tx, []shifts.Who{is}, r.From, r.To)
		if err != nil {
			return err
		}
		r.shown = shown[is]
		// Each turn reads a part whose end is before the next one's beginning, until the page is full. The parts become larger, because
		// each turn looks at all tracks that are left, and a page may pass over nearly everything.
		for from, enough := r.From, r.Limit; ; enough = min(max(2*enough, fewFixes), track.MaxFixes) {
			next, err := s.part(ctx, tx, who.Company, r, from, enough, &page)
			if err != nil || next.IsZero() || len(page) >= r.Limit {
				return err
			}
			from = next
		}
	})
	if err != nil {
		return nil, false, fmt.Errorf("read positions of a user: %w", err)
	}
	return page, seen, nil
}

// upToMS rounds an instant up to the millisecond. What is recorded at or after, or before, the one is so for the other, since
// positions have whole milliseconds.
func upToMS(t time.Time) time.Time { return t.Add(time.Millisecond - 1).Truncate(time.Millisecond) }

// part adds positions from an instant on to the page. It reads tracks until these have enough fixes. It returns where the next part
// begins, or zero if there is none.
func (s *Store) part(ctx context.Context, tx *sqlx.Tx, company string, r Range, from time.Time, enough int, page *[]Position) (next time.Time, err error) {
	rows, err := tx.QueryContext(ctx, tracksOf, r.User, from, r.To, enough, from.UTC().Truncate(24*time.Hour))
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = rows.Close() }()
	var way track.Way
	way.Show(r.shown)
	need, most := r.Limit-len(*page), track.MaxFixes
	for rows.Next() {
		var body []byte
		var nextAt *time.Time
		if err := rows.Scan(&body, &nextAt); err != nil {
			return time.Time{}, err
		}
		_ = way.Add(body)     // one that cannot be read hides nothing else; compactar-posiciones reports it
		if way.Len() > most { // any number of tracks may begin together
			r.trim(&way, from, need)
			most = max(most, 2*way.Len())
		}
		if next = (time.Time{}); nextAt != nil {
			next = *nextAt
		}
	}
	if err := rows.Err(); err != nil {
		return time.Time{}, err
	}
	until := r.To
	if !next.IsZero() {
		until = next
	}
	*page = slices.Grow(*page, min(way.Len(), r.Limit-len(*page)))
	way.Between(from.UnixMilli(), until.UnixMilli(), func(device string, f *track.Fix) bool {
		if r.wants(device, f) {
			*page = append(*page, Position{Company: company, Position: clientjson.PositionOf(r.User, device, f)})
		}
		return len(*page) < r.Limit
	})
	return next, nil
}

// trim drops what comes after the positions that a page still needs, so that a page takes no more memory than them and some tracks.
func (r Range) trim(way *track.Way, from time.Time, need int) {
	if r.shown != nil {
		way.Drop(func(f *track.Fix) bool { return !r.shown.Shows(f.RecordedAt) })
	}
	to := r.To.UnixMilli()
	way.Between(from.UnixMilli(), to, func(device string, f *track.Fix) bool {
		if r.wants(device, f) {
			if need--; need == 0 {
				to = f.RecordedAt + 1
			}
		}
		return need > 0
	})
	way.Keep(from.UnixMilli(), to)
}

func (r Range) wants(device string, f *track.Fix) bool {
	if r.Device != "" && r.Device != device {
		return false
	}
	at := r.After.UnixMilli()
	return r.After.IsZero() || f.RecordedAt > at || f.RecordedAt == at && device > r.AfterDevice
}
