package evaluate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// Positions that people may not see are not judged: they raise no alert and end none. Such a position is passed over, and not kept for
// later. If a shift becomes known that shows it, the sweep judges it as a missed one, as long as it is recent; an older one raises
// nothing. An alert that is in progress when a shift ends waits for the first position of the next one.

// Shifts says which companies hide what lies outside shifts. *shifts.Book implements it.
type Shifts interface {
	Hides(company string) bool
	Ready(ctx context.Context) error
}

// nobodyHides stands for missing Shifts.
type nobodyHides struct{}

func (nobodyHides) Hides(string) bool           { return false }
func (nobodyHides) Ready(context.Context) error { return nil }

// hide removes from uploads what people may not see. Of companies that do not hide it asks nothing. The others' shifts are read in the
// transaction that judges: a phone begins a shift before it sends what it recorded there, and news of the shift may come later.
func (e *Evaluator) hide(ctx context.Context, tx *sqlx.Tx, uploads []upload) (hidden int, err error) {
	var who []shifts.Who
	var from, to time.Time
	for _, u := range uploads {
		if len(u.fixes) == 0 || !e.Shifts.Hides(u.Company) {
			continue
		}
		who = append(who, shifts.Who(u.Who))
		for _, f := range u.fixes {
			if from.IsZero() || f.At.Before(from) {
				from = f.At
			}
			if f.At.After(to) {
				to = f.At
			}
		}
	}
	if len(who) == 0 {
		return 0, nil
	}
	slices.SortFunc(who, func(a, b shifts.Who) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.User, b.User))
	})
	shown, err := shifts.Read(ctx, tx, slices.Compact(who), from, to.Add(time.Millisecond))
	if err != nil {
		return 0, err
	}
	for i := range uploads {
		u := &uploads[i]
		if is := shown.Of(u.Company, u.User); is != nil {
			before := len(u.fixes)
			u.fixes = slices.DeleteFunc(u.fixes, func(f rule.Fix) bool { return !shows(is, f) })
			hidden += before - len(u.fixes)
		}
	}
	return hidden, nil
}

func shows(is *track.Shown, f rule.Fix) bool { return is.Shows(f.At.UnixMilli()) }

// shownOf returns what people may see of some users of a company; everything if the company does not hide.
func (e *Evaluator) shownOf(ctx context.Context, tx *sqlx.Tx, company string, users []string, from, to time.Time) (shifts.Shown, error) {
	if !e.Shifts.Hides(company) {
		return nil, nil
	}
	who := make([]shifts.Who, len(users))
	for i, user := range users {
		who[i] = shifts.Who{Company: company, User: user}
	}
	return shifts.Read(ctx, tx, who, from, to)
}
