package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
)

const (
	// MaxSegment is how many fixes a segment holds at most: some 50 kB.
	MaxSegment = 4000
	// smallSegment is the size below which a segment is merged again with what came later the same day. So a user who reports
	// once a minute has one segment a day, and no fix is written more than some times.
	smallSegment = 1000
	// mostOfDay is how many fixes of segments one merge takes: those of a day at a fix a second are 86,400. They need 64 MB of memory.
	mostOfDay = 1_000_000
	// mergeMessages is how many messages one transaction merges: with 500 fixes each they take 32 MB of memory.
	mergeMessages = 1000
	// hiddenFor is how long what lies outside shifts waits for a shift. The statements below say it too.
	hiddenFor = 48 * time.Hour
)

const (
	// Users after ($1, $2) who have messages that ended before $3. Those of companies that hide what lies outside shifts stay for 48
	// hours, because a shift may yet become known that shows it.
	unmerged = `SELECT id_empresa, user_id FROM tracking.arrived WHERE (id_empresa, user_id) > ($1, $2) AND last_at < $3 AND fixes > 0
  AND (received_at < $3::timestamptz - interval '48 hours' OR id_empresa NOT IN (SELECT m.id_empresa FROM activity.v_on_shift_only m))
GROUP BY id_empresa, user_id ORDER BY id_empresa, user_id LIMIT $4`

	// Whoever merges, deletes or erases positions of a user holds this lock. Otherwise a merge could bring back what was erased.
	lockUser = `SELECT pg_advisory_xact_lock(hashtextextended('tracking.user:' || $1 || ':' || $2, 0))`

	// Messages of a user that ended before $3, the oldest first, and since when the company hides what lies outside shifts, if it does.
	takeArrived = `DELETE FROM tracking.arrived a USING (
    SELECT received_at, id FROM tracking.arrived WHERE id_empresa = $1 AND user_id = $2 AND last_at < $3 AND fixes > 0
      AND (received_at < $3::timestamptz - interval '48 hours' OR $1 NOT IN (SELECT m.id_empresa FROM activity.v_on_shift_only m))
    ORDER BY received_at, id LIMIT $4
) t WHERE a.id_empresa = $1 AND a.user_id = $2 AND a.received_at = t.received_at AND a.id = t.id
RETURNING a.received_at, a.id, a.first_at, a.last_at, a.fixes, a.track, (SELECT m.since FROM activity.v_on_shift_only m WHERE m.id_empresa = $1) AS hides_since`

	// Segments of the day from $3 to $7 that overlap the time from $4 to $5, or are small. An expression in place of $7 would keep
	// PostgreSQL from passing over the later days when it plans.
	touched = `FROM tracking.segment
WHERE id_empresa = $1 AND user_id = $2 AND first_at >= $3 AND first_at < $7
  AND (first_at <= $5 AND last_at >= $4 OR fixes < $6)`
	takeSegments  = `DELETE ` + touched + ` RETURNING track`
	countSegments = `SELECT coalesce(sum(fixes), 0) ` + touched

	// A message that cannot be read stays, and counts as one without fixes, so that no later merge tries it again.
	putBack = `INSERT INTO tracking.arrived (id_empresa, user_id, received_at, id, first_at, last_at, fixes, track)
VALUES (:id_empresa, :user_id, :received_at, :id, :first_at, :last_at, 0, :track)`

	insertSegments = `INSERT INTO tracking.segment (id_empresa, user_id, device_id, first_at, last_at, fixes, track)
SELECT $1, $2, device_id, timestamptz 'epoch' + first_ms * interval '1 millisecond', timestamptz 'epoch' + last_ms * interval '1 millisecond',
       fixes, track
FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::bytea[]) AS s(device_id, first_ms, last_ms, fixes, track)`
)

