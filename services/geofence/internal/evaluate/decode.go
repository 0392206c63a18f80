package evaluate

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// upload is a message of TRACKING as the rule sees it. Only the message's subject names the company and the user.
type upload struct {
	rule.Who
	fixes []rule.Fix
	// unsound counts the positions that were passed over.
	unsound int
}

func decode(m bus.Msg) (upload, error) {
	head, fixes, err := track.Decode(nil, m.Data)
	if err != nil {
		return upload{}, fmt.Errorf("decode positions: %w", err)
	}
	u := upload{Who: rule.Who{Company: m.Subject.Tenant(), User: m.Subject.Entity()}, fixes: make([]rule.Fix, len(fixes))}
	for i := range fixes {
		u.fixes[i] = rule.FixOf(head.Device, &fixes[i])
	}
	all := len(u.fixes)
	u.fixes = slices.DeleteFunc(u.fixes, unsound)
	u.unsound = all - len(u.fixes)
	return u, nil
}

// ahead is how far a phone's clock may be ahead; ingest allows less. A user who was judged at a time in the future is not
// judged again until that time has come.
const ahead = time.Hour

var (
	earliest = time.Unix(0, 0)
	latest   = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// unsound says whether a position is impossible. ingest refuses such positions. If one arrives all the same, it must not
// look like a user outside, and it must not stop the stream because its state cannot be written.
func unsound(f rule.Fix) bool {
	onEarth := math.Abs(f.Lat) <= 90 && math.Abs(f.Lon) <= 360 // false for what is no number
	inTime := !f.At.Before(earliest) && f.At.Before(f.ReceivedAt.Add(ahead)) && f.ReceivedAt.Before(latest)
	return !onEarth || !inTime || math.IsNaN(f.AccuracyM)
}
