package alert

import (
	"cmp"
	"errors"
	"slices"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
)

// ErrOther says that messages with the same id are about different alerts: another user, type or beginning.
var ErrOther = errors.New("the id belongs to another alert")

// With combines the facts of two sides. An alert that continues wins over a late one. If both sides agree on this, the
// alert that was raised first wins. An end is never lost; of two ends the later one wins. The cause that says more is kept.
//
// The beginning of an alert is part of what identifies it, except of a panic: a phone that repeats its call for help may say another
// instant each time. Then the earliest call counts, with its place.
func (f Facts) With(g Facts) (Facts, error) {
	if f.User != g.User || f.Type != g.Type || f.Type != wire.TypePanic && !f.StartedAt.Equal(g.StartedAt) {
		return Facts{}, ErrOther
	}
	with := f
	if compareBeginnings(g, f) < 0 {
		with = g
	}
	end := f
	if compareEnds(g, f) > 0 {
		end = g
	}
	with.EndedAt, with.EndReason = end.EndedAt, end.EndReason
	if with.Why = f.Why; compareWhys(g.Why, f.Why) > 0 {
		with.Why = g.Why
	}
	return with, nil
}

// Equal says whether both hold the same facts.
func (f Facts) Equal(g Facts) bool {
	return f.User == g.User && f.Type == g.Type && f.StartedAt.Equal(g.StartedAt) && compareBeginnings(f, g) == 0 && compareEnds(f, g) == 0 &&
		compareWhys(f.Why, g.Why) == 0
}

// compareBeginnings is a total order of all that With takes from one side. So the order of arrival never decides.
func compareBeginnings(f, g Facts) int {
	return cmp.Or(
		compareBools(f.Late, g.Late), f.StartedAt.Compare(g.StartedAt), f.RaisedAt.Compare(g.RaisedAt),
		comparePointers(f.Lat, g.Lat, cmp.Compare), comparePointers(f.Lon, g.Lon, cmp.Compare),
		comparePointers(f.AccuracyM, g.AccuracyM, cmp.Compare), comparePointers(f.DistanceM, g.DistanceM, cmp.Compare),
		slices.Compare(f.Zones, g.Zones),
	)
}

// compareEnds orders an alert without an end first.
func compareEnds(f, g Facts) int {
	return cmp.Or(comparePointers(f.EndedAt, g.EndedAt, time.Time.Compare), cmp.Compare(f.EndReason, g.EndReason))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// comparePointers orders nil first.
func comparePointers[T any](a, b *T, compare func(T, T) int) int {
	if a == nil || b == nil {
		return compareBools(a != nil, b != nil)
	}
	return compare(*a, *b)
}
