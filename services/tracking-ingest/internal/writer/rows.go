package writer

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/bus"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// rowsOf reads the rows of a message. Only the message's subject says whose the fixes are.
func rowsOf(m bus.Msg) ([]store.Position, error) {
	var batch terrenov1.PositionBatch
	if err := proto.Unmarshal(m.Data, &batch); err != nil {
		return nil, fmt.Errorf("decode a batch of positions: %w", err)
	}
	rows := make([]store.Position, len(batch.Fixes))
	for i, f := range batch.Fixes {
		rows[i] = store.Position{
			Company: m.Subject.Tenant(), User: m.Subject.Entity(), Device: batch.DeviceId,
			RecordedMs: f.RecordedAtMs, ReceivedMs: batch.ReceivedAtMs,
			Lat: f.Lat, Lon: f.Lon, AccuracyM: f.AccuracyM, AltitudeM: f.AltitudeM, SpeedMPS: f.SpeedMps,
			BearingDeg: f.BearingDeg, Battery: f.Battery, Charging: f.Charging, Activity: f.Activity, Mock: f.Mock,
		}
	}
	return rows, nil
}

// keep leaves out the rows recorded before an instant. It reorders rows.
func keep(rows []store.Position, from time.Time) []store.Position {
	kept := rows[:0]
	for _, r := range rows {
		if r.RecordedMs >= from.UnixMilli() {
			kept = append(kept, r)
		}
	}
	return kept
}

// span returns the first and the last UTC day of rows, which must not be empty.
func span(rows []store.Position) (first, last time.Time) {
	low, high := rows[0].RecordedMs, rows[0].RecordedMs
	for _, r := range rows {
		low, high = min(low, r.RecordedMs), max(high, r.RecordedMs)
	}
	return dayOf(time.UnixMilli(low)), dayOf(time.UnixMilli(high))
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
