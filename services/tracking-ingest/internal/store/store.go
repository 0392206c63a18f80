package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/db"
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

	insertPositions = `INSERT INTO tracking.position (` + columnNames + `)` + rowsFromColumns + `
ON CONFLICT DO NOTHING`

	upsertLatest = `INSERT INTO tracking.latest_position AS l (` + columnNames + `)` + rowsFromColumns + `
ON CONFLICT (id_empresa, user_id) DO UPDATE SET
    device_id = excluded.device_id, recorded_at = excluded.recorded_at, received_at = excluded.received_at,
    lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m, altitude_m = excluded.altitude_m,
    speed_mps = excluded.speed_mps, bearing_deg = excluded.bearing_deg, battery = excluded.battery,
    charging = excluded.charging, activity = excluded.activity, mock = excluded.mock
WHERE excluded.recorded_at > l.recorded_at`

	ensurePartitions = `SELECT tracking.ensure_partitions($1::date, $2::date)`
	dropPartitions   = `SELECT tracking.drop_partitions($1::date)`

	selectPosition = `SELECT p.id_empresa, p.user_id, p.device_id, p.recorded_at, p.received_at,
       p.lat, p.lon, p.accuracy_m, p.altitude_m, p.speed_mps, p.bearing_deg, p.battery, p.charging, p.activity, p.mock `

	playbackPage = selectPosition + `FROM tracking.position p
WHERE p.user_id = $1 AND p.recorded_at >= $2 AND p.recorded_at < $3
  AND ($4 = '' OR p.device_id = $4)
  AND (p.recorded_at, p.device_id) > ($5::timestamptz, $6)
ORDER BY p.recorded_at, p.device_id LIMIT $7`
)

var (
	// visible.Where uses the first three parameters. $4 is a team, or empty for no restriction.
	latestPage = selectPosition + `FROM tracking.latest_position p
WHERE ` + visible.Where("p.user_id", 1) + `
  AND ($4 = '' OR p.user_id IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $4))
  AND p.user_id > $5
ORDER BY p.user_id LIMIT $6`

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
}

// New makes a store on a pool of the service's role.
func New(d *db.DB) *Store { return &Store{db: d} }

// Write stores the rows that are not stored yet. The rows may be of any companies. It moves each user's latest position
// forward, never back, and returns how many rows were new. It stores all or nothing, and returns ErrNoPartition when a
// row's day has no partition. It reorders rows.
func (s *Store) Write(ctx context.Context, rows []Position) (stored int64, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	sortByKey(rows)
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, insertPositions, columns(rows)...)
		if err != nil {
			return fmt.Errorf("insert positions: %w", err)
		}
		if stored, err = result.RowsAffected(); err != nil {
			return fmt.Errorf("count stored positions: %w", err)
		}
		if _, err := tx.ExecContext(ctx, upsertLatest, columns(newest(rows))...); err != nil {
			return fmt.Errorf("move latest positions: %w", err)
		}
		return nil
	})
	if err != nil {
		return 0, noPartition(err)
	}
	return stored, nil
}

// noPartition turns PostgreSQL's check_violation into ErrNoPartition. tracking.position has no check of its own, so the
// violation can only mean a missing partition.
func noPartition(err error) error {
	if e, ok := errors.AsType[*pq.Error](err); ok && e.Code == "23514" {
		return fmt.Errorf("%w: %w", ErrNoPartition, err)
	}
	return err
}

// MaxDays is how many partitions one call may make or drop.
const MaxDays = 100

// EnsurePartitions makes the missing partitions for the UTC days from first to last, both included. These are at most
// MaxDays.
func (s *Store) EnsurePartitions(ctx context.Context, first, last time.Time) (made int, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &made, ensurePartitions, first.Format(time.DateOnly), last.Format(time.DateOnly))
	})
	if err != nil {
		return 0, fmt.Errorf("make partitions: %w", err)
	}
	return made, nil
}

// DropPartitions drops the days before firstKept, at most MaxDays at once. It returns 0 when none is left.
func (s *Store) DropPartitions(ctx context.Context, firstKept time.Time) (dropped int, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &dropped, dropPartitions, firstKept.Format(time.DateOnly))
	})
	if err != nil {
		return 0, fmt.Errorf("drop partitions: %w", err)
	}
	return dropped, nil
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

// Range selects a part of a user's positions, oldest first.
type Range struct {
	User string
	// Device is empty for all devices.
	Device string
	// From is included. To is not.
	From, To time.Time
	// Playback leaves out the positions up to this one. The zero time leaves out none.
	After       time.Time
	AfterDevice string
	Limit       int
}

// Playback returns positions of one user. seen is false when the viewer may not see the user or the user does not exist.
func (s *Store) Playback(ctx context.Context, who auth.Claims, r Range) (page []Position, seen bool, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := tx.GetContext(ctx, &seen, userIsSeen, append(visible.Of(who).Args(), r.User)...); err != nil || !seen {
			return err
		}
		return tx.SelectContext(ctx, &page, playbackPage, r.User, r.From, r.To, r.Device, r.After, r.AfterDevice, r.Limit)
	})
	if err != nil {
		return nil, false, fmt.Errorf("read positions of a user: %w", err)
	}
	return page, seen, nil
}
