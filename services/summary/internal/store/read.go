package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/day"
)

// Errors on which a caller decides.
var (
	ErrNoUser   = errors.New("no such user among those whom the viewer may see")
	ErrTooMany  = errors.New("more rows than one answer holds")
	ErrNotFound = errors.New("nothing is known of this day")
)

// hidden is the condition that the company hides what lies outside shifts since a day was computed, and that not all of the day's positions lie
// in one shift. Such a day is computed again, if its positions are still there.
const hidden = `(d.first_at IS NOT NULL AND EXISTS (SELECT FROM activity.v_on_shift_only m WHERE m.id_empresa = d.id_empresa AND m.since > d.computed_at)
  AND NOT EXISTS (SELECT FROM activity.v_shift_span h WHERE h.id_empresa = d.id_empresa AND h.user_id = d.user_id
    AND h.started_at >= d.first_at - interval '36 hours' AND h.started_at <= d.first_at AND h.ended_by > d.last_at))`

const stored = `d.user_id, to_char(d.date, 'YYYY-MM-DD') AS date, d.zone, d.from_at, d.until_at, d.computed_at, d.algorithm, d.version, ` + hidden + ` AS hidden, ` + numbers

var (
	// $1 to $4 are those of visible.Viewer, $5 and $6 the period, $7 and $8 the user and the team.
	selected = `d.id_empresa = $1 AND ` + visible.Where("d.user_id", 2) + ` AND d.date BETWEEN $5 AND $6 AND ($7 = '' OR d.user_id = $7)
  AND ($8 = '' OR d.user_id IN (SELECT u.id FROM identity.v_users u WHERE u.teams @> ARRAY[$8::text]))`

	pageOfDays = `SELECT ` + stored + ` FROM summary.day d WHERE ` + selected + `
  AND ($9 = '' OR d.date <= $9::date AND (d.date < $9::date OR d.user_id > $10)) AND d.date <> ALL ($12::date[]) ORDER BY d.date DESC, d.user_id LIMIT $11`

	allDays = `SELECT ` + stored + `, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = d.user_id), '') AS user_name
FROM summary.day d WHERE ` + selected + ` ORDER BY d.date, d.user_id LIMIT $9`

	totals = `SELECT d.user_id, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = d.user_id), '') AS user_name,
    CASE $9 WHEN 'week' THEN to_char(d.date, 'IYYY-"W"IW') WHEN 'month' THEN to_char(d.date, 'YYYY-MM') ELSE 'all' END AS period,
    count(*) AS days, count(*) FILTER (WHERE d.hidden) AS hidden_days, ` + sums("distance_m", "moving_s", "stopped_s", "gap_m", "gap_s", "mock_m", "fixes", "late_fixes", "trips", "stops") + `
    coalesce(max(max_speed_mps) FILTER (WHERE NOT d.hidden), 0) AS max_speed_mps,
    sum(visits_done) AS visits_done, sum(visits_not_done) AS visits_not_done, sum(visits_open) AS visits_open,
    sum(shift_s) AS shift_s, sum(pause_s) AS pause_s
FROM (SELECT d.*, ` + hidden + ` AS hidden FROM summary.day d WHERE ` + selected + `) d GROUP BY 1, 2, 3 ORDER BY 3, 1 LIMIT $10`

	oneDay = `SELECT ` + stored + `, d.detail, d.route, d.parts FROM summary.day d WHERE d.id_empresa = $1 AND d.date = $2 AND d.user_id = $3`

	// Who has something on a date that is not closed, after the user $7.
	peopleOfDate = `SELECT DISTINCT d.user_id FROM (
    SELECT user_id FROM tracking.v_track WHERE first_at >= $10 AND first_at < $6 AND last_at >= $5
    UNION ALL SELECT worker FROM activity.v_visit WHERE win_from >= $5 AND win_from < $6
    UNION ALL SELECT user_id FROM activity.v_shift WHERE started_at >= $5::timestamptz - interval '36 hours' AND started_at < $6 AND (ended_at IS NULL OR ended_at > $5)
) d WHERE $1 <> '' AND ` + visible.Where("d.user_id", 2) + ` AND d.user_id > $7 AND ($8 = '' OR d.user_id = $8)
  AND ($9 = '' OR d.user_id IN (SELECT u.id FROM identity.v_users u WHERE u.teams @> ARRAY[$9::text])) ORDER BY 1 LIMIT $11`

	userIsSeen = `SELECT ` + visible.Where("asked.id", 1) + `
    AND (NOT $1 OR asked.id = $2 OR EXISTS (SELECT FROM identity.v_users u WHERE u.id = asked.id) OR EXISTS (SELECT FROM summary.day d WHERE d.user_id = asked.id))
FROM (VALUES ($4::text)) asked(id)`
)

