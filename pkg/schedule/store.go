package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// errTaken: two services have a job of one name.
var errTaken = errors.New("another service has a job of this name")

const (
	upsertJob = `
INSERT INTO platform.job AS j (name, service, kind, every_s, local_time, about) VALUES ($1, $2, $3, nullif($4, 0), nullif($5, ''), $6)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, every_s = excluded.every_s, local_time = excluded.local_time, about = excluded.about
WHERE j.service = excluded.service`
	// A job of another kind cannot use the rows of its former kind.
	dropOtherKind = `DELETE FROM platform.job_schedule WHERE job = $1 AND (scope = '` + All + `') = ($2 = '` + kindDaily + `')`
	goneJobs      = `SELECT name FROM platform.job WHERE service = $1 AND name <> ALL ($2)`
	dropJobs      = `DELETE FROM platform.job WHERE name = ANY ($1)`
	dropSchedules = `DELETE FROM platform.job_schedule WHERE job = ANY ($1)`
	closeRuns     = `
UPDATE platform.job_run SET state = 'skipped', finished_at = $2, lease_until = NULL, retry_at = NULL, error = 'the job no longer exists'
WHERE job = ANY ($1) AND state IN ('due', 'running')`

	selectSchedule = `SELECT job, scope, zone, rule, next_slot, next_due_at FROM platform.job_schedule WHERE job = ANY ($1)`
	insertSchedule = `
INSERT INTO platform.job_schedule (job, scope, zone, rule, next_slot, next_due_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
ON CONFLICT (job, scope) DO NOTHING`
	lockSchedule = `
SELECT job, scope, zone, rule, next_slot, next_due_at FROM platform.job_schedule
WHERE (job, scope) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY job, scope FOR UPDATE`
	updateSchedule = `
UPDATE platform.job_schedule s SET zone = n.zone, rule = n.rule, next_slot = n.slot, next_due_at = n.due
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) AS n(job, scope, zone, rule, slot, due)
WHERE s.job = n.job AND s.scope = n.scope`

	takeDue = `
SELECT job, scope, zone, rule, next_slot, next_due_at FROM platform.job_schedule
WHERE job = ANY ($1) AND next_due_at <= $2 ORDER BY next_due_at LIMIT $3 FOR UPDATE SKIP LOCKED`
	tooFarAhead = `
SELECT job, scope, zone, rule, next_slot, next_due_at FROM platform.job_schedule
WHERE job = $1 AND next_due_at > $2 ORDER BY next_due_at LIMIT $3 FOR UPDATE SKIP LOCKED`
	// The primary key makes sure that a slot is planned only once.
	insertRuns = `
INSERT INTO platform.job_run (job, scope, slot, due_at, state, missed, error, finished_at)
SELECT n.job, n.scope, n.slot, n.due, n.state, n.missed, n.why, CASE n.state WHEN 'skipped' THEN $8::timestamptz END
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::int[], $7::text[]) AS n(job, scope, slot, due, state, missed, why)
ON CONFLICT (job, scope, slot) DO NOTHING`
	// A newer slot replaces a slot that nobody runs. A slot that a person requested stays.
	supersede = `
UPDATE platform.job_run r SET state = CASE r.attempts WHEN 0 THEN 'skipped' ELSE 'failed' END, finished_at = $4, retry_at = NULL,
	error = CASE r.attempts WHEN 0 THEN 'a newer slot came before this one began' ELSE r.error END
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS n(job, scope, due)
WHERE r.job = n.job AND r.scope = n.scope AND r.due_at < n.due AND r.state = 'due' AND r.requested_by = ''
RETURNING r.job, r.state`

	prune = `
DELETE FROM platform.job_run WHERE ctid IN (
	SELECT ctid FROM platform.job_run
	WHERE finished_at < $1 AND (job = ANY ($3) OR NOT EXISTS (SELECT FROM platform.job j WHERE j.name = job_run.job))
	LIMIT $2 FOR UPDATE SKIP LOCKED)`
	oldestDue = `
SELECT j.name AS job, (SELECT min(r.due_at) FROM platform.job_run r WHERE r.job = j.name AND r.state IN ('due', 'running')) AS due
FROM unnest($1::text[]) AS j(name)`
)

