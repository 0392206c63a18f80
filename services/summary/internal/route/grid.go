package route

import (
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

// The street pattern counts in cells of cellDeg degrees of latitude and of longitude: 55 m at the equator.
const (
	cellDeg = 0.0005
	columns = 360 / cellDeg
	rows    = 180 / cellDeg
	// A segment that is longer is none of a street.
	longM, longDeg = 100_000, 5
)

// cell is row*columns + column, from the south pole and from 180 degrees west.
type cell int64

func cellAt(x, y float64) cell {
	column := math.Mod(math.Floor(x), columns)
	if column < 0 {
		column += columns
	}
	return cell(max(0, min(rows-1, math.Floor(y)))*columns + column)
}

func (c cell) row() int64    { return int64(c) / columns }
func (c cell) column() int64 { return int64(c) % columns }

// beside says whether two cells share a side.
func (c cell) beside(o cell) bool {
	dx, dy := c.column()-o.column(), c.row()-o.row()
	if dx == columns-1 || dx == 1-columns {
		dx = 1
	}
	return dx*dx+dy*dy == 1
}

// place is a place in cells: east of 180 degrees west, and north of the south pole.
type place struct{ x, y float64 }

func placeOf(lat, lon float64) place { return place{(lon + 180) / cellDeg, (lat + 90) / cellDeg} }

// crossed calls fn with each cell that the segment from a to b crosses, in order, and the middle of the part that is in it. It
// ends when fn returns false, and says whether it never did.
func crossed(a, b place, fn func(c cell, middle place) bool) bool {
	dx, dy := b.x-a.x, b.y-a.y
	nextX, stepX := boundary(a.x, dx)
	nextY, stepY := boundary(a.y, dy)
	for t := 0.0; ; {
		tx, ty := math.Inf(1), math.Inf(1)
		if dx != 0 {
			tx = (nextX - a.x) / dx
		}
		if dy != 0 {
			ty = (nextY - a.y) / dy
		}
		until := min(tx, ty, 1)
		m := (t + until) / 2
		if middle := (place{a.x + m*dx, a.y + m*dy}); until > t || t == 0 && until >= 1 {
			if !fn(cellAt(middle.x, middle.y), middle) {
				return false
			}
		}
		if until >= 1 {
			return true
		}
		t = until
		if tx <= until {
			nextX += stepX
		}
		if ty <= until {
			nextY += stepY
		}
	}
}

// boundary returns the first side of a cell on the way from v in a direction, and the step to the next one.
func boundary(v, direction float64) (next, step float64) {
	if direction < 0 {
		return math.Ceil(v) - 1, -1
	}
	return math.Floor(v) + 1, 1
}

// around calls fn with each cell of which a part is within so many metres of a place.
func around(lat, lon, metres float64, fn func(cell)) {
	p := geo.NewProjection(max(-89.9, min(89.9, lat)), lon)
	east, north := p.Scale()
	east, north = east*cellDeg, north*cellDeg
	at := placeOf(lat, lon)
	// Near a pole a cell is narrow. What is then left out is at sea.
	reachX, reachY := min(math.Ceil(metres/east), 1_000), math.Ceil(metres/north)
	for y := math.Floor(at.y) - reachY; y <= math.Floor(at.y)+reachY; y++ {
		for x := math.Floor(at.x) - reachX; x <= math.Floor(at.x)+reachX; x++ {
			dx := max(0, x-at.x, at.x-x-1) * east
			dy := max(0, y-at.y, at.y-y-1) * north
			if dx*dx+dy*dy <= metres*metres {
				fn(cellAt(x+0.5, y+0.5))
			}
		}
	}
}
