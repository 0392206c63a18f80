package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
)

// Reasons for which a day is computed.
const (
	ReasonClose     = "close"
	ReasonRun       = "run"
	ReasonPositions = "positions"
	ReasonWork      = "work"
	ReasonAlgorithm = "algorithm"
)

const (
	// again is the end of every statement that fills the queue. Such a statement takes its rows in order, so that two do not deadlock. A
	// day that waits already keeps its turn, or gets an earlier one.
	again = ` ORDER BY 1, 2, 3
ON CONFLICT (company, user_id, date) DO UPDATE SET due_at = least(p.due_at, excluded.due_at), reason = excluded.reason, version = p.version + 1, attempts = 0`

	queue = `INSERT INTO summary.pending AS p (company, user_id, date, due_at, reason) `

	takeMarks = `SELECT (t.m).company, (t.m).user_id, (t.m).day::timestamp AT TIME ZONE 'UTC' + make_interval(hours => (t.m).hour) AS hour FROM (SELECT tracking.take_changed_day() AS m FROM generate_series(1, $1) OFFSET 0) t`

	// An hour of UTC touches one or two dates.
	queueMarks = queue + `SELECT DISTINCT c.id_empresa, m.user_id, c.date, statement_timestamp() + make_interval(secs => $5), '` + ReasonPositions + `'
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS m(company, user_id, hour)
JOIN summary.closing c ON c.id_empresa = m.company AND c.from_at < m.hour + interval '1 hour' AND c.until_at > m.hour
WHERE c.until_at > $4` + again

	countFinal = `SELECT count(*) FROM unnest($1::text[], $3::timestamptz[]) AS m(company, hour)
WHERE EXISTS (SELECT FROM summary.closing c WHERE c.id_empresa = m.company AND c.until_at <= $2 AND c.until_at >= m.hour + interval '1 hour')`

	// Days that a visit or shift is or was counted in, and the dates that it touches now. A day that a worker has in hand may count it
	// without a row yet that says so. The oldest that are due hold all of those: they are put into the queue again. In a company that hides
	// what lies outside shifts, a shift that changes changes its days also when they are final: people may see other positions.
	queueWork = queue + `SELECT DISTINCT w.company, w.user_id, w.date, statement_timestamp() + make_interval(secs => $7), '` + ReasonWork + `' FROM (
    SELECT c.id_empresa AS company, m.user_id, c.date, c.until_at, m.shift
    FROM unnest($1::text[], $2::text[], $4::timestamptz[], $5::timestamptz[], $8::boolean[]) AS m(company, user_id, from_at, until_at, shift)
    JOIN summary.closing c ON c.id_empresa = m.company AND c.from_at <= m.until_at AND c.until_at > m.from_at
    WHERE m.user_id <> ''
    UNION ALL
    SELECT d.id_empresa, d.user_id, d.date, d.until_at, m.shift
    FROM unnest($1::text[], $3::text[], $8::boolean[]) AS m(company, id, shift)
    JOIN summary.day d ON d.parts @> ARRAY[m.id] AND d.id_empresa = m.company
    UNION ALL
    SELECT h.company, h.user_id, h.date, 'infinity', false FROM (
        SELECT p.company, p.user_id, p.date FROM summary.pending p
        WHERE p.due_at <= statement_timestamp() AND p.company = ANY ($1) ORDER BY p.due_at LIMIT 100
    ) h
) w WHERE w.until_at > $6 OR w.shift AND w.company IN (SELECT m.id_empresa FROM activity.v_on_shift_only m)` + again

	// All days of companies that decided when their people are tracked, the newest first. They are due one after the other, so that the
	// days of other companies do not wait for all of them.
	queueCompanies = queue + `SELECT d.id_empresa, d.user_id, d.date,
    statement_timestamp() + make_interval(secs => $3 + 0.02 * (row_number() OVER (ORDER BY d.date DESC, d.user_id) - 1)), '` + ReasonWork + `'
FROM summary.day d WHERE d.id_empresa = ANY ($1) AND d.from_at >= $2` + again

	queueOutdated = queue + `SELECT d.id_empresa, d.user_id, d.date, statement_timestamp(), '` + ReasonAlgorithm + `' FROM (
    SELECT o.id_empresa, o.user_id, o.date FROM summary.day o WHERE o.algorithm < $1 AND o.from_at >= $2
      AND NOT EXISTS (SELECT FROM summary.pending w WHERE w.company = o.id_empresa AND w.user_id = o.user_id AND w.date = o.date)
    ORDER BY o.algorithm, o.date DESC LIMIT $3
) d` + again

	countPending = `SELECT count(*) FROM (SELECT FROM summary.pending WHERE attempts = 0 LIMIT $1) p`

	takePending = `SELECT company, user_id, to_char(date, 'YYYY-MM-DD') AS date, reason, version, attempts FROM summary.pending
WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`

	donePending = `DELETE FROM summary.pending WHERE company = $1 AND user_id = $2 AND date = $3`

	// What came meanwhile keeps its turn.
	failPending = `UPDATE summary.pending SET attempts = attempts + 1, error = $5, due_at = clock_timestamp() + make_interval(secs => $6)
WHERE company = $1 AND user_id = $2 AND date = $3 AND version = $4`

	pendingState = `SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts > 0) AS failing,
    coalesce(extract(epoch FROM clock_timestamp() - min(due_at) FILTER (WHERE due_at <= clock_timestamp())), 0) AS oldest_s FROM summary.pending`
)

