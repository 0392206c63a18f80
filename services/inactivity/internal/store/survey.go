package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/hours"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

const (
	selectWatermark = `SELECT stored_until, asked_at, extract(epoch FROM margin)::float8 AS margin_s FROM tracking.v_watermark`
	// Judged advances with each check. If it made a leap ($2, seconds), nobody could look: until then nobody is blamed.
	setJudged = `INSERT INTO inactivity.judged AS j (judged_at) VALUES ($1) ON CONFLICT (one) DO UPDATE SET judged_at = greatest(j.judged_at, excluded.judged_at),
    excused_at = CASE WHEN extract(epoch FROM excluded.judged_at - j.judged_at) > $2 THEN excluded.judged_at ELSE j.excused_at END
RETURNING excused_at`
	selectHours = `SELECT s.id_empresa, s.scope, s.id, s.hours FROM inactivity.setting s WHERE s.hours <> '[]' AND ($1 = '' OR s.id_empresa = $1)`

	// Closing, which is done each minute, needs the hours of few companies.
	selectHoursOfLasting = selectHours + ` AND EXISTS (SELECT FROM inactivity.silence o WHERE o.id_empresa = s.id_empresa AND o.ended_at IS NULL)`

	// The companies with what they decided. by is how they expect people who have no setting of their own. $1 is now, and $2 to $5 are
	// the hours of work that last, of settings. $6 is the only company that is looked at; empty for all.
	companies = companiesWithout + `)`
	// The same, to be narrowed by a further condition.
	companiesWithout = `hours AS NOT MATERIALIZED (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS h(company, scope, id, since)),
company AS MATERIALIZED (
    SELECT c.id, s.silence_after_s, s.expected, s.hours <> '[]' AS has_hours, s.movement_after_s, s.low_battery_pct,
           EXISTS (SELECT FROM activity.v_shift_span p WHERE p.id_empresa = c.id AND p.tipo = 'jornada' AND p.started_at > $1::timestamptz - interval '30 days') AS has_shifts,
           EXISTS (SELECT FROM activity.v_on_shift_only m WHERE m.id_empresa = c.id) AS hides,
           EXISTS (SELECT FROM inactivity.setting o WHERE o.id_empresa = c.id AND o.scope IN ('team', 'user')) AS overrides
    FROM identity.v_directory_companies c
    LEFT JOIN inactivity.setting s ON s.id_empresa = c.id AND s.scope = 'company' AND s.id = c.id
    WHERE NOT c.suspended AND ($6 = '' OR c.id = $6)
`
	// The setting that holds for the user u of company c: its own, else of its teams the one that waits longest, else the company's
	// (selectHeld says the same of one user). The setting of a user or a team is complete, but for hours: without any, the company's hold.
	// A company that tracks people only in their shifts expects nobody outside them, whatever is set.
	effective = `LEFT JOIN LATERAL (
    SELECT o.scope, o.id, o.silence_after_s, o.expected, o.hours <> '[]' AS has_hours, o.movement_after_s, o.low_battery_pct
    FROM inactivity.setting o WHERE c.overrides AND o.id_empresa = c.id AND (o.scope = 'user' AND o.id = u.id OR o.scope = 'team' AND o.id = ANY (u.teams))
    ORDER BY o.scope = 'user' DESC, o.silence_after_s DESC, o.id LIMIT 1) own ON true
CROSS JOIN LATERAL (
    SELECT coalesce(own.silence_after_s, c.silence_after_s, 1800) AS after_s, coalesce(own.movement_after_s, c.movement_after_s, 0) AS movement_after_s,
           coalesce(own.low_battery_pct, c.low_battery_pct, 15) AS low_battery_pct,
           CASE WHEN c.hides THEN 'shifts' WHEN coalesce(own.expected, c.expected, 'auto') <> 'auto' THEN coalesce(own.expected, c.expected)
               WHEN c.has_shifts THEN 'shifts' WHEN own.has_hours OR c.has_hours THEN 'hours' ELSE 'always' END AS by,
           CASE WHEN own.has_hours THEN own.scope ELSE 'company' END AS hours_scope, CASE WHEN own.has_hours THEN own.id ELSE c.id END AS hours_id) e`
	hoursOf = `LEFT JOIN hours h ON h.company = c.id AND h.scope = e.hours_scope AND h.id = e.hours_id`

	// Who is expected now: whose shift lasts, and, where hours or nothing decide, who has reported in the last 30 days. Their positions are
	// looked for only in companies that may have such people.
	expected = companies + `, expected AS (
    SELECT c.id AS company, u.id AS user_id, e.by, e.after_s, e.movement_after_s, e.low_battery_pct, o.since, o.started_at AS began, l.contact_at AS contact, l.recorded_at, l.battery
    FROM activity.v_on_shift o
    JOIN company c ON c.id = o.id_empresa
    JOIN identity.v_directory_users u ON u.id_empresa = o.id_empresa AND u.id = o.user_id AND u.active
    ` + effective + `
    LEFT JOIN tracking.v_contact l ON l.id_empresa = o.id_empresa AND l.user_id = o.user_id
    WHERE e.by = 'shifts' AND NOT o.paused
    UNION ALL
    SELECT c.id, u.id, e.by, e.after_s, e.movement_after_s, e.low_battery_pct, greatest(CASE e.by WHEN 'hours' THEN h.since END, o.since), CASE e.by WHEN 'hours' THEN h.since END, l.contact_at, l.recorded_at, l.battery
    FROM company c
    JOIN tracking.v_contact l ON l.id_empresa = c.id AND l.contact_at > $1::timestamptz - interval '30 days'
    JOIN identity.v_directory_users u ON u.id_empresa = c.id AND u.id = l.user_id AND u.active
    ` + effective + `
    ` + hoursOf + `
    LEFT JOIN activity.v_on_shift o ON o.id_empresa = c.id AND o.user_id = u.id
    WHERE NOT c.hides AND NOT coalesce(o.paused, false) AND (c.overrides OR coalesce(c.expected, 'auto') IN ('hours', 'always') OR coalesce(c.expected, 'auto') = 'auto' AND NOT c.has_shifts)
      AND (e.by = 'always' OR e.by = 'hours' AND h.since IS NOT NULL)
)`
	// The counts of each company, and those of whom something changes. $7 is up to when we know who reported, $8 until when nobody
	// could look, or null. The conditions are those of package silence; TestTheSurveyCountsAsTheRule compares the two.
	survey = `WITH ` + expected + `
SELECT x.company, count(*) AS expected, count(*) FILTER (WHERE x.reporting) AS reporting, count(*) FILTER (WHERE x.reporting AND x.quiet) AS quiet,
       CASE WHEN x.ended_at IS NULL THEN x.shared_since END AS shared_since, CASE WHEN x.ended_at IS NULL THEN x.scope END AS scope, x.excused,
       json_agg(json_build_object('user', x.user_id, 'by', x.by, 'after', x.after_s, 'since', x.since, 'contact', x.contact)) FILTER (WHERE x.due) AS due
FROM (
    SELECT p.company, p.user_id, p.by, p.after_s, p.since, p.contact, sh.since AS shared_since, sh.ended_at, sh.scope, greatest(sh.ended_at, sh.excused_at, $8::timestamptz) AS excused,
           coalesce(p.contact > CASE WHEN sh.ended_at IS NULL AND sh.since IS NOT NULL THEN sh.since ELSE $7 END - interval '1 hour' - make_interval(secs => p.after_s), false) AS reporting,
           $7::timestamptz - greatest(p.contact, p.since) >= make_interval(secs => p.after_s / 2.0) AS quiet,
           $7::timestamptz - greatest(p.contact, p.since, sh.ended_at, sh.excused_at, $8) >= make_interval(secs => p.after_s)
               AND NOT (sh.since IS NOT NULL AND sh.ended_at IS NULL AND greatest(p.contact, p.since, sh.ended_at, sh.excused_at, $8) >= sh.since - interval '1 hour' - make_interval(secs => p.after_s))
               AND open.user_id IS NULL AS due
    FROM expected p
    LEFT JOIN inactivity.shared sh ON sh.id_empresa = p.company AND sh.cause = 'shared_silence'
    LEFT JOIN inactivity.silence open ON open.id_empresa = p.company AND open.user_id = p.user_id AND open.kind = 'inactividad' AND open.ended_at IS NULL
) x GROUP BY x.company, x.shared_since, x.ended_at, x.scope, x.excused`
	// Open alerts of companies where nobody is expected any longer, which the survey does not list.
	openShared = `SELECT s.id_empresa, s.cause, s.since, s.scope FROM inactivity.shared s WHERE s.ended_at IS NULL`
)

