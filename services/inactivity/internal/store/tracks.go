package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

// maxExplained bounds what is read to explain a silence: nobody records that long without a network.
const maxExplained = 36 * time.Hour

// readWays returns what users of the transaction's company recorded from one instant to another, without what nobody may see.
func readWays(ctx context.Context, tx *sqlx.Tx, company string, users []string, from, until time.Time) (map[string]*track.Way, error) {
	who := make([]shifts.Who, len(users))
	for i, u := range users {
		who[i] = shifts.Who{Company: company, User: u}
	}
	shown, err := shifts.Read(ctx, tx, who, from, until)
	if err != nil {
		return nil, err
	}
	return shifts.Ways(ctx, tx, company, users, shown, from, until, track.MaxFixes)
}

// explain finds those who are back and were reporting all along, and says so as their reason. The list is of one company.
func explain(ctx context.Context, tx *sqlx.Tx, company string, list []End) error {
	var users []string
	var from, until time.Time
	for _, e := range list {
		if !e.mayBeExplained() {
			continue
		}
		if len(users) == 0 || e.Base.Before(from) {
			from = e.Base
		}
		if e.At.After(until) {
			until = e.At
		}
		users = append(users, e.User)
	}
	if len(users) == 0 {
		return nil
	}
	ways, err := readWays(ctx, tx, company, users, from, until)
	if err != nil {
		return err
	}
	for i, e := range list {
		way := ways[e.User]
		if way == nil || !e.mayBeExplained() {
			continue
		}
		var recorded []time.Time
		way.Between(e.Base.UnixMilli(), e.At.UnixMilli()+1, func(_ string, f *track.Fix) bool {
			recorded = append(recorded, f.Recorded())
			return true
		})
		if silence.IsExplained(e.Base, e.At, time.Duration(e.AfterS)*time.Second, recorded) {
			list[i].Reason = alert.EndExplained
		}
	}
	return nil
}

func (e End) mayBeExplained() bool {
	return e.Reason == alert.EndReturned && e.At.Sub(e.Base) <= maxExplained
}
