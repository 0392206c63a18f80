package positions

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/shifts"
)

// There is no index on received_at. The rows are updated in place all day, and PostgreSQL could no longer do that with an
// index on a column that changes. The query finds the rows of a company by its id, and discards most of them. The view has two rows
// of a user whose newest position may be hidden; the newest that people may see counts.
var selectNewest = `
SELECT * FROM (
    SELECT DISTINCT ON (p.user_id) p.user_id, p.device_id, p.recorded_at, p.received_at, p.lat, p.lon, p.accuracy_m, p.altitude_m,
           p.speed_mps, p.bearing_deg, p.battery, p.charging, p.activity, p.mock
    FROM tracking.v_latest_position p
    WHERE (p.received_at > $2 OR p.user_id = ANY ($3)) AND ($4 OR p.user_id = ANY ($5))
      AND ` + shifts.Where("p.id_empresa", "p.user_id", "p.recorded_at") + `
    ORDER BY p.user_id, p.recorded_at DESC) p
ORDER BY recorded_at DESC
LIMIT $1`

// Query says what a read asks for.
type Query struct {
	// Everybody selects all users; otherwise only Users are read.
	Everybody bool
	Users     []string
	// After selects positions that were received after this time. For New users all positions count.
	After time.Time
	New   []string
}

// Store reads the newest stored position of each user, from the view that tracking-ingest publishes. It does not decide
// who may see them.
type Store struct {
	db    *db.DB
	limit int
}

// NewStore makes a store. One read returns at most limit positions, those that were recorded last.
func NewStore(d *db.DB, limit int) *Store { return &Store{db: d, limit: limit} }

// Newest returns the newest position that people may see of each user of a company whom the query selects.
func (s *Store) Newest(ctx context.Context, tenant string, q Query) ([]clientjson.Position, error) {
	var rows []clientjson.Position
	err := s.db.InTenant(ctx, tenant, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &rows, selectNewest, s.limit, q.After, pq.Array(q.New), q.Everybody, pq.Array(q.Users))
	})
	if err != nil {
		return nil, fmt.Errorf("read newest positions: %w", err)
	}
	return rows, nil
}
