package schedule

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	// Claim only the oldest open run of a scope, and none while another run of the scope is in progress. A run that lost
	// its process in the last attempt is left to reap.
	claim = `
WITH picked AS (
	SELECT r.scope, r.slot FROM platform.job_run r
	WHERE r.job = $1 AND r.state IN ('due', 'running') AND r.attempts < $2
	  AND CASE r.state WHEN 'due' THEN r.retry_at IS NULL OR r.retry_at <= clock_timestamp() ELSE r.lease_until <= clock_timestamp() END
	  AND NOT EXISTS (
		SELECT FROM platform.job_run o
		WHERE o.job = r.job AND o.scope = r.scope AND o.slot <> r.slot AND o.state IN ('due', 'running')
		  AND ((o.due_at, o.slot) < (r.due_at, r.slot) OR o.state = 'running' AND o.lease_until > clock_timestamp()))
	ORDER BY r.due_at, r.scope LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE platform.job_run r SET state = 'running', attempts = r.attempts + 1, owner = $4, retry_at = NULL, error = '',
	lease_until = clock_timestamp() + $5 * interval '1 second', started_at = $6::timestamptz,
	late = r.late OR r.attempts = 0 AND r.requested_by = '' AND r.due_at + $7 * interval '1 second' < $6::timestamptz
FROM picked p WHERE r.job = $1 AND r.scope = p.scope AND r.slot = p.slot
RETURNING r.job, r.scope, r.slot, r.due_at, r.attempts, r.late, r.requested_by`
	extend = `
UPDATE platform.job_run r SET lease_until = clock_timestamp() + $5 * interval '1 second'
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS h(job, scope, slot, owner)
WHERE r.job = h.job AND r.scope = h.scope AND r.slot = h.slot AND r.owner = h.owner AND r.state = 'running'
RETURNING r.job, r.scope, r.slot, r.owner`
	// Write the end of a run only while the claim still belongs to its owner.
	finish = `
UPDATE platform.job_run SET state = $5, finished_at = $6, error = $7, lease_until = NULL
WHERE job = $1 AND scope = $2 AND slot = $3 AND owner = $4 AND state = 'running'`
	putBack = `
UPDATE platform.job_run SET state = 'due', retry_at = clock_timestamp() + $5 * interval '1 second', error = $6, lease_until = NULL,
	attempts = attempts - $7
WHERE job = $1 AND scope = $2 AND slot = $3 AND owner = $4 AND state = 'running'`
	reap = `
UPDATE platform.job_run SET state = 'failed', finished_at = $3, lease_until = NULL, error = 'the process ended during the last attempt'
WHERE job = ANY ($1) AND state = 'running' AND lease_until <= clock_timestamp() AND attempts >= $2
RETURNING job, state`
)

// claimed is a run on which this process holds the lease.
type claimed struct {
	Job         string    `db:"job"`
	Scope       string    `db:"scope"`
	Slot        string    `db:"slot"`
	DueAt       time.Time `db:"due_at"`
	Attempts    int       `db:"attempts"`
	Late        bool      `db:"late"`
	RequestedBy string    `db:"requested_by"`
	Owner       string    `db:"owner"`
}

// handle identifies a lease.
type handle struct {
	Job   string `db:"job"`
	Scope string `db:"scope"`
	Slot  string `db:"slot"`
	Owner string `db:"owner"`
}

func (c claimed) handle() handle { return handle{c.Job, c.Scope, c.Slot, c.Owner} }

// claimRuns claims at most n runs of one job.
func claimRuns(ctx context.Context, tx *sqlx.Tx, j Job, n int, owner string, o Options, now time.Time) (all []claimed, err error) {
	err = tx.SelectContext(ctx, &all, claim, j.Name, o.Attempts, n, owner, o.Lease.Seconds(), now, j.lateAfter().Seconds())
	if err != nil {
		return nil, fmt.Errorf("claim runs of %s: %w", j.Name, err)
	}
	for i := range all {
		all[i].Owner, all[i].DueAt = owner, all[i].DueAt.UTC()
	}
	return all, nil
}

// extendLeases extends leases, and returns those that are still ours.
func extendLeases(ctx context.Context, tx *sqlx.Tx, held []handle, lease time.Duration) (kept []handle, err error) {
	var jobs, scopes, slots, owners []string
	for _, h := range held {
		jobs, scopes, slots, owners = append(jobs, h.Job), append(scopes, h.Scope), append(slots, h.Slot), append(owners, h.Owner)
	}
	err = tx.SelectContext(ctx, &kept, extend, pq.Array(jobs), pq.Array(scopes), pq.Array(slots), pq.Array(owners), lease.Seconds())
	if err != nil {
		return nil, fmt.Errorf("extend leases: %w", err)
	}
	return kept, nil
}

func finishRun(ctx context.Context, tx *sqlx.Tx, h handle, state, why string, now time.Time) (ours bool, err error) {
	n, err := exec(ctx, tx, "record the end of a run", finish, h.Job, h.Scope, h.Slot, h.Owner, state, now, why)
	return n == 1, err
}

// putBackRun makes a run due again after a pause. If uncounted is true, the attempt does not count.
func putBackRun(ctx context.Context, tx *sqlx.Tx, h handle, pause time.Duration, why string, uncounted bool) (ours bool, err error) {
	back := 0
	if uncounted {
		back = 1
	}
	n, err := exec(ctx, tx, "put a run back", putBack, h.Job, h.Scope, h.Slot, h.Owner, pause.Seconds(), why, back)
	return n == 1, err
}

func reapRuns(ctx context.Context, tx *sqlx.Tx, jobs []Job, attempts int, now time.Time) (gone []closed, err error) {
	if err := tx.SelectContext(ctx, &gone, reap, pq.Array(names(jobs)), attempts, now); err != nil {
		return nil, fmt.Errorf("close runs whose process ended: %w", err)
	}
	return gone, nil
}
