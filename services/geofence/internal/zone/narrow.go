package zone

import "github.com/terreno/terreno/pkg/geo"

// maxCells bounds the search for a place deep inside. A zone that needs more cells is long and thin, and is not called
// narrow.
const maxCells = 4000

// NarrowerThan says whether the largest circle that fits in the zone is smaller than radiusM: no position of the zone lies
// that many metres within its border. It may wrongly say no for a zone that is very long.
func (s *Shape) NarrowerThan(radiusM float64) bool {
	if s.reachM > 0 {
		return s.reachM < radiusM
	}
	for cells, seen := []box{s.box}, 0; len(cells) > 0; cells = cells[1:] {
		c := cells[0]
		x, y := (c.minX+c.maxX)/2, (c.minY+c.maxY)/2
		depth := -s.Distance(y, x)
		if seen++; depth >= radiusM || seen > maxCells {
			return false
		}
		// No place of the cell is farther from its middle than a corner. So no place is deeper than the middle by more than
		// that.
		corner := max(geo.Distance(y, x, c.minY, c.minX), geo.Distance(y, x, c.maxY, c.minX))
		if depth+corner < radiusM {
			continue
		}
		if geo.Distance(y, c.minX, y, c.maxX) > geo.Distance(c.minY, x, c.maxY, x) {
			cells = append(cells, box{c.minX, c.minY, x, c.maxY}, box{x, c.minY, c.maxX, c.maxY})
		} else {
			cells = append(cells, box{c.minX, c.minY, c.maxX, y}, box{c.minX, y, c.maxX, c.maxY})
		}
	}
	return true
}
