package route

import (
	"cmp"
	"math"
	"slices"

	"github.com/terreno/terreno/pkg/geo"
)

// The street pattern shows a place only when at least leastUsers people passed there, or when people passed there on at least leastDays
// days. By days, nothing counts within homeM of where anybody's day began or ended.
const (
	leastUsers = 3
	leastDays  = 5
	homeM      = 200

	// MaxBytes is the size of the pattern as GeoJSON, at most.
	MaxBytes = 2_000_000
)

// UserDay is the way of a person on a day: lines in the order of time. Day counts days from any start, the same for all. Several UserDays
// of the same person and day count as one.
type UserDay struct {
	User  string
	Day   int64
	Lines [][]Point
}

// Place is a place without an instant, in degrees.
type Place struct{ Lat, Lon float64 }

// Pattern returns the lines along which people went, without who and when. Each line lies in cells of 0.0005 degrees in which, and
// across sides of them at which, at least 3 people passed, or people on at least 5 different days. By days nothing counts in a
// cell of which a part is within 200 m of where anybody's day began or ended. A line goes through the mean of the
// ways in each cell: it is nobody's own. When there is more than MaxBytes hold as GeoJSON, what the fewest passed is left out.
//
// The result does not depend on the order of the days. It takes a time in proportion to the number of cells that they cross.
func Pattern(days []UserDay) [][]Place { return patternWithin(days, MaxBytes) }

func patternWithin(days []UserDay, maxBytes int) [][]Place {
	days = joined(days)
	home := homes(days)
	g := grid{cells: map[cell]*passed{}, sides: map[side]*passed{}}
	for i, user := 0, int32(-1); i < len(days); i++ {
		if i == 0 || days[i].User != days[i-1].User {
			user++
		}
		g.add(&days[i], user, home)
	}
	return g.lines(maxBytes)
}

// joined returns the days in the order of people and days, each once.
func joined(days []UserDay) []UserDay {
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b UserDay) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Day, b.Day))
	})
	out := days[:0]
	for _, d := range days {
		if n := len(out); n > 0 && out[n-1].User == d.User && out[n-1].Day == d.Day {
			out[n-1].Lines = append(slices.Clone(out[n-1].Lines), d.Lines...)
		} else {
			out = append(out, d)
		}
	}
	return out
}

// homes returns the cells near which anybody's day began or ended. It is anybody's, because a colleague who calls there each
// morning would show it too.
func homes(days []UserDay) map[cell]bool {
	all := map[cell]bool{}
	for _, d := range days {
		var first, last *Point
		for _, l := range d.Lines {
			for i := range l {
				if first == nil || before(&l[i], first) {
					first = &l[i]
				}
				if last == nil || before(last, &l[i]) {
					last = &l[i]
				}
			}
		}
		if first != nil {
			around(first.Lat, first.Lon, homeM, func(c cell) { all[c] = true })
			around(last.Lat, last.Lon, homeM, func(c cell) { all[c] = true })
		}
	}
	return all
}

func before(a, b *Point) bool {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon)) < 0
}

// side is where two cells meet.
type side struct{ low, high cell }

func sideOf(a, b cell) side { return side{min(a, b), max(a, b)} }

// passed says who passed, and when.
type passed struct {
	users []int32 // different ones, at most leastUsers
	days  []int64 // different ones, at most leastDays
	count int     // of people's days
	// x and y are the sums of the places of votes people's days, in 1e-6 of a cell from its south-west corner.
	x, y, votes int64
}

func (p *passed) by(user int32, day int64, home bool) {
	p.count++
	if len(p.users) < leastUsers && !slices.Contains(p.users, user) {
		p.users = append(p.users, user)
	}
	if !home && len(p.days) < leastDays && !slices.Contains(p.days, day) {
		p.days = append(p.days, day)
	}
}

// shows says whether enough passed.
func (p *passed) shows() bool {
	return p != nil && (len(p.users) >= leastUsers || len(p.days) >= leastDays)
}

type grid struct {
	cells map[cell]*passed
	sides map[side]*passed
}

// visit is what one person's day did in a cell.
type visit struct{ x, y, n int64 }

// add counts a day.
func (g *grid) add(d *UserDay, user int32, home map[cell]bool) {
	visits, sides := map[cell]visit{}, map[side]bool{}
	for _, l := range d.Lines {
		for i := 1; i < len(l); i++ {
			walk(&l[i-1], &l[i], visits, sides)
		}
	}
	for c, v := range visits {
		p := g.cells[c]
		if p == nil {
			p = &passed{}
			g.cells[c] = p
		}
		p.by(user, d.Day, home[c])
		if !home[c] {
			p.x, p.y, p.votes = p.x+v.x/v.n, p.y+v.y/v.n, p.votes+1
		}
	}
	for s := range sides {
		p := g.sides[s]
		if p == nil {
			p = &passed{}
			g.sides[s] = p
		}
		p.by(user, d.Day, home[s.low] || home[s.high])
	}
}

const perCell = 1_000_000

// walk notes the cells and the sides on the way from a to b.
func walk(a, b *Point, visits map[cell]visit, sides map[side]bool) {
	dLon := math.Remainder(b.Lon-a.Lon, 360)
	if !(math.Abs(dLon) <= longDeg && geo.Distance(a.Lat, a.Lon, b.Lat, b.Lon) <= longM) {
		return
	}
	from, to := placeOf(a.Lat, a.Lon), placeOf(b.Lat, a.Lon+dLon)
	last := cell(-1)
	crossed(from, to, func(c cell, m place) bool {
		v := visits[c]
		v.x += int64((m.x - math.Floor(m.x)) * perCell)
		v.y += int64((m.y - math.Floor(m.y)) * perCell)
		v.n++
		visits[c] = v
		if last >= 0 && c.beside(last) {
			sides[sideOf(c, last)] = true
		}
		last = c
		return true
	})
}
