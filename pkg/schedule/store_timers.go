package schedule

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
)

// TimerSnippet creates the table of one-shot timers: write {{timer}} in a migration. due_at is domain time, and retry_at
// is wall time. Rows come and go fast, so autovacuum starts after a number of dead rows and not after a share of the
// table.
var TimerSnippet = db.Snippet{Name: "timer", SQL: `
CREATE TABLE timer (
	id_empresa text           NOT NULL,
	kind       text           NOT NULL,
	key        text           NOT NULL,
	due_at     timestamptz(3) NOT NULL,
	payload    json           NOT NULL,
	state      text           NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'failed')),
	attempts   integer        NOT NULL DEFAULT 0,
	retry_at   timestamptz,
	error      text           NOT NULL DEFAULT '',
	version    uuid           NOT NULL DEFAULT gen_random_uuid(), -- another one each time it is set, also after it was cancelled
	PRIMARY KEY (id_empresa, kind, key)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- By an expression, so that no question about one company takes this index and walks through the backlog of another.
CREATE INDEX timer_due ON timer ((due_at AT TIME ZONE 'UTC')) WHERE state = 'waiting';
CREATE INDEX timer_due_of_company ON timer (id_empresa, due_at, kind, key) WHERE state = 'waiting';
CREATE INDEX timer_failed ON timer (due_at) WHERE state = 'failed';
{{protect "timer"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON timer TO {{service}}, {{worker}};
`}

const (
	timerIsDue = `t.state = 'waiting' AND t.kind = ANY ($1) AND t.due_at <= $2::timestamptz AND (t.retry_at IS NULL OR t.retry_at <= clock_timestamp())`
	byDue      = `t.due_at AT TIME ZONE 'UTC'` // the expression of the index timer_due

	setTimerRow = `
INSERT INTO {timer} AS t (id_empresa, kind, key, due_at, payload) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id_empresa, kind, key) DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload, version = excluded.version,
	state = 'waiting', attempts = 0, retry_at = NULL, error = ''`
	cancelTimerRow = `DELETE FROM {timer} WHERE id_empresa = $1 AND kind = $2 AND key = $3`

	selectDueTimers = `
SELECT t.id_empresa FROM {timer} t WHERE ` + timerIsDue + ` AND ` + byDue + ` <= $2::timestamptz AT TIME ZONE 'UTC' ORDER BY ` + byDue + ` LIMIT $3`
	// The query jumps along the index from company to company, one step for each company that has a timer.
	selectDueTimersInTurn = `
WITH RECURSIVE company AS (
	(SELECT t.id_empresa FROM {timer} t WHERE t.state = 'waiting' ORDER BY t.id_empresa LIMIT 1)
	UNION ALL
	SELECT (SELECT t.id_empresa FROM {timer} t WHERE t.state = 'waiting' AND t.id_empresa > c.id_empresa ORDER BY t.id_empresa LIMIT 1)
	FROM company c WHERE c.id_empresa IS NOT NULL)
SELECT c.id_empresa FROM company c CROSS JOIN LATERAL (
	SELECT t.due_at, row_number() OVER (ORDER BY t.due_at) AS turn FROM (
		SELECT t.due_at FROM {timer} t WHERE t.id_empresa = c.id_empresa AND ` + timerIsDue + ` ORDER BY t.due_at LIMIT $4) t) d
ORDER BY d.turn, d.due_at LIMIT $3`

	claimTimerRow = `
SELECT t.id_empresa, t.kind, t.key, t.due_at, t.payload, t.attempts, t.version FROM {timer} t
WHERE t.id_empresa = $3 AND ` + timerIsDue + ` ORDER BY t.due_at, t.kind, t.key LIMIT 1 FOR UPDATE SKIP LOCKED`
	// If the effect has set the timer again, the version differs and the row stays.
	finishTimerRow  = `DELETE FROM {timer} WHERE id_empresa = $1 AND kind = $2 AND key = $3 AND version = $4`
	putBackTimerRow = `
UPDATE {timer} SET state = $5, attempts = attempts + $6, retry_at = clock_timestamp() + $7 * interval '1 second', error = $8
WHERE id_empresa = $1 AND kind = $2 AND key = $3 AND version = $4`

	measureTimerRows = `
SELECT (SELECT count(*) FROM (SELECT FROM {timer} t WHERE t.state = 'waiting' LIMIT 100000) w) AS waiting,
       (SELECT count(*) FROM (SELECT FROM {timer} t WHERE t.state = 'failed' LIMIT 100000) f) AS failed,
       (SELECT t.due_at FROM {timer} t WHERE t.state = 'waiting' ORDER BY ` + byDue + ` LIMIT 1) AS first`
	pruneTimerRows = `
DELETE FROM {timer} WHERE (id_empresa, kind, key) IN (
	SELECT t.id_empresa, t.kind, t.key FROM {timer} t WHERE t.state = 'failed' AND t.due_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`
)

