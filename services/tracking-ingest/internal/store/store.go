package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/pkg/visible"
)

const (
	// The function columns gives the parameters in this order.
	rowsFromColumns = `
SELECT id_empresa, user_id, device_id,
       timestamptz 'epoch' + recorded_ms * interval '1 millisecond',
       timestamptz 'epoch' + received_ms * interval '1 millisecond',
       lat, lon, accuracy_m, altitude_m, speed_mps, bearing_deg, battery, charging, activity, mock
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::float8[], $7::float8[],
            $8::float4[], $9::float4[], $10::float4[], $11::float4[], $12::float4[], $13::boolean[], $14::text[], $15::boolean[])
     AS r(id_empresa, user_id, device_id, recorded_ms, received_ms, lat, lon,
          accuracy_m, altitude_m, speed_mps, bearing_deg, battery, charging, activity, mock)`

	columnNames = `id_empresa, user_id, device_id, recorded_at, received_at, lat, lon,
    accuracy_m, altitude_m, speed_mps, bearing_deg, battery, charging, activity, mock`

	// A message that is stored already adds nothing and marks no day. ON CONFLICT locks a mark that stands until the commit, so
	// that its reader waits, and makes no new version of it.
	insertArrived = `WITH stored AS (
    INSERT INTO tracking.arrived (id_empresa, user_id, received_at, id, first_at, last_at, fixes, track)
    SELECT id_empresa, user_id, timestamptz 'epoch' + received_ms * interval '1 millisecond', id,
           timestamptz 'epoch' + first_ms * interval '1 millisecond', timestamptz 'epoch' + last_ms * interval '1 millisecond', fixes, track
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::integer[], $8::bytea[])
         AS t(id_empresa, user_id, received_ms, id, first_ms, last_ms, fixes, track)
    ON CONFLICT DO NOTHING
    RETURNING id_empresa, user_id, first_at, last_at, fixes
), marked AS (
    INSERT INTO tracking.changed_day (reader, company, user_id, day, hour)
    SELECT DISTINCT r.reader, s.id_empresa, s.user_id, (s.first_at AT TIME ZONE 'UTC')::date, h.hour
    FROM stored s CROSS JOIN tracking.day_reader r
    CROSS JOIN LATERAL generate_series(extract(hour FROM s.first_at AT TIME ZONE 'UTC')::integer, extract(hour FROM s.last_at AT TIME ZONE 'UTC')::integer) AS h(hour)
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (reader, company, user_id, day, hour) DO UPDATE SET day = excluded.day WHERE false
)
SELECT coalesce(sum(fixes), 0) FROM stored`

	upsertLatest = `INSERT INTO tracking.latest_position AS l (` + columnNames + `)` + rowsFromColumns + moveForward
	moveForward  = `
ON CONFLICT (id_empresa, user_id) DO UPDATE SET
    device_id = excluded.device_id, recorded_at = excluded.recorded_at, received_at = excluded.received_at,
    lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m, altitude_m = excluded.altitude_m,
    speed_mps = excluded.speed_mps, bearing_deg = excluded.bearing_deg, battery = excluded.battery,
    charging = excluded.charging, activity = excluded.activity, mock = excluded.mock
WHERE excluded.recorded_at > l.recorded_at`

	// Of phones whose positions are older than the newest. Those rows are locked already. A row that is written seldom costs little.
	hear = `UPDATE tracking.latest_position l SET heard_at = r.received_at
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS r(id_empresa, user_id, received_at)
WHERE l.id_empresa = r.id_empresa AND l.user_id = r.user_id AND greatest(l.received_at, l.heard_at) < r.received_at - interval '10 seconds'`

	ensurePartitions = `SELECT tracking.ensure_partitions($1, $2::date, $3::date)`
	dropPartitions   = `SELECT tracking.drop_partitions($1::date)`
	dropEmpty        = `SELECT tracking.drop_empty_partition($1::date)`
	// Days of reception before $1 without a message. To look takes no lock that others wait for.
	emptyDays = `SELECT day::text FROM (
    SELECT to_date(right(p, 8), 'YYYYMMDD') AS day FROM tracking.partitions_before('arrived', $1::date) AS p
) d WHERE NOT EXISTS (SELECT FROM tracking.arrived
    WHERE received_at >= day::timestamp AT TIME ZONE 'UTC' AND received_at < (day + 1)::timestamp AT TIME ZONE 'UTC')
ORDER BY day LIMIT $2`

	// A leader that was replaced may write late, but not by an hour: then the clock was set back, and everything begins anew.
	setWatermark = `INSERT INTO tracking.watermark AS w (stored_until, asked_at, margin) VALUES ($1, $2, $3 * interval '1 millisecond')
ON CONFLICT (one) DO UPDATE SET asked_at = excluded.asked_at, margin = excluded.margin,
    stored_until = CASE WHEN excluded.asked_at > w.asked_at THEN greatest(w.stored_until, excluded.stored_until) ELSE excluded.stored_until END
WHERE excluded.asked_at > w.asked_at OR excluded.asked_at < w.asked_at - interval '1 hour'
RETURNING stored_until`

	selectPosition = `SELECT DISTINCT ON (p.user_id) p.id_empresa, p.user_id, p.device_id, p.recorded_at, p.received_at,
       p.lat, p.lon, p.accuracy_m, p.altitude_m, p.speed_mps, p.bearing_deg, p.battery, p.charging, p.activity, p.mock `
)