// sums are columns that come from positions, without days that are hidden.
func sums(columns ...string) (text string) {
	for _, c := range columns {
		text += "coalesce(sum(" + c + ") FILTER (WHERE NOT d.hidden), 0) AS " + c + ", "
	}
	return text
}

// Filter selects days. An empty field has no effect; From and To are dates, both included.
type Filter struct {
	From, To   string
	User, Team string
}

func (f Filter) args(who auth.Claims) []any {
	return append(visible.Viewer(who), f.From, f.To, f.User, f.Team)
}

// Mark is a place in a list: after the day of a user.
type Mark struct {
	Date string `json:"d"`
	User string `json:"u"`
}

// Days returns closed days that the viewer may see, the newest date first and each by the ids of the users. Those of the dates but are left
// out.
func (s *Store) Days(ctx context.Context, who auth.Claims, f Filter, after Mark, limit int, but ...day.Window) (list []Stored, err error) {
	dates := pq.StringArray{}
	for _, w := range but {
		dates = append(dates, w.Date)
	}
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &list, pageOfDays, append(f.args(who), after.Date, after.User, limit, dates)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	for i := range list {
		list[i].shown()
	}
	return list, nil
}

// Named is a day and the name of its user.
type Named struct {
	Stored
	Name string `db:"user_name"`
}

// Each calls fn for the closed days that the viewer may see, oldest first. It ends with ErrTooMany after limit days.
func (s *Store) Each(ctx context.Context, who auth.Claims, f Filter, limit int, fn func(*Named) error) error {
	return s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		rows, err := tx.QueryxContext(ctx, allDays, append(f.args(who), limit+1)...)
		if err != nil {
			return fmt.Errorf("read days: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for n := 0; rows.Next(); n++ {
			if n == limit {
				return ErrTooMany
			}
			var row Named
			if err := rows.StructScan(&row); err != nil {
				return fmt.Errorf("read days: %w", err)
			}
			row.shown()
			if err := fn(&row); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// SummaryTotal is what the days of a user in a period come to.
type SummaryTotal struct {
	User       string  `db:"user_id" json:"user_id"`
	Name       string  `db:"user_name" json:"-"`
	Period     string  `db:"period" json:"period" example:"2026-W11" doc:"an ISO week such as 2026-W11, a month such as 2026-03, or all"`
	Days       int     `db:"days" json:"days" doc:"how many closed days of the user there are"`
	HiddenDays int     `db:"hidden_days" json:"hidden_days" doc:"how many of them are hidden: only their visits and shifts are in the sums"`
	DistanceM  float64 `db:"distance_m" json:"distance_m"`
	MovingS    int     `db:"moving_s" json:"moving_s"`
	StoppedS   int     `db:"stopped_s" json:"stopped_s"`
	GapM       float64 `db:"gap_m" json:"gap_m"`
	GapS       int     `db:"gap_s" json:"gap_s"`
	MockM      float64 `db:"mock_m" json:"mock_m"`
	Fixes      int     `db:"fixes" json:"fixes"`
	LateFixes  int     `db:"late_fixes" json:"late_fixes"`
	MaxSpeed   float64 `db:"max_speed_mps" json:"max_speed_mps" doc:"the highest of the days"`
	Trips      int     `db:"trips" json:"trips"`
	Stops      int     `db:"stops" json:"stops"`
	VisitsDone int     `db:"visits_done" json:"visits_done"`
	VisitsNot  int     `db:"visits_not_done" json:"visits_not_done"`
	VisitsOpen int     `db:"visits_open" json:"visits_open"`
	ShiftS     int     `db:"shift_s" json:"shift_s"`
	PauseS     int     `db:"pause_s" json:"pause_s"`
}

// Totals adds up the closed days that the viewer may see, by week, month or all. More than limit are ErrTooMany.
func (s *Store) Totals(ctx context.Context, who auth.Claims, f Filter, by string, limit int) (list []SummaryTotal, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &list, totals, append(f.args(who), by, limit+1)...)
	})
	if err != nil {
		return nil, fmt.Errorf("add days up: %w", err)
	}
	if len(list) > limit {
		return nil, ErrTooMany
	}
	return list, nil
}

// Whole is a day with its parts.
type Whole struct {
	Stored
	Detail day.Detail
	Route  []byte
	// Shown says what of the day people may see now.
	Shown *track.Shown
	// Closed is false when the day was computed for this answer.
	Closed bool
}

