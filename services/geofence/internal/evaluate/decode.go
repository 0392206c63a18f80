package evaluate

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/bus"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// upload is a message of TRACKING as the rule sees it. Whose it is stands in its subject alone.
type upload struct {
	rule.Who
	fixes []rule.Fix
}

func decode(m bus.Msg) (upload, error) {
	var batch terrenov1.PositionBatch
	if err := proto.Unmarshal(m.Data, &batch); err != nil {
		return upload{}, fmt.Errorf("decode a batch of positions: %w", err)
	}
	u := upload{Who: rule.Who{Company: m.Subject.Tenant(), User: m.Subject.Entity()}, fixes: make([]rule.Fix, len(batch.Fixes))}
	received := time.UnixMilli(batch.ReceivedAtMs).UTC()
	for i, f := range batch.Fixes {
		u.fixes[i] = rule.Fix{
			At: time.UnixMilli(f.RecordedAtMs).UTC(), ReceivedAt: received, Lat: f.Lat, Lon: f.Lon, AccuracyM: float64(f.GetAccuracyM()),
		}
	}
	return u, nil
}