// timerKey identifies a timer.
type timerKey struct{ Company, Kind, Key string }

// timerRow is a timer that this transaction has locked.
type timerRow struct {
	Company  string          `db:"id_empresa"`
	Kind     string          `db:"kind"`
	Key      string          `db:"key"`
	DueAt    time.Time       `db:"due_at"`
	Payload  json.RawMessage `db:"payload"`
	Attempts int             `db:"attempts"`
	Version  string          `db:"version"`
}

// timerLag is the state of the timers, for the metrics.
type timerLag struct {
	Waiting float64      `db:"waiting"`
	Failed  float64      `db:"failed"`
	First   sql.NullTime `db:"first"` // when the first timer is or was due
}

func in(schema, query string) string {
	return strings.ReplaceAll(query, "{timer}", pq.QuoteIdentifier(schema)+".timer")
}

func setTimer(ctx context.Context, tx *sqlx.Tx, schema string, k timerKey, due time.Time, payload []byte) error {
	_, err := exec(ctx, tx, "set a timer", in(schema, setTimerRow), k.Company, k.Kind, k.Key, due, string(payload))
	return err
}

func cancelTimer(ctx context.Context, tx *sqlx.Tx, schema string, k timerKey) (was bool, err error) {
	n, err := exec(ctx, tx, "cancel a timer", in(schema, cancelTimerRow), k.Company, k.Kind, k.Key)
	return n == 1, err
}

func dueTimers(ctx context.Context, tx *sqlx.Tx, schema string, kinds []string, now time.Time, limit int) (companies []string, err error) {
	if err := tx.SelectContext(ctx, &companies, in(schema, selectDueTimers), pq.Array(kinds), now, limit); err != nil {
		return nil, fmt.Errorf("look for due timers: %w", err)
	}
	return companies, nil
}

func dueTimersInTurn(ctx context.Context, tx *sqlx.Tx, schema string, kinds []string, now time.Time, limit, ofOne int) (companies []string, err error) {
	if err := tx.SelectContext(ctx, &companies, in(schema, selectDueTimersInTurn), pq.Array(kinds), now, limit, ofOne); err != nil {
		return nil, fmt.Errorf("look for due timers in turn: %w", err)
	}
	return companies, nil
}

// claimTimer locks the company's oldest due timer that no other transaction has locked. found is false when there is
// none.
func claimTimer(ctx context.Context, tx *sqlx.Tx, schema, company string, kinds []string, now time.Time) (r timerRow, found bool, err error) {
	err = tx.GetContext(ctx, &r, in(schema, claimTimerRow), pq.Array(kinds), now, company)
	if errors.Is(err, sql.ErrNoRows) {
		return timerRow{}, false, nil
	}
	if err != nil {
		return timerRow{}, false, fmt.Errorf("claim a timer: %w", err)
	}
	return r, true, nil
}

func finishTimer(ctx context.Context, tx *sqlx.Tx, schema string, r timerRow) error {
	_, err := exec(ctx, tx, "end a timer", in(schema, finishTimerRow), r.Company, r.Kind, r.Key, r.Version)
	return err
}

// putBackTimer makes a timer due again after a pause of wall time, or puts it aside as failed. A postponed attempt does
// not count.
func putBackTimer(ctx context.Context, tx *sqlx.Tx, schema string, r timerRow, result string, pause time.Duration, why string) error {
	state, attempt := "waiting", 1
	switch result {
	case resultPostponed:
		attempt = 0
	case resultFailed:
		state = "failed"
	}
	_, err := exec(ctx, tx, "put a timer back", in(schema, putBackTimerRow), r.Company, r.Kind, r.Key, r.Version, state, attempt, pause.Seconds(), why)
	return err
}

func measureTimers(ctx context.Context, tx *sqlx.Tx, schema string) (l timerLag, err error) {
	if err := tx.GetContext(ctx, &l, in(schema, measureTimerRows)); err != nil {
		return timerLag{}, fmt.Errorf("measure timers: %w", err)
	}
	return l, nil
}

func pruneTimers(ctx context.Context, tx *sqlx.Tx, schema string, before time.Time, limit int) (int64, error) {
	return exec(ctx, tx, "remove failed timers", in(schema, pruneTimerRows), before, limit)
}