// maxWaiting is how many days that wait are counted.
const maxWaiting = 10_000

// Of the dates $5 to $6: days that wait, and dates that are closed and whose people are not in the queue yet, or that nobody has closed
// although they ended before yesterday ($9 is today), as far back as somebody closes them (missedOf). $1 to $8 are those of a Filter.
var waiting = `SELECT (SELECT count(*) FROM (
    SELECT FROM summary.waiting d WHERE ` + selected + ` LIMIT $10
) w) + (SELECT count(*) FROM generate_series(
        greatest($5::date, coalesce((SELECT greatest(min(c.date), least(min(c.date) FILTER (WHERE c.date >= $9::date - ` + strconv.Itoa(missedDates) + `), $9::date - ` + strconv.Itoa(newDates) + `))
            FROM summary.closing c WHERE c.id_empresa = $1 HAVING count(*) > 0), $9::date - 1))::timestamp, $6::timestamp, interval '1 day') AS g(date)
    LEFT JOIN summary.closing c ON c.id_empresa = $1 AND c.date = g.date::date
    WHERE NOT coalesce(c.queued, g.date >= $9::date - 1)
)`

// Waiting returns how many days of a filter wait to be computed, also again, among those of the users whom the viewer may see. A date whose
// people are not known yet counts as one. Ask before you read the days: then a day that is missing is among those that wait.
func (s *Store) Waiting(ctx context.Context, who auth.Claims, f Filter, today string) (n int, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &n, waiting, append(f.args(who), today, maxWaiting)...)
	})
	if err != nil {
		return 0, fmt.Errorf("count the days that wait: %w", err)
	}
	return n, nil
}

// Pending is a day in the queue.
type Pending struct {
	Company  string `db:"company"`
	User     string `db:"user_id"`
	Date     string `db:"date"`
	Reason   string `db:"reason"`
	Version  int64  `db:"version"`
	Attempts int    `db:"attempts"`
}

type mark struct {
	Company string    `db:"company"`
	User    string    `db:"user_id"`
	Hour    time.Time `db:"hour"`
}