// due is a person as the survey tells it.
type due struct {
	User    string     `json:"user"`
	By      string     `json:"by"`
	After   int        `json:"after"`
	Since   *time.Time `json:"since"`
	Contact *time.Time `json:"contact"`
}

// Survey is how all companies are at a moment.
type Survey struct {
	Moment    silence.Moment
	Companies []silence.Company
	// By says why the people that are due are expected, by company and user.
	By map[[2]string]string
	// Behind are the companies that were told that the storage is behind.
	Behind map[string]bool
}

// Survey reads how all companies are now. Nobody is judged while nobody knows how far the storage is. When more
// than gap passed since the last survey, or since the storage stood still, nobody is blamed for that time.
func (s *Store) Survey(ctx context.Context, now time.Time, gap time.Duration) (out Survey, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		w, err := readWatermark(ctx, tx)
		if err != nil {
			return err
		}
		out = Survey{Moment: silence.At(now, w), By: map[[2]string]string{}, Behind: map[string]bool{}}
		if out.Moment.Judged.IsZero() {
			return nil
		}
		args, err := s.hoursArgs(ctx, tx, selectHours, now, "")
		if err != nil {
			return err
		}
		var excused sql.NullTime
		if err := tx.GetContext(ctx, &excused, setJudged, out.Moment.Judged, gap.Seconds()); err != nil {
			return fmt.Errorf("note up to when people are judged: %w", err)
		}
		if err := s.readCompanies(ctx, tx, &out, append(args, out.Moment.Judged, excused)); err != nil {
			return err
		}
		return out.readOpen(ctx, tx)
	})
	return out, err
}