// Empty says that there is nothing to tell of the day.
func (w *Whole) Empty() bool {
	return w.Fixes+w.VisitsDone+w.VisitsNot+w.VisitsOpen+w.ShiftS+w.PauseS == 0
}

// Seen returns ErrNoUser when the viewer may not see a user or the user does not exist.
func (s *Store) Seen(ctx context.Context, who auth.Claims, user string) error {
	seen := false
	err := s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &seen, userIsSeen, append(visible.Of(who).Args(), user)...)
	})
	switch {
	case err != nil:
		return fmt.Errorf("look whether a user is seen: %w", err)
	case !seen:
		return ErrNoUser
	}
	return nil
}

// Day returns a closed day, or ErrNotFound if the date is closed and nothing is stored of the user. closed is false if the date is not
// closed: w is the time of the date. Ask Seen first.
func (s *Store) Day(ctx context.Context, company, user, date string) (is *Whole, w day.Window, closed bool, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) (err error) {
		if w, closed, err = window(ctx, tx, company, date, s.Zone(company)); err != nil || !closed {
			return err
		}
		var row struct {
			Stored
			Detail json.RawMessage `db:"detail"`
			Route  []byte          `db:"route"`
			Parts  pq.StringArray  `db:"parts"`
		}
		err = tx.GetContext(ctx, &row, oneDay, company, date, user)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		row.shown()
		is = &Whole{Stored: row.Stored, Route: row.Route, Closed: true}
		if err := json.Unmarshal(row.Detail, &is.Detail); err != nil {
			return err
		}
		who := shifts.Who{Company: company, User: user}
		shown, err := shifts.Read(ctx, tx, []shifts.Who{who}, row.From, row.Until)
		if err != nil {
			return err
		}
		is.Shown = shown.Of(company, user)
		is.hide()
		return nil
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("read a day: %w", err)
	}
	return is, w, closed, err
}

// hide drops the parts that do not lie in shifts since the day was computed, if the company hides that. A part of a day that was computed from
// what people may see may go from one shift into the next; one of a hidden day may not, for it says what lies between them.
func (w *Whole) hide() {
	if w.Shown == nil {
		return
	}
	kept := day.Detail{Trips: []day.Trip{}, Stops: []day.Stop{}, Gaps: []day.Gap{}}
	shows := func(from, until time.Time) bool {
		if w.Hidden {
			return w.Shown.Covers(from.UnixMilli(), until.UnixMilli())
		}
		return w.Shown.Shows(from.UnixMilli()) && w.Shown.Shows(until.UnixMilli())
	}
	for _, t := range w.Detail.Trips {
		if shows(t.FromAt, t.UntilAt) {
			kept.Trips = append(kept.Trips, t)
		}
	}
	for _, p := range w.Detail.Stops {
		if shows(p.FromAt, p.UntilAt) {
			kept.Stops = append(kept.Stops, p)
		}
	}
	for _, g := range w.Detail.Gaps {
		if shows(g.FromAt, g.UntilAt) {
			kept.Gaps = append(kept.Gaps, g)
		}
	}
	w.Detail = kept
}

// Compute computes a day that is not closed, up to now, and writes nothing.
func (s *Store) Compute(ctx context.Context, company, user string, w day.Window, now time.Time) (is *Whole, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		end := w.Until
		if now.Before(end) {
			end = now
		}
		d, err := compute(ctx, tx, company, user, w, end)
		if err != nil {
			return err
		}
		if _, err := d.Hash(day.Algorithm); err != nil { // a number that JSON does not have
			return err
		}
		is = &Whole{
			Stored: Stored{
				User: user, Date: w.Date, Zone: w.Zone, From: w.From, Until: w.Until, ComputedAt: now.UTC().Truncate(time.Millisecond),
				Algorithm: day.Algorithm, Numbers: d.Numbers,
			},
			Detail: d.Detail, Route: d.Route,
		}
		return nil
	})
	return is, err
}

// Open returns which of some dates are not closed, with their times.
func (s *Store) Open(ctx context.Context, company string, dates ...string) (open []day.Window, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		for _, date := range dates {
			w, closed, err := window(ctx, tx, company, date, s.Zone(company))
			if err != nil {
				return err
			}
			if !closed {
				open = append(open, w)
			}
		}
		return nil
	})
	return open, err
}

// People returns who has something on a date that is not closed, among those whom the viewer may see, after a user.
func (s *Store) People(ctx context.Context, who auth.Claims, w day.Window, f Filter, after string, limit int) (users []string, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &users, peopleOfDate, append(visible.Viewer(who), w.From, w.Until, after, f.User, f.Team, w.From.Truncate(24*time.Hour), limit)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read who has something on a date: %w", err)
	}
	return users, nil
}
