// Package latest reads the newest stored position of each user of a company, from the view that tracking-ingest
// publishes. It decides nothing about who may see them.
package latest

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// event is what a position is on a socket, whichever way it came.
const event = "tracking:ubicacion"

const selectLatest = `
SELECT user_id, device_id, recorded_at, received_at, lat, lon, accuracy_m, altitude_m,
       speed_mps, bearing_deg, battery, charging, activity, mock
FROM tracking.v_latest_position
ORDER BY recorded_at DESC
LIMIT $1`

// Store reads.
type Store struct {
	db    *db.DB
	limit int
}

// New makes a store that reads at most limit positions of a company, newest first.
func New(d *db.DB, limit int) *Store { return &Store{db: d, limit: limit} }

// Positions returns a company's newest positions as frames without an audience.
func (s *Store) Positions(ctx context.Context, tenant string) ([]hub.Position, error) {
	var rows []clientjson.Position
	err := s.db.InTenant(ctx, tenant, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &rows, selectLatest, s.limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read newest positions: %w", err)
	}
	positions := make([]hub.Position, 0, len(rows))
	for _, r := range rows {
		data, err := r.JSON()
		if err != nil {
			return nil, err
		}
		positions = append(positions, hub.Position{
			User: r.UserID, At: r.RecordedAt.Time(), Event: &protocol.Event{Name: event, Data: data},
		})
	}
	return positions, nil
}