func readWatermark(ctx context.Context, tx *sqlx.Tx) (*silence.Watermark, error) {
	var row struct {
		StoredUntil time.Time `db:"stored_until"`
		AskedAt     time.Time `db:"asked_at"`
		MarginS     float64   `db:"margin_s"`
	}
	err := tx.GetContext(ctx, &row, selectWatermark)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // nobody has looked at the storage yet
	}
	if err != nil {
		return nil, fmt.Errorf("read how far the storage is: %w", err)
	}
	return &silence.Watermark{StoredUntil: row.StoredUntil, AskedAt: row.AskedAt, Margin: time.Duration(row.MarginS * float64(time.Second))}, nil
}

// hoursArgs returns the first six parameters of statements with companies. statement reads the hours that they need. A team or a user
// whose hours cannot be read has those of its company. In a company whose own cannot be read, nobody is expected by them.
func (s *Store) hoursArgs(ctx context.Context, tx *sqlx.Tx, statement string, now time.Time, only string) ([]any, error) {
	var rows []struct {
		Company string `db:"id_empresa"`
		Scope   string `db:"scope"`
		ID      string `db:"id"`
		Hours   []byte `db:"hours"`
	}
	if err := tx.SelectContext(ctx, &rows, statement, only); err != nil {
		return nil, fmt.Errorf("read the hours of work: %w", err)
	}
	var companies, scopes, ids pq.StringArray
	var since []time.Time
	add := func(company, scope, id string, from time.Time) {
		companies, scopes, ids, since = append(companies, company), append(scopes, scope), append(ids, id), append(since, from)
	}
	own := map[string]time.Time{}
	var astray []int
	for i, r := range rows {
		week, err := readWeek(r.Hours)
		if err != nil {
			s.unreadable("hours", err, "id_empresa", r.Company, "scope", r.Scope, "id", r.ID)
			astray = append(astray, i)
			continue
		}
		if from, ok := week.Since(now, s.zone(r.Company)); ok {
			add(r.Company, r.Scope, r.ID, from)
			if r.Scope == OfCompany {
				own[r.Company] = from
			}
		}
	}
	for _, i := range astray {
		if from, ok := own[rows[i].Company]; ok {
			add(rows[i].Company, rows[i].Scope, rows[i].ID, from)
		}
	}
	return []any{now, companies, scopes, ids, pq.Array(since), only}, nil
}

