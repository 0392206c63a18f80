// Package latest reads the newest stored position of each user of a company, from the view that tracking-ingest
// publishes. It decides nothing about who may see them.
package latest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/db"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
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

type row struct {
	UserID     string    `db:"user_id"`
	DeviceID   string    `db:"device_id"`
	RecordedAt time.Time `db:"recorded_at"`
	ReceivedAt time.Time `db:"received_at"`
	Lat        float64   `db:"lat"`
	Lon        float64   `db:"lon"`
	AccuracyM  *float32  `db:"accuracy_m"`
	AltitudeM  *float32  `db:"altitude_m"`
	SpeedMPS   *float32  `db:"speed_mps"`
	BearingDeg *float32  `db:"bearing_deg"`
	Battery    *float32  `db:"battery"`
	Charging   *bool     `db:"charging"`
	Activity   string    `db:"activity"`
	Mock       bool      `db:"mock"`
}

// Positions returns a company's newest positions as frames without an audience.
func (s *Store) Positions(ctx context.Context, tenant string) ([]hub.Position, error) {
	var rows []row
	err := s.db.InTenant(ctx, tenant, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &rows, selectLatest, s.limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read newest positions: %w", err)
	}
	positions := make([]hub.Position, 0, len(rows))
	for _, r := range rows {
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		positions = append(positions, hub.Position{User: r.UserID, At: r.RecordedAt, Text: text})
	}
	return positions, nil
}

// text is the frame, in the words of proto/terreno/v1.Position.
func (r row) text() (protocol.Open, error) {
	p := &terrenov1.Position{
		UserId: r.UserID, DeviceId: r.DeviceID, RecordedAt: timestamppb.New(r.RecordedAt), ReceivedAt: timestamppb.New(r.ReceivedAt),
		Lat: r.Lat, Lon: r.Lon, AccuracyM: r.AccuracyM, AltitudeM: r.AltitudeM, SpeedMps: r.SpeedMPS, BearingDeg: r.BearingDeg,
		Battery: r.Battery, Charging: r.Charging, Activity: r.Activity, Mock: r.Mock,
	}
	// As tracking-ingest writes it: zero is written out, since a latitude of 0 is a place.
	written, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("write a position: %w", err)
	}
	// protojson puts in blanks at random, so that nobody relies on its bytes.
	var tight bytes.Buffer
	if err := json.Compact(&tight, written); err != nil {
		return nil, fmt.Errorf("write a position: %w", err)
	}
	return protocol.Event(event, tight.Bytes()), nil
}
