package writer

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
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
			Company:  m.Subject.Tenant(),
			Position: upload.Position(m.Subject.Entity(), batch.DeviceId, f, clientjson.Instant(batch.ReceivedAtMs)),
		}
	}
	return rows, nil
}

// keep leaves out the rows recorded before an instant. It reorders rows.
func keep(rows []store.Position, from time.Time) []store.Position {
	kept := rows[:0]
	for _, r := range rows {
		if r.RecordedAt >= clientjson.At(from) {
			kept = append(kept, r)
		}
	}
	return kept
}

// span returns the first and the last UTC day of rows, which must not be empty.
func span(rows []store.Position) (first, last time.Time) {
	low, high := rows[0].RecordedAt, rows[0].RecordedAt
	for _, r := range rows {
		low, high = min(low, r.RecordedAt), max(high, r.RecordedAt)
	}
	return dayOf(low.Time()), dayOf(high.Time())
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