var (
	// visible.Where uses the first three parameters. $4 is a team, or empty for no restriction. The newest position may be hidden; then
	// the newest visible one is the answer.
	latestPage = selectPosition + `FROM (SELECT * FROM tracking.latest_position UNION ALL SELECT * FROM tracking.shown_position) p
WHERE ` + visible.Where("p.user_id", 1) + `
  AND ` + shifts.Where("p.id_empresa", "p.user_id", "p.recorded_at") + `
  AND ($4 = '' OR p.user_id IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $4))
  AND p.user_id > $5
ORDER BY p.user_id, p.recorded_at DESC LIMIT $6`

	// Identity does not know the users of somebody else's issuer. An admin therefore also sees the users who have a
	// position.
	userIsSeen = `SELECT ` + visible.Where("asked.id", 1) + `
    AND (NOT $1 OR asked.id = $2
        OR EXISTS (SELECT FROM identity.v_users u WHERE u.id = asked.id)
        OR EXISTS (SELECT FROM tracking.latest_position l WHERE l.user_id = asked.id))
FROM (VALUES ($4::text)) asked(id)`
)

// ErrNoPartition says that a row's day has no partition, because another replica dropped it or none was made.
var ErrNoPartition = errors.New("a row's day has no partition")

// Store reads and writes positions. It is safe for concurrent use.
type Store struct {
	db *db.DB
	// hides says whether a company hides what lies outside shifts, or may do so. Nil means that none does.
	hides func(company string) bool
}

// New makes a store on a pool of the service's role. It keeps no newest visible positions.
func New(d *db.DB) *Store { return &Store{db: d} }

// Hides makes a store that also keeps the newest visible positions of companies that hide others, of which hides returns true.
func (s *Store) Hides(hides func(company string) bool) *Store { return &Store{db: s.db, hides: hides} }

// Write stores the tracks that are not stored yet. They may be of any companies. It moves each user's latest position forward,
// never back, marks the days for those who declared that they add up days, and returns how many fixes the new tracks hold. It
// stores all or nothing, and returns ErrNoPartition when a day of reception has no partition. It reorders tracks.
func (s *Store) Write(ctx context.Context, tracks []Track) (stored int64, err error) {
	if len(tracks) == 0 {
		return 0, nil
	}
	sortByKey(tracks)
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		hiding, err := s.hidingTracks(ctx, tx, tracks)
		if err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &stored, insertArrived, trackColumns(tracks)...); err != nil {
			return fmt.Errorf("insert positions: %w", err)
		}
		if err := moveLatest(ctx, tx, tracks); err != nil {
			return err
		}
		return showNewest(ctx, tx, hiding)
	})
	if err != nil {
		return 0, noPartition(err)
	}
	return stored, nil
}

