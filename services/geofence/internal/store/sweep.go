package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

var (
	// The choice is random, so that companies that stay behind do not keep others away.
	unswept   = `SELECT id_empresa, version FROM geofence.plan WHERE version <> swept ORDER BY random() LIMIT $1`
	markSwept = `UPDATE geofence.plan p SET swept = w.version FROM unnest($1::text[], $2::bigint[]) AS w(id_empresa, version)
WHERE p.id_empresa = w.id_empresa AND (p.swept < w.version OR w.version = 0)`
	plannedCompany = `SELECT id_empresa FROM geofence.plan WHERE id_empresa > $1 ORDER BY id_empresa LIMIT $2`

	// People with a state, a recent position or both, in companies that have zones.
	candidateColumns = `SELECT id_empresa, user_id, p.version, s.zones, s.last_at, s.alert IS NOT NULL, l.recorded_at`
	// $1 is the instant after which a position is recent. $2 lists the companies whose states are behind their plan. From the
	// other companies, the query returns only users with an alert that a schedule may end, or with a missed position. A
	// position was missed if it is the user's newest, the rule would use it, and the state does not have it. (A newest position
	// that is not accurate enough hides a missed one before it. The next accurate position makes both past.)
	candidates = candidateColumns + `
FROM geofence.user_state s
FULL JOIN (SELECT id_empresa, user_id, recorded_at, accuracy_m FROM tracking.v_last_seen WHERE recorded_at > $1) l USING (id_empresa, user_id)
JOIN geofence.plan p USING (id_empresa)
WHERE id_empresa = ANY($2)
   OR (l.recorded_at > coalesce(s.last_at, '-infinity') AND coalesce(l.accuracy_m, 0) BETWEEN 0 AND p.max_accuracy_m
       AND ` + shifts.Where("l.id_empresa", "l.user_id", "l.recorded_at") + `)
   OR (s.alert IS NOT NULL AND EXISTS (SELECT FROM geofence.zone z WHERE z.id_empresa = p.id_empresa AND z.schedule::text <> '[]'))`
	candidatesOf = candidateColumns + `
FROM (SELECT * FROM geofence.user_state WHERE id_empresa = ANY($2)) s
FULL JOIN (SELECT id_empresa, user_id, recorded_at FROM tracking.v_last_seen WHERE recorded_at > $1 AND id_empresa = ANY($2)) l
    USING (id_empresa, user_id)
JOIN geofence.plan p USING (id_empresa)`
	lastJudged = `SELECT id_empresa, user_id, last_at FROM unnest($1::text[], $2::text[]) AS w(id_empresa, user_id)
JOIN geofence.user_state USING (id_empresa, user_id)`
)

// Unswept returns at most limit companies whose states have not yet been brought up to their plan, with the plan's version.
func (w Work) Unswept(ctx context.Context, limit int) (map[string]int64, error) {
	return w.versions(ctx, unswept, limit)
}

// MarkSwept notes the version of each company's plan to which its states were brought. A version of 0 makes the next sweep
// begin with the company anew.
func (w Work) MarkSwept(ctx context.Context, versions map[string]int64) error {
	var companies pq.StringArray
	var numbers pq.Int64Array
	for company, version := range versions {
		companies, numbers = append(companies, company), append(numbers, version)
	}
	if _, err := w.Tx.ExecContext(ctx, markSwept, companies, numbers); err != nil {
		return fmt.Errorf("note what is swept: %w", err)
	}
	return nil
}

// Companies returns at most limit companies that have a plan, sorted by id, starting after the given id.
func (w Work) Companies(ctx context.Context, after string, limit int) (list []string, err error) {
	if err := w.Tx.SelectContext(ctx, &list, plannedCompany, after, limit); err != nil {
		return nil, fmt.Errorf("list companies with zones: %w", err)
	}
	return list, nil
}

// Candidate is somebody whom a sweep may have to judge.
type Candidate struct {
	rule.Who
	// Plan is the version of the company's plan.
	Plan int64
	// Known says that there is a state; the next three fields come from it. Alerted says that an alert is in progress.
	Known   bool
	Zones   string
	LastAt  time.Time
	Alerted bool
	// Seen is when the newest position was recorded, or zero when that position is not recent.
	Seen time.Time
}

// Candidates calls fn for everyone whom a sweep may have to judge. Of the given companies, these are all people. Of the
// others, these are the people for whom a schedule may have ended or a position recorded after since was missed.
func (w Work) Candidates(ctx context.Context, since time.Time, companies []string, fn func(Candidate) error) error {
	return w.candidates(ctx, fn, candidates, since, pq.Array(companies))
}

// CandidatesOf calls fn for all people of some companies who have a state or a position recorded after since.
func (w Work) CandidatesOf(ctx context.Context, since time.Time, companies []string, fn func(Candidate) error) error {
	return w.candidates(ctx, fn, candidatesOf, since, pq.Array(companies))
}

func (w Work) candidates(ctx context.Context, fn func(Candidate) error, query string, args ...any) error {
	rows, err := w.Tx.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look for whom a sweep concerns: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Candidate
		var zones sql.NullString
		var last, seen sql.NullTime
		if err := rows.Scan(&c.Company, &c.User, &c.Plan, &zones, &last, &c.Alerted, &seen); err != nil {
			last.Time = forever // no instant: the visit calls this person unreadable, and the next sweep looks again
		}
		c.Known, c.Zones, c.LastAt, c.Seen = zones.Valid, zones.String, last.Time.UTC(), seen.Time.UTC()
		if err := fn(c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read whom a sweep concerns: %w", err)
	}
	return nil
}

// forever stands for the time of a last position that cannot be read, so that nobody is judged by it.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// LastJudged returns when each person's last judged position was recorded. A person who was never judged is missing.
func (w Work) LastJudged(ctx context.Context, who []rule.Who) (map[rule.Who]time.Time, error) {
	companies, users := columns(who)
	rows, err := w.Tx.QueryContext(ctx, lastJudged, companies, users)
	if err != nil {
		return nil, fmt.Errorf("read who was judged when: %w", err)
	}
	defer func() { _ = rows.Close() }()
	judged := make(map[rule.Who]time.Time, len(who))
	for rows.Next() {
		var is rule.Who
		var at time.Time
		if err := rows.Scan(&is.Company, &is.User, &at); err != nil {
			at = forever // unreadable, as above
		}
		judged[is] = at.UTC()
	}
	return judged, rows.Err()
}

// Fixes returns the positions of some users of a company that were recorded after since and up to until and that are shown, oldest
// first. Of each user it returns at most the newest limit positions. The
// transaction must come from AsWorkerFor, so that it sees only the positions of its company.
func (w Work) Fixes(ctx context.Context, company string, users []string, since, until time.Time, limit int, shown shifts.Shown) (map[string][]rule.Fix, error) {
	ways, err := shifts.Ways(ctx, w.Tx, company, users, shown, since, until, track.MaxFixes)
	if err != nil {
		return nil, err
	}
	fixes := make(map[string][]rule.Fix, len(ways))
	for user, way := range ways {
		var list []rule.Fix
		way.Between(since.UnixMilli()+1, until.UnixMilli()+1, func(device string, f *track.Fix) bool {
			list = append(list, rule.FixOf(device, f))
			return true
		})
		if list = list[max(0, len(list)-limit):]; len(list) > 0 {
			fixes[user] = list
		}
	}
	return fixes, nil
}
