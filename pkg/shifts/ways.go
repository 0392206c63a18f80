package shifts

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/proto/track"
)

// No track crosses a UTC midnight, and first_at has a lower limit, the midnight before $2, so that PostgreSQL looks at no other days.
const selectTracks = `SELECT user_id, track FROM tracking.v_track WHERE user_id = ANY ($1) AND last_at >= $2 AND first_at <= $3 AND first_at >= $4`

// Ways returns what the devices of users of a company recorded from one instant to another, both included, without what nobody may see:
// shown is what Read returned. A way may hold more before and after: ask it for what lies Between. Whoever recorded nothing is missing. Of a
// user who recorded more than most fixes only evenly spread ones are kept (Way.Limit, and Way.Thinned says so). A track that cannot be read
// is passed over: tracking-ingest reports it.
//
// The transaction must see the positions of the company alone (InTenant, AsWorkerFor).
func Ways(ctx context.Context, tx *sqlx.Tx, company string, users []string, shown Shown, from, until time.Time, most int) (map[string]*track.Way, error) {
	rows, err := tx.QueryContext(ctx, selectTracks, pq.Array(users), from, until, from.UTC().Truncate(24*time.Hour))
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	ways := map[string]*track.Way{}
	for rows.Next() {
		var user string
		var body []byte
		if err := rows.Scan(&user, &body); err != nil {
			return nil, fmt.Errorf("read positions: %w", err)
		}
		way := ways[user]
		if way == nil {
			way = &track.Way{}
			way.Show(shown.Of(company, user))
			way.Limit(most, from.UnixMilli(), until.UnixMilli()+1)
			ways[user] = way
		}
		_ = way.Add(body)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	for _, way := range ways {
		way.Thinned()
	}
	return ways, nil
}
