package schedule

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	listJobs = `
SELECT j.name, j.service, j.about, coalesce(j.every_s, 0) AS every_s, coalesce(j.local_time, '') AS local_time,
       (SELECT min(s.next_due_at) FROM platform.job_schedule s WHERE s.job = j.name AND ($1 = '' OR s.scope IN ('` + All + `', $1))) AS next_due_at
FROM platform.job j ORDER BY j.name`
	selectJob = `
SELECT name, service, about, coalesce(every_s, 0) AS every_s, coalesce(local_time, '') AS local_time FROM platform.job WHERE name = $1`
	scheduledZone = `SELECT zone FROM platform.job_schedule WHERE job = $1 AND scope = $2`

	runColumns = `r.job, r.scope, r.slot, r.due_at, r.state, r.late, r.missed, r.attempts, r.started_at, r.finished_at, r.error, r.requested_by`
	// The newest slot comes first. Each filter adds its own condition, rather than "or the filter is empty", so that
	// PostgreSQL can use an index.
	runsOfJob     = `SELECT ` + runColumns + ` FROM platform.job_run r WHERE r.job = $1`
	runsOfCompany = ` AND r.scope IN ('` + All + `', $%d)`
	runsInState   = ` AND r.state = $%d`
	runsAfter     = ` AND (r.due_at, r.scope, r.slot) < ($%d, $%d, $%d)`
	runsOrder     = ` ORDER BY r.due_at DESC, r.scope DESC, r.slot DESC LIMIT $%d`

	requestRun = `
INSERT INTO platform.job_run AS r (job, scope, slot, due_at, state, requested_by) VALUES ($1, $2, $3, $4, 'due', $5)
ON CONFLICT (job, scope, slot) DO UPDATE SET state = 'due', attempts = 0, late = false, error = '', owner = '', retry_at = NULL,
	started_at = NULL, finished_at = NULL, requested_by = excluded.requested_by
WHERE r.state NOT IN ('due', 'running')
RETURNING ` + runColumns
)

type jobRow struct {
	Name      string       `db:"name"`
	Service   string       `db:"service"`
	About     string       `db:"about"`
	EveryS    int64        `db:"every_s"`
	LocalTime string       `db:"local_time"`
	NextDueAt sql.NullTime `db:"next_due_at"`
}

func (r jobRow) info() Info {
	return Info{
		Name: r.Name, Service: r.Service, About: r.About, Every: time.Duration(r.EveryS) * time.Second, At: r.LocalTime,
		NextDueAt: instantOf(r.NextDueAt),
	}
}

type runRow struct {
	Job         string       `db:"job"`
	Scope       string       `db:"scope"`
	Slot        string       `db:"slot"`
	DueAt       time.Time    `db:"due_at"`
	State       string       `db:"state"`
	Late        bool         `db:"late"`
	Missed      int          `db:"missed"`
	Attempts    int          `db:"attempts"`
	StartedAt   sql.NullTime `db:"started_at"`
	FinishedAt  sql.NullTime `db:"finished_at"`
	Error       string       `db:"error"`
	RequestedBy string       `db:"requested_by"`
}

func (r runRow) info() RunInfo {
	return RunInfo{
		Job: r.Job, Scope: r.Scope, Slot: r.Slot, DueAt: r.DueAt.UTC(), State: r.State, Late: r.Late, Missed: r.Missed,
		Attempts: r.Attempts, StartedAt: instantOf(r.StartedAt), FinishedAt: instantOf(r.FinishedAt), Error: r.Error, RequestedBy: r.RequestedBy,
	}
}

func instantOf(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

func readJob(ctx context.Context, tx *sqlx.Tx, name string) (row jobRow, err error) {
	err = tx.GetContext(ctx, &row, selectJob, name)
	if errors.Is(err, sql.ErrNoRows) {
		return row, ErrNoJob
	}
	if err != nil {
		return row, fmt.Errorf("read job: %w", err)
	}
	return row, nil
}

func listRuns(ctx context.Context, tx *sqlx.Tx, f Filter) ([]RunInfo, error) {
	query, args := runsOfJob, []any{f.Job}
	add := func(clause string, values ...any) {
		places := make([]any, len(values))
		for i, v := range values {
			args = append(args, v)
			places[i] = len(args)
		}
		query += fmt.Sprintf(clause, places...)
	}
	if f.Company != "" {
		add(runsOfCompany, f.Company)
	}
	if f.State != "" {
		add(runsInState, f.State)
	}
	if f.After != (Mark{}) {
		add(runsAfter, f.After.DueAt, f.After.Scope, f.After.Slot)
	}
	add(runsOrder, f.Limit)
	var rows []runRow
	if err := tx.SelectContext(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	all := make([]RunInfo, 0, len(rows))
	for _, r := range rows {
		all = append(all, r.info())
	}
	return all, nil
}