func readWeek(raw []byte) (week hours.Week, err error) {
	if err := json.Unmarshal(raw, &week); err != nil {
		return nil, fmt.Errorf("decode hours of work: %w", err)
	}
	return week, nil
}

// readCompanies reads how each company is. One that cannot be read is passed over.
func (s *Store) readCompanies(ctx context.Context, tx *sqlx.Tx, out *Survey, args []any) error {
	rows, err := tx.QueryxContext(ctx, survey, args...)
	if err != nil {
		return fmt.Errorf("look at who reports: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r struct {
			Company     string         `db:"company"`
			Expected    int            `db:"expected"`
			Reporting   int            `db:"reporting"`
			Quiet       int            `db:"quiet"`
			SharedSince sql.NullTime   `db:"shared_since"`
			Scope       sql.NullString `db:"scope"`
			Excused     sql.NullTime   `db:"excused"`
			Due         []byte         `db:"due"`
		}
		if err := rows.StructScan(&r); err != nil {
			s.unreadable("company", err, "id_empresa", r.Company)
			continue
		}
		c := silence.Company{ID: r.Company, Expected: r.Expected, Reporting: r.Reporting, Quiet: r.Quiet, Shared: silence.Shared{Since: r.SharedSince.Time, Scope: r.Scope.String, Excused: r.Excused.Time}}
		var list []due
		if r.Due != nil {
			if err := json.Unmarshal(r.Due, &list); err != nil {
				s.unreadable("company", err, "id_empresa", r.Company)
				continue
			}
		}
		for _, d := range list {
			c.Due = append(c.Due, d.person())
			out.By[[2]string{c.ID, d.User}] = d.By
		}
		out.Companies = append(out.Companies, c)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read who reports: %w", err)
	}
	return nil
}

func (d due) person() silence.Person {
	p := silence.Person{User: d.User, After: time.Duration(d.After) * time.Second}
	if d.Since != nil {
		p.Since = *d.Since
	}
	if d.Contact != nil {
		p.Contact = *d.Contact
	}
	return p
}

func (out *Survey) readOpen(ctx context.Context, tx *sqlx.Tx) error {
	var open []struct {
		Company string    `db:"id_empresa"`
		Cause   string    `db:"cause"`
		Since   time.Time `db:"since"`
		Scope   string    `db:"scope"`
	}
	if err := tx.SelectContext(ctx, &open, openShared); err != nil {
		return fmt.Errorf("read what is shared: %w", err)
	}
	listed := map[string]bool{}
	for _, c := range out.Companies {
		listed[c.ID] = true
	}
	for _, o := range open {
		if o.Cause == alert.CauseStorageBehind {
			out.Behind[o.Company] = true
		} else if !listed[o.Company] {
			out.Companies = append(out.Companies, silence.Company{ID: o.Company, Shared: silence.Shared{Since: o.Since, Scope: o.Scope}})
		}
	}
	return nil
}
