package store

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/terreno/terreno/services/activity/internal/visit"
)

// folded is what the actions on a visit come to.
type folded struct {
	visit.Visit
	log     []visit.Entry
	answers json.RawMessage
	// opened is when the visit was opened again, zero if it never was.
	opened, last time.Time
	// photo says that a photo is among the actions that are new.
	photo bool
}

func fold(v Visit, rows []actionRow) folded {
	f := folded{last: v.CreatedAt.UTC()}
	f.Visit, f.log = visit.Fold(v.plan(), actionsOf(rows))
	f.answers, _ = json.Marshal(visit.Answers(v.Items(), f.log)) // texts and instants
	for _, e := range f.log {
		if e.Kind == visit.Reopen && e.Rule == "" {
			f.opened = e.At
		}
		if e.At.After(f.last) {
			f.last = e.At
		}
	}
	return f
}

func (f folded) ruleOf(key string) visit.Rule {
	for _, e := range f.log {
		if e.Key == key {
			return e.Rule
		}
	}
	return ""
}

// idle says that an action left the state as it was.
func (f folded) idle(key string) bool {
	return !slices.ContainsFunc(f.log, func(e visit.Entry) bool { return e.Key == key && e.From != e.To })
}
