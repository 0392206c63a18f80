package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/shifts"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// hidePlaces leaves out of alerts of a company where they began, if nobody may see that position by now: the company began to track
// people in their shifts only, or a shift was corrected. What is stored stays as it is. A call for help says itself where it is, so
// it keeps its place.
func hidePlaces(ctx context.Context, tx *sqlx.Tx, company string, alerts ...*alert.Facts) error {
	var who []shifts.Who
	var from, to time.Time
	for _, f := range alerts {
		if !hasPlace(f) {
			continue
		}
		if who = append(who, shifts.Who{Company: company, User: f.User}); len(who) == 1 || f.StartedAt.Before(from) {
			from = f.StartedAt
		}
		if f.StartedAt.After(to) {
			to = f.StartedAt
		}
	}
	if len(who) == 0 {
		return nil
	}
	shown, err := shifts.Read(ctx, tx, who, from, to.Add(time.Millisecond))
	if err != nil {
		return err
	}
	for _, f := range alerts {
		if hasPlace(f) && !shown.Of(company, f.User).Shows(f.StartedAt.UnixMilli()) {
			f.Lat, f.Lon, f.AccuracyM, f.DistanceM = nil, nil, nil, nil
		}
	}
	return nil
}

func hasPlace(f *alert.Facts) bool {
	return f.Type != wire.TypePanic && (f.Lat != nil || f.DistanceM != nil)
}
