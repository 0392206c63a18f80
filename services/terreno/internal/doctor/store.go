package doctor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
)

// worker sees the positions of all companies, and adder which of their days wait.
var worker, adder = db.WorkerRole("tracking-ingest"), db.WorkerRole("summary")

const (
	selectWatermark = `SELECT stored_until, asked_at, extract(epoch FROM margin)::bigint AS margin_s FROM tracking.v_watermark`

	// What comes late has old fixes and waits since it was received. The watermark says what time it is. A message that a merge could
	// not read has 0 fixes and waits for an operator. Of companies that track people in their shifts only, a message waits for a
	// shift first, 48 hours from its reception.
	selectUnmerged = `SELECT count(*) AS messages, coalesce(sum(octet_length(track)), 0) AS bytes,
    (SELECT count(*) FROM tracking.arrived WHERE fixes = 0) AS unreadable,
    coalesce(greatest(extract(epoch FROM (SELECT asked_at FROM tracking.v_watermark) - min(greatest(received_at + CASE
        WHEN id_empresa IN (SELECT m.id_empresa FROM activity.v_on_shift_only m) THEN interval '48 hours' ELSE interval '0' END, last_at))), 0), 0)::bigint AS age_s
FROM tracking.arrived WHERE fixes > 0`

	// Days that are put off because they could not be computed are due later than those that wait.
	selectPending = `SELECT count(*) AS days, count(*) FILTER (WHERE attempts > 0) AS failing,
    coalesce(max(error) FILTER (WHERE attempts > 0), '') AS error,
    coalesce(greatest(extract(epoch FROM clock_timestamp() - min(due_at) FILTER (WHERE attempts = 0)), 0), 0)::bigint AS age_s FROM summary.pending`

	// A day has a mark for each hour that changed.
	selectMarks = `SELECT coalesce(r.reader, m.reader) AS reader, r.reader IS NOT NULL AS declared, coalesce(m.marks, 0) AS marks
FROM tracking.day_reader r FULL JOIN (SELECT reader, count(DISTINCT (company, user_id, day)) AS marks FROM tracking.changed_day GROUP BY reader) m USING (reader)
ORDER BY 1`
)

// asWorker reads as the role that sees all companies. Row-level security hides the rows from an administrator who is no superuser.
func asWorker(ctx context.Context, d *sqlx.DB, fn func(tx *sqlx.Tx) error) error {
	return as(ctx, d, worker, fn)
}

func as(ctx context.Context, d *sqlx.DB, role string, fn func(tx *sqlx.Tx) error) error {
	tx, err := d.BeginTxx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `SET LOCAL ROLE `+role); err != nil {
		return fmt.Errorf("become a role that sees all companies: %w", err)
	}
	return fn(tx)
}

type watermark struct {
	StoredUntil time.Time `db:"stored_until"`
	AskedAt     time.Time `db:"asked_at"`
	// MarginS is by how many seconds StoredUntil is behind AskedAt when nothing waits.
	MarginS int64 `db:"margin_s"`
}

// readWatermark returns zero times if there is no watermark.
func readWatermark(ctx context.Context, d *sqlx.DB) (w watermark, err error) {
	if err = d.GetContext(ctx, &w, selectWatermark); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return w, fmt.Errorf("read how far storage is: %w", err)
	}
	return w, nil
}

type unmerged struct {
	Messages, Bytes int64
	// Unreadable messages are not among them.
	Unreadable int64
	// Age is since when the oldest message could be merged, or since it was received if that was later.
	Age time.Duration
}

func readUnmerged(ctx context.Context, d *sqlx.DB) (unmerged, error) {
	var row struct {
		Messages, Bytes, Unreadable int64
		AgeS                        int64 `db:"age_s"`
	}
	err := asWorker(ctx, d, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &row, selectUnmerged) })
	if err != nil {
		return unmerged{}, fmt.Errorf("read what is not merged: %w", err)
	}
	return unmerged{row.Messages, row.Bytes, row.Unreadable, time.Duration(row.AgeS) * time.Second}, nil
}

type pending struct {
	Days, Failing int64
	// Error is one of those of the failing days.
	Error string
	// AgeS is for how many seconds the oldest day has been due that was never tried.
	AgeS int64 `db:"age_s"`
}

func readPending(ctx context.Context, d *sqlx.DB) (p pending, err error) {
	if err = as(ctx, d, adder, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &p, selectPending) }); err != nil {
		return p, fmt.Errorf("read which days wait to be added up: %w", err)
	}
	return p, nil
}

type marks struct {
	Reader string
	// Declared says that the reader takes marks.
	Declared bool
	Marks    int64
}

func readMarks(ctx context.Context, d *sqlx.DB) (all []marks, err error) {
	if err = asWorker(ctx, d, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &all, selectMarks) }); err != nil {
		return nil, fmt.Errorf("read which days changed: %w", err)
	}
	return all, nil
}

// forbidden says that the user may not do what it must.
func forbidden(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	return ok && e.Code == "42501"
}

// notProvisioned says that a role, a schema or a table is missing.
func notProvisioned(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	return ok && (e.Code == "42P01" || e.Code == "3F000" || e.Code == "42704" || e.Code == "22023")
}