// moveLatest moves latest positions forward, and notes when phones were heard of whose positions are older.
func moveLatest(ctx context.Context, tx *sqlx.Tx, tracks []Track) error {
	latest := newest(tracks)
	result, err := tx.ExecContext(ctx, upsertLatest, columns(latest)...)
	if err != nil {
		return fmt.Errorf("move latest positions: %w", err)
	}
	moved, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("move latest positions: %w", err)
	}
	if moved == int64(len(latest)) {
		return nil
	}
	var companies, users pq.StringArray
	var received []time.Time
	for i := range tracks { // the last of each user was received last
		if t := &tracks[i]; i+1 == len(tracks) || tracks[i+1].Company != t.Company || tracks[i+1].User != t.User {
			companies, users, received = append(companies, t.Company), append(users, t.User), append(received, t.ReceivedAt)
		}
	}
	if _, err := tx.ExecContext(ctx, hear, companies, users, pq.Array(received)); err != nil {
		return fmt.Errorf("note who was heard of: %w", err)
	}
	return nil
}

// noPartition turns PostgreSQL's check_violation into ErrNoPartition. The tables have no check of their own, so the violation
// can only mean a missing partition.
func noPartition(err error) error {
	if e, ok := errors.AsType[*pq.Error](err); ok && e.Code == "23514" {
		return fmt.Errorf("%w: %w", ErrNoPartition, err)
	}
	return err
}

// MaxDays is how many partitions one call may make or drop.
const MaxDays = 100

// Tables that have a partition for each UTC day: of the reception, and of the fixes.
const (
	Arrived = "arrived"
	Segment = "segment"
)

// EnsurePartitions makes the missing partitions of a table for the UTC days from first to last, both included. These are at
// most MaxDays.
func (s *Store) EnsurePartitions(ctx context.Context, table string, first, last time.Time) (made int, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &made, ensurePartitions, table, first.Format(time.DateOnly), last.Format(time.DateOnly))
	})
	if err != nil {
		return 0, fmt.Errorf("make partitions: %w", err)
	}
	return made, nil
}

// DropPartitions drops segments of the days before firstKept, at most MaxDays days at once. It returns 0 when none is left.
func (s *Store) DropPartitions(ctx context.Context, firstKept time.Time) (dropped int, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &dropped, dropPartitions, firstKept.Format(time.DateOnly))
	})
	if err != nil {
		return 0, fmt.Errorf("drop partitions: %w", err)
	}
	return dropped, nil
}

// DropEmpty drops the days of reception before a day that hold no message any more, at most MaxDays at once, each in a transaction
// of its own.
func (s *Store) DropEmpty(ctx context.Context, before time.Time) (dropped int, err error) {
	var days []string
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &days, emptyDays, before.Format(time.DateOnly), MaxDays)
	})
	for _, day := range days {
		if err != nil {
			break
		}
		var empty bool
		err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &empty, dropEmpty, day) })
		if err == nil && empty {
			dropped++
		}
	}
	if err != nil {
		return dropped, fmt.Errorf("drop empty partitions: %w", err)
	}
	return dropped, nil
}

// SetWatermark notes that at askedAt every position received before storedUntil was stored, which is margin behind when nothing
// waits. It returns until when all is stored: later than storedUntil if that was known before, because what was stored stays so. It
// ignores an answer that is older than the one it knows, and then returns a zero time.
func (s *Store) SetWatermark(ctx context.Context, storedUntil, askedAt time.Time, margin time.Duration) (known time.Time, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &known, setWatermark, storedUntil, askedAt, margin.Milliseconds())
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("note how far storage is: %w", err)
	}
	return known, nil
}

// Latest returns the newest position of each user whom the viewer may see. The page is ordered by user id, begins after
// afterUser and holds at most limit positions. With a team, Latest returns only users who are in that team.
func (s *Store) Latest(ctx context.Context, who auth.Claims, team, afterUser string, limit int) ([]Position, error) {
	var page []Position
	err := s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &page, latestPage, append(visible.Of(who).Args(), team, afterUser, limit)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read latest positions: %w", err)
	}
	return page, nil
}