// TakeMarks moves at most limit marks of tracking to the queue. taken is how many there were, and final how many of them came for dates
// that do not change any more.
func (s *Store) TakeMarks(ctx context.Context, limit int, now time.Time) (taken, final int, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		var marks []mark
		if err := tx.SelectContext(ctx, &marks, takeMarks, limit); err != nil || len(marks) == 0 {
			return err
		}
		companies, users, hours := make(pq.StringArray, len(marks)), make(pq.StringArray, len(marks)), make([]time.Time, len(marks))
		for i, m := range marks {
			companies[i], users[i], hours[i] = m.Company, m.User, m.Hour
		}
		before := now.Add(-s.o.Late)
		if _, err := tx.ExecContext(ctx, queueMarks, companies, users, pq.Array(hours), before, s.o.Debounce.Seconds()); err != nil {
			return err
		}
		taken = len(marks)
		return tx.GetContext(ctx, &final, countFinal, companies, before, pq.Array(hours))
	})
	if err != nil {
		return 0, 0, fmt.Errorf("take the days that changed: %w", err)
	}
	return taken, final, nil
}

// Work is a visit or a shift that changed: whose it is now, or was, and when.
type Work struct {
	Company, User, ID string
	From, Until       time.Time
	Shift             bool
}

// QueueWork puts days into the queue whose visits or shifts changed, and all days of companies that decided when their people are tracked.
func (s *Store) QueueWork(ctx context.Context, list []Work, companies []string, now time.Time) (queued int64, err error) {
	n := len(list)
	company, user, id := make(pq.StringArray, n), make(pq.StringArray, n), make(pq.StringArray, n)
	from, until, shift := make([]time.Time, n), make([]time.Time, n), make(pq.BoolArray, n)
	for i, w := range list {
		company[i], user[i], id[i], from[i], until[i], shift[i] = w.Company, w.User, w.ID, w.From, w.Until, w.Shift
	}
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if n > 0 {
			r, err := tx.ExecContext(ctx, queueWork, company, user, id, pq.Array(from), pq.Array(until), now.Add(-s.o.Late), s.o.Debounce.Seconds(), shift)
			if err != nil {
				return err
			}
			if queued, err = r.RowsAffected(); err != nil {
				return err
			}
		}
		if len(companies) == 0 {
			return nil
		}
		// Their patterns are made anew, of what people may see now.
		if _, err := tx.ExecContext(ctx, deletePatterns, pq.Array(companies)); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, queueCompanies, pq.Array(companies), s.oldest(now), s.o.Debounce.Seconds())
		if err != nil {
			return err
		}
		more, err := r.RowsAffected()
		queued += more
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("queue days whose work changed: %w", err)
	}
	return queued, nil
}

// QueueOutdated puts days into the queue that an older version of the algorithm computed, the newest first: at most limit, and none while
// as many wait already. Days that could not be computed do not count: they may wait for long.
func (s *Store) QueueOutdated(ctx context.Context, algorithm, limit int, now time.Time) (queued int64, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		var waiting int
		if err := tx.GetContext(ctx, &waiting, countPending, limit); err != nil || waiting >= limit {
			return err
		}
		r, err := tx.ExecContext(ctx, queueOutdated, algorithm, s.oldest(now), limit)
		if err != nil {
			return err
		}
		queued, err = r.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("queue days of an older algorithm: %w", err)
	}
	return queued, nil
}

// take locks the day that has been due for longest. ok is false when none is due that nobody else has in hand.
func take(ctx context.Context, ch *change.Change) (p Pending, ok bool, err error) {
	err = ch.Tx.GetContext(ctx, &p, takePending)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("take a day that is due: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, `SELECT set_config('terreno.tenant', $1, true)`, p.Company); err != nil {
		return p, false, fmt.Errorf("work for a company: %w", err)
	}
	return p, true, nil
}

// Fail puts a day off that could not be computed.
func (s *Store) Fail(ctx context.Context, p Pending, because string, pause time.Duration) error {
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, failPending, p.Company, p.User, p.Date, p.Version, because, pause.Seconds())
		return err
	})
	if err != nil {
		return fmt.Errorf("put a day off: %w", err)
	}
	return nil
}

// Queue says how the queue is.
type Queue struct {
	Waiting int     `db:"waiting"`
	Failing int     `db:"failing"`
	OldestS float64 `db:"oldest_s"`
}

// Queue returns how the queue is.
func (s *Store) Queue(ctx context.Context) (q Queue, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &q, pendingState) })
	if err != nil {
		return q, fmt.Errorf("look at the queue: %w", err)
	}
	return q, nil
}
