package store

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/track"
)

// Track is a row of tracking.arrived: what one message carries.
type Track struct {
	Company, User string
	// ReceivedAt and ID are the key within the user. The same message always has the same.
	ReceivedAt time.Time
	ID         []byte
	track.Head
	Body []byte
	// Newest is the fix that was recorded last.
	Newest track.Fix
}

func compareTracks(a, b *Track) int {
	return cmp.Or(
		cmp.Compare(a.Company, b.Company), cmp.Compare(a.User, b.User), a.ReceivedAt.Compare(b.ReceivedAt), bytes.Compare(a.ID, b.ID),
	)
}

// sortByKey sorts tracks in place. Transactions that insert the same keys in the same order wait for each other and cannot
// deadlock. Neighbouring rows also go to the same pages.
func sortByKey(tracks []Track) {
	slices.SortFunc(tracks, func(a, b Track) int { return compareTracks(&a, &b) })
}

// trackColumns returns tracks as the arrays that unnest takes, in the order of the parameters of insertArrived.
func trackColumns(tracks []Track) []any {
	n := len(tracks)
	company, user := make(pq.StringArray, n), make(pq.StringArray, n)
	received, first, last, fixes := make(pq.Int64Array, n), make(pq.Int64Array, n), make(pq.Int64Array, n), make(pq.Int64Array, n)
	id, body := make(pq.ByteaArray, n), make(pq.ByteaArray, n)
	for i := range tracks {
		t := &tracks[i]
		company[i], user[i] = t.Company, t.User
		received[i], first[i], last[i], fixes[i] = t.ReceivedAt.UnixMilli(), t.FirstMS, t.LastMS, int64(t.Fixes)
		id[i], body[i] = t.ID, t.Body
	}
	return []any{company, user, received, id, first, last, fixes, body}
}

// newest returns the newest position of each user, in the order of the key. The tracks must be in the order of the key.
func newest(tracks []Track) []Position {
	var latest []Position
	for i := 0; i < len(tracks); {
		best := &tracks[i]
		n := 1
		for i+n < len(tracks) && tracks[i+n].Company == best.Company && tracks[i+n].User == best.User {
			if t := &tracks[i+n]; t.Newest.RecordedAt > best.Newest.RecordedAt {
				best = t
			}
			n++
		}
		latest = append(latest, Position{Company: best.Company, Position: clientjson.PositionOf(best.User, best.Device, &best.Newest)})
		i += n
	}
	return latest
}