// registerJobs writes the jobs that the service has, and removes those that it no longer has.
func registerJobs(ctx context.Context, tx *sqlx.Tx, service string, jobs []Job, now time.Time) error {
	for _, j := range jobs {
		n, err := exec(ctx, tx, "write job "+j.Name, upsertJob, j.Name, service, j.kind(), j.seconds(), j.At, j.About)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("write job %s: %w", j.Name, errTaken)
		}
		if _, err := exec(ctx, tx, "drop lines of another kind", dropOtherKind, j.Name, j.kind()); err != nil {
			return err
		}
	}
	var gone []string
	if err := tx.SelectContext(ctx, &gone, goneJobs, service, pq.Array(names(jobs))); err != nil {
		return fmt.Errorf("look for jobs that no longer exist: %w", err)
	}
	if len(gone) == 0 {
		return nil
	}
	if _, err := exec(ctx, tx, "drop their schedules", dropSchedules, pq.Array(gone)); err != nil {
		return err
	}
	if _, err := exec(ctx, tx, "close their runs", closeRuns, pq.Array(gone), now); err != nil {
		return err
	}
	_, err := exec(ctx, tx, "drop jobs", dropJobs, pq.Array(gone)) // last: it is the job that says whose rows they are
	return err
}

// lines returns rows of job_schedule by column.
func lines(all []next) []any {
	var jobs, scopes, zones, rules, slots []string
	var dues []time.Time
	for _, n := range all {
		jobs, scopes, zones = append(jobs, n.Job), append(scopes, n.Scope), append(zones, n.Zone)
		rules, slots, dues = append(rules, n.Rule), append(slots, n.Slot), append(dues, n.DueAt)
	}
	return []any{pq.Array(jobs), pq.Array(scopes), pq.Array(zones), pq.Array(rules), pq.Array(slots), timestamps(dues)}
}

func addRuns(ctx context.Context, tx *sqlx.Tx, runs []planned, now time.Time) (int64, error) {
	var jobs, scopes, slots, states, whys []string
	var dues []time.Time
	var missed []int64
	for _, r := range runs {
		jobs, scopes, slots = append(jobs, r.Job), append(scopes, r.Scope), append(slots, r.Slot)
		states, whys, dues, missed = append(states, r.State), append(whys, r.Why), append(dues, r.DueAt), append(missed, int64(r.Missed))
	}
	return exec(ctx, tx, "add runs", insertRuns, pq.Array(jobs), pq.Array(scopes), pq.Array(slots), timestamps(dues), pq.Array(states),
		pq.Array(missed), pq.Array(whys), now)
}

type closed struct {
	Job   string `db:"job"`
	State string `db:"state"`
}

func supersedeRuns(ctx context.Context, tx *sqlx.Tx, newer []planned, now time.Time) (gone []closed, err error) {
	var jobs, scopes []string
	var dues []time.Time
	for _, r := range newer {
		jobs, scopes, dues = append(jobs, r.Job), append(scopes, r.Scope), append(dues, r.DueAt)
	}
	if err := tx.SelectContext(ctx, &gone, supersede, pq.Array(jobs), pq.Array(scopes), timestamps(dues), now); err != nil {
		return nil, fmt.Errorf("close runs that a newer slot replaces: %w", err)
	}
	return gone, nil
}

func selectLines(ctx context.Context, tx *sqlx.Tx, what, query string, args ...any) (all []next, err error) {
	if err := tx.SelectContext(ctx, &all, query, args...); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return all, nil
}

func exec(ctx context.Context, tx *sqlx.Tx, what, query string, args ...any) (int64, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return n, nil
}

// timestamps writes instants as text, because lib/pq has no array of times.
func timestamps(all []time.Time) any {
	text := make([]string, len(all))
	for i, t := range all {
		text[i] = t.UTC().Format(time.RFC3339Nano)
	}
	return pq.Array(text)
}

func names(jobs []Job) []string {
	all := make([]string, len(jobs))
	for i, j := range jobs {
		all[i] = j.Name
	}
	return all
}