var (
	// The newest position of a user, if it was received from $3 on and before $4 and nobody may see it.
	cutLatest = `DELETE FROM tracking.latest_position l WHERE l.id_empresa = $1 AND l.user_id = $2 AND l.received_at >= $3 AND l.received_at < $4
  AND NOT ` + shifts.Where("l.id_empresa", "l.user_id", "l.recorded_at")
	replaceLatest = `INSERT INTO tracking.latest_position SELECT * FROM tracking.shown_position WHERE id_empresa = $1 AND user_id = $2 ON CONFLICT DO NOTHING`
)

// ErrTooMany says that a user has more positions on a day than a merge takes. They stay as they are, and are read as they are.
var ErrTooMany = errors.New("the user has too many positions to merge on one day")

// Who is a user of a company.
type Who struct {
	Company string `db:"id_empresa"`
	User    string `db:"user_id"`
}

// Unmerged returns at most limit users, by company and id, after the given one, who have messages that ended before an instant.
func (s *Store) Unmerged(ctx context.Context, after Who, before time.Time, limit int) (users []Who, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &users, unmerged, after.Company, after.User, before, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("look for positions to merge: %w", err)
	}
	return users, nil
}

// Merged says what Merge did.
type Merged struct {
	Messages, Segments int
	// Unreadable messages stay where they are. They are told once.
	Unreadable int
	// Cut is how many fixes were deleted, because they lie outside all shifts 48 hours after their reception.
	Cut int
	// More says that the user has more messages to merge.
	More bool
}

// Merge moves messages of a user that ended before an instant from tracking.arrived to tracking.segment, in one transaction.
// Fixes of days before keepFrom are left out. The segments' days must have a partition, or Merge returns ErrNoPartition.
// Merging loses and doubles nothing: of what was stored twice, the fix that was received first is kept. The exception is a company that
// hides what lies outside shifts: its messages stay until 48 hours after their reception, and what then is still outside is left out.
func (s *Store) Merge(ctx context.Context, who Who, before, keepFrom time.Time) (m Merged, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		m = Merged{}
		if _, err := tx.ExecContext(ctx, lockUser, who.Company, who.User); err != nil {
			return fmt.Errorf("lock the positions of a user: %w", err)
		}
		var rows []arrivedRow
		if err := tx.SelectContext(ctx, &rows, takeArrived, who.Company, who.User, before, mergeMessages); err != nil {
			return fmt.Errorf("take messages: %w", err)
		}
		days, unreadable := byDay(rows, track.Day(keepFrom.UnixMilli()))
		m = Merged{Messages: len(rows) - len(unreadable), Unreadable: len(unreadable), More: len(rows) == mergeMessages}
		for _, row := range unreadable {
			row.Who = who
			if _, err := tx.NamedExecContext(ctx, putBack, row); err != nil {
				return fmt.Errorf("put back a message that cannot be read: %w", err)
			}
		}
		if m.Cut, err = cut(ctx, tx, who, rows, days, before.Add(-hiddenFor)); err != nil {
			return err
		}
		for day, d := range days {
			n, err := mergeDay(ctx, tx, who, day, d)
			if err != nil {
				return err
			}
			m.Segments += n
		}
		return nil
	})
	if err != nil {
		return Merged{}, fmt.Errorf("merge positions: %w", noPartition(err))
	}
	return m, nil
}

type arrivedRow struct {
	Who
	ReceivedAt time.Time `db:"received_at"`
	ID         []byte    `db:"id"`
	FirstAt    time.Time `db:"first_at"`
	LastAt     time.Time `db:"last_at"`
	Fixes      int       `db:"fixes"`
	Track      []byte    `db:"track"`
	// HidesSince is nil if the company hides nothing.
	HidesSince *time.Time `db:"hides_since"`
}

// arrivals are the messages of a user's UTC day.
type arrivals struct {
	way         track.Way
	first, last time.Time
}

