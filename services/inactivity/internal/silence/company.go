package silence

import (
	"time"

	"github.com/terreno/terreno/proto/alert"
)

// Company is what there is to judge of a company.
type Company struct {
	ID string
	// Expected people should report. Reporting of them were; Quiet of those have stopped.
	Expected, Reporting, Quiet int
	Shared                     Shared
	// Due are silent, and nobody has been told.
	Due []Person
}

// Count counts people as the store does.
func Count(id string, m Moment, s Shared, people []Person) Company {
	c := Company{ID: id, Expected: len(people), Shared: s}
	for _, p := range people {
		reporting, quiet := p.reporting(m, s)
		if reporting {
			c.Reporting++
		}
		if quiet {
			c.Quiet++
		}
		if p.due(m, s) {
			c.Due = append(c.Due, p)
		}
	}
	return c
}

// most says that more than half stopped; exactly half is not most.
func most(quiet, of int) bool { return 2*quiet > of }

func (c Company) shares() bool {
	if c.Shared.Lasts() && c.Shared.Scope == alert.ScopeCompany {
		return most(c.Quiet, c.Reporting)
	}
	return c.Quiet >= MinQuiet && most(c.Quiet, c.Reporting)
}

// Verdict is what is to be done in a company.
type Verdict struct {
	Company string
	// Begin is the scope of a shared silence that begins now; empty if none does.
	Begin string
	// End says that the shared silence ends.
	End bool
	// Quiet of Reporting people are told of with it.
	Quiet, Reporting int
	// Raise are the people whose silence begins, and Excused the instant from which it counts at the earliest.
	Raise   []Person
	Excused time.Time
	// Behind says that the storage is behind, which the company is told of.
	Behind bool
}

// Judge returns what is to be done. It needs all companies with expected people, because the installation may share a silence.
func Judge(m Moment, companies []Company) []Verdict {
	quiet, reporting, silent, lasts := 0, 0, 0, false
	for _, c := range companies {
		quiet, reporting = quiet+c.Quiet, reporting+c.Reporting
		if c.Quiet > 0 {
			silent++
		}
		lasts = lasts || c.Shared.Lasts() && c.Shared.Scope == alert.ScopeInstallation
	}
	everywhere := most(quiet, reporting) && (lasts || quiet >= MinQuietAll && silent >= MinCompanies)
	var all []Verdict
	for _, c := range companies {
		v := Verdict{Company: c.ID, Quiet: c.Quiet, Reporting: c.Reporting, Excused: c.Shared.Excused, Behind: m.Behind && c.Expected > 0}
		shares := c.shares()
		shared := shares || everywhere && c.Quiet > 0
		switch {
		case shared && !c.Shared.Lasts():
			v.Begin = alert.ScopeCompany
			if everywhere {
				v.Begin = alert.ScopeInstallation
			}
			began := Shared{Since: m.Judged, Scope: v.Begin, Excused: c.Shared.Excused}
			for _, p := range c.Due {
				if p.due(m, began) {
					v.Raise = append(v.Raise, p)
				}
			}
		case !shared && c.Shared.Lasts():
			// Whoever is still silent counts from now. Those who were silent long before go on.
			v.End, v.Raise = true, c.Due
		default:
			v.Raise = c.Due
		}
		if v.Begin != "" || v.End || len(v.Raise) > 0 || v.Behind {
			all = append(all, v)
		}
	}
	return all
}
