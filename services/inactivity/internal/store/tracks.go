package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

// maxExplained bounds what is read to explain a silence: nobody records that long without a network.
const maxExplained = 36 * time.Hour

// No track crosses a UTC midnight, and first_at has a lower limit, the midnight before $2, so that PostgreSQL looks at no other days.
const tracksOf = `SELECT user_id, track FROM tracking.v_track WHERE user_id = ANY ($1) AND last_at >= $2 AND first_at <= $3 AND first_at >= $4`

// readWays returns what users of the transaction's company recorded from one instant to another, without what nobody may see. A track
// that cannot be read is passed over: tracking-ingest reports it.
func readWays(ctx context.Context, tx *sqlx.Tx, company string, users []string, from, until time.Time) (map[string]*track.Way, error) {
	who := make([]shifts.Who, len(users))
	for i, u := range users {
		who[i] = shifts.Who{Company: company, User: u}
	}
	shown, err := shifts.Read(ctx, tx, who, from, until)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, tracksOf, pq.Array(users), from, until, from.UTC().Truncate(24*time.Hour))
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
		if ways[user] == nil {
			ways[user] = &track.Way{}
			ways[user].Show(shown.Of(company, user))
		}
		_ = ways[user].Add(body)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	return ways, nil
}

// returned says whether somebody who is back was reporting all along.
func returned(ctx context.Context, tx *sqlx.Tx, e End) (string, error) {
	if e.At.Sub(e.Base) > maxExplained {
		return silence.Returned, nil
	}
	ways, err := readWays(ctx, tx, e.Company, []string{e.User}, e.Base, e.At)
	if err != nil {
		return "", err
	}
	var recorded []time.Time
	if way := ways[e.User]; way != nil {
		way.Between(e.Base.UnixMilli(), e.At.UnixMilli()+1, func(_ string, f *track.Fix) bool {
			recorded = append(recorded, f.Recorded())
			return true
		})
	}
	if silence.IsExplained(e.Base, e.At, time.Duration(e.AfterS)*time.Second, recorded) {
		return silence.Explained, nil
	}
	return silence.Returned, nil
}