// byDay sorts messages by their UTC day, and leaves out days before from.
func byDay(rows []arrivedRow, from int64) (days map[int64]*arrivals, unreadable []arrivedRow) {
	days = map[int64]*arrivals{}
	for _, row := range rows {
		day := track.Day(row.FirstAt.UnixMilli())
		if day < from {
			continue
		}
		d := days[day]
		if d == nil {
			d = &arrivals{first: row.FirstAt, last: row.LastAt}
		}
		if d.way.Add(row.Track) != nil {
			unreadable = append(unreadable, row)
			continue
		}
		days[day] = d // once there is something to merge
		if row.FirstAt.Before(d.first) {
			d.first = row.FirstAt
		}
		if row.LastAt.After(d.last) {
			d.last = row.LastAt
		}
	}
	return days, unreadable
}

// cut leaves out what lies outside all shifts and was received since the company hides that. What was received before, while the
// company tracked always, stays: it is hidden, and not deleted because somebody tried the setting. until is the reception before which
// it is cut.
func cut(ctx context.Context, tx *sqlx.Tx, who Who, rows []arrivedRow, days map[int64]*arrivals, until time.Time) (fixes int, err error) {
	if len(rows) == 0 || rows[0].HidesSince == nil {
		return 0, nil
	}
	from, to := rows[0].FirstAt, rows[0].LastAt
	for _, r := range rows {
		if r.FirstAt.Before(from) {
			from = r.FirstAt
		}
		if r.LastAt.After(to) {
			to = r.LastAt
		}
	}
	is := shifts.Who(who)
	shown, err := shifts.Read(ctx, tx, []shifts.Who{is}, from, to.Add(time.Millisecond))
	if err != nil {
		return 0, err
	}
	since := rows[0].HidesSince.UnixMilli()
	for _, d := range days {
		fixes += d.way.Drop(func(f *track.Fix) bool { return f.ReceivedAt >= since && !shown[is].Shows(f.RecordedAt) })
	}
	if fixes == 0 {
		return 0, nil
	}
	if _, err := tx.ExecContext(ctx, cutLatest, who.Company, who.User, rows[0].HidesSince, until); err != nil {
		return 0, fmt.Errorf("delete a hidden newest position: %w", err)
	}
	if _, err := tx.ExecContext(ctx, replaceLatest, who.Company, who.User); err != nil {
		return 0, fmt.Errorf("replace a hidden newest position: %w", err)
	}
	return fixes, nil
}

// mergeDay writes the messages of a day together with the segments that they touch.
func mergeDay(ctx context.Context, tx *sqlx.Tx, who Who, day int64, d *arrivals) (segments int, err error) {
	start := time.Unix(day*24*60*60, 0).UTC()
	args := []any{who.Company, who.User, start, d.first, d.last, smallSegment, start.AddDate(0, 0, 1)}
	var count int64
	if err := tx.GetContext(ctx, &count, countSegments, args...); err != nil {
		return 0, fmt.Errorf("count what a merge would take: %w", err)
	}
	if count > mostOfDay {
		return 0, fmt.Errorf("%w: %d on %s", ErrTooMany, count, start.Format(time.DateOnly))
	}
	var old [][]byte
	if err := tx.SelectContext(ctx, &old, takeSegments, args...); err != nil {
		return 0, fmt.Errorf("take segments: %w", err)
	}
	for _, body := range old {
		if err := d.way.Add(body); err != nil {
			return 0, fmt.Errorf("read a segment: %w", err)
		}
	}
	var devices pq.StringArray
	var first, last, fixes pq.Int64Array
	var bodies pq.ByteaArray
	err = d.way.Devices(func(device string, all []track.Fix) error {
		for len(all) > 0 {
			part := all[:min(len(all), MaxSegment)]
			all = all[len(part):]
			body, _, err := track.Encode(device, part)
			if err != nil {
				return err
			}
			devices, bodies = append(devices, device), append(bodies, body)
			first, last, fixes = append(first, part[0].RecordedAt), append(last, part[len(part)-1].RecordedAt), append(fixes, int64(len(part)))
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if len(bodies) == 0 {
		return 0, nil
	}
	if _, err := tx.ExecContext(ctx, insertSegments, who.Company, who.User, devices, first, last, fixes, bodies); err != nil {
		return 0, fmt.Errorf("insert segments: %w", err)
	}
	return len(bodies), nil
}
