package route

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

const (
	digits    = 5    // of a degree: 1.1 m
	marginOf  = 0.02 // of a cell: no place is so near its side that rounding moves it out
	drawnM    = 6    // a line is thinned with this error
	tooCloseM = 18   // two places beside one another that are closer become one
)

// lines draws the sides that show, as many as maxBytes hold as GeoJSON: those first that most people passed.
func (g *grid) lines(maxBytes int) [][]Place {
	var sides []side
	for s, p := range g.sides {
		if p.shows() && g.cells[s.low].shows() && g.cells[s.high].shows() {
			sides = append(sides, s)
		}
	}
	slices.SortFunc(sides, func(a, b side) int {
		return cmp.Or(-cmp.Compare(g.sides[a].count, g.sides[b].count), cmp.Compare(a.low, b.low), cmp.Compare(a.high, b.high))
	})
	for {
		lines := g.draw(sides)
		size := len(AppendGeoJSON(nil, lines))
		if size <= maxBytes || len(sides) == 0 {
			return lines
		}
		sides = sides[:int(0.95*float64(len(sides))*float64(maxBytes)/float64(size))]
	}
}

// node is a place of the pattern.
type node struct {
	cell cell
	at   place
	next []int // the nodes beside it, in order
	gone bool  // it was merged into another
}

// draw makes lines of sides.
func (g *grid) draw(sides []side) [][]Place {
	index := map[cell]int{}
	var cells []cell
	for _, s := range sides {
		cells = append(cells, s.low, s.high)
	}
	slices.Sort(cells)
	cells = slices.Compact(cells)
	p := &pattern{grid: g, nodes: make([]node, len(cells))}
	for i, c := range cells {
		index[c] = i
		p.nodes[i] = node{cell: c, at: g.cells[c].place(c)}
	}
	for _, s := range sides {
		a, b := index[s.low], index[s.high]
		p.nodes[a].next, p.nodes[b].next = append(p.nodes[a].next, b), append(p.nodes[b].next, a)
	}
	for i := range p.nodes {
		slices.Sort(p.nodes[i].next)
	}
	p.merge()
	return p.chains()
}

// place returns the mean of the places in a cell, or its middle if nobody's counts.
func (p *passed) place(c cell) place {
	x, y := 0.5, 0.5
	if p.votes > 0 {
		x, y = float64(p.x/p.votes)/perCell, float64(p.y/p.votes)/perCell
	}
	inside := func(v float64) float64 { return max(marginOf, min(1-marginOf, v)) }
	return rounded(place{float64(c.column()) + inside(x), float64(c.row()) + inside(y)})
}

// rounded returns the place as it is written.
func rounded(p place) place {
	out := p.degrees()
	return placeOf(out.Lat, out.Lon)
}

func (p place) degrees() Place {
	scale := math.Pow10(digits)
	return Place{Lat: math.Round((p.y*cellDeg-90)*scale) / scale, Lon: math.Round((p.x*cellDeg-180)*scale) / scale}
}

// pattern is a graph of nodes that are beside one another.
type pattern struct {
	grid  *grid
	nodes []node
}

// may says whether a line may be drawn from a to b: it crosses nothing but cells that show.
func (p *pattern) may(a, b place) bool {
	return math.Abs(a.x-b.x) < columns/2 && crossed(a, b, func(c cell, _ place) bool { return p.grid.cells[c].shows() })
}

// merge makes one of two nodes side by side whose places are close: a street along the side of cells would be two.
func (p *pattern) merge() {
	for a := range p.nodes {
		for _, b := range slices.Clone(p.nodes[a].next) {
			if p.nodes[a].gone || p.nodes[b].gone || metres(p.nodes[a].at, p.nodes[b].at) > tooCloseM {
				continue
			}
			at := rounded(place{(p.nodes[a].at.x + p.nodes[b].at.x) / 2, (p.nodes[a].at.y + p.nodes[b].at.y) / 2})
			next := slices.Concat(p.nodes[a].next, p.nodes[b].next)
			slices.Sort(next)
			next = slices.DeleteFunc(slices.Compact(next), func(i int) bool { return i == a || i == b })
			if slices.ContainsFunc(next, func(i int) bool { return !p.may(at, p.nodes[i].at) }) {
				continue
			}
			p.nodes[a].at, p.nodes[a].next = at, next
			p.nodes[b].gone, p.nodes[b].next = true, nil
			for _, i := range next {
				n := slices.DeleteFunc(p.nodes[i].next, func(k int) bool { return k == a || k == b })
				n = append(n, a)
				slices.Sort(n)
				p.nodes[i].next = n
			}
		}
	}
}

// metres returns about how far two places are from one another.
func metres(a, b place) float64 {
	const perCellM = cellDeg * 111_195
	return math.Hypot((a.x-b.x)*math.Cos((a.y*cellDeg-90)*math.Pi/180), a.y-b.y) * perCellM
}

// chains returns the lines between the nodes where not just two lines meet, and the rings that are left.
func (p *pattern) chains() (lines [][]Place) {
	for _, ends := range []bool{true, false} {
		for a := range p.nodes {
			if ends && len(p.nodes[a].next) == 2 {
				continue
			}
			for len(p.nodes[a].next) > 0 {
				lines = append(lines, p.thinned(p.follow(a)))
			}
		}
	}
	return lines
}

// follow takes a line that begins at a node out of the graph: up to a node where not just two met.
func (p *pattern) follow(a int) []place {
	line := []place{p.nodes[a].at}
	for start := a; ; {
		b := p.nodes[a].next[0]
		p.nodes[a].next = p.nodes[a].next[1:]
		i := slices.Index(p.nodes[b].next, a)
		through := len(p.nodes[b].next) == 2 && b != start
		p.nodes[b].next = slices.Delete(p.nodes[b].next, i, i+1)
		line = append(line, p.nodes[b].at)
		if !through {
			return line
		}
		a = b
	}
}

// thinned leaves out the places that the line does not need, where it may.
func (p *pattern) thinned(way []place) []Place {
	points := make([]Point, len(way))
	for i, at := range way {
		d := at.degrees()
		points[i] = Point{Lat: d.Lat, Lon: d.Lon}
	}
	out := []Place{way[0].degrees()}
	l := planar(points)
	for from := 0; from < len(way)-1; from += blockPoints {
		until := min(from+blockPoints, len(way)-1)
		for _, i := range l.reduce(from, until, drawnM, func(a, b int) bool { return p.may(way[a], way[b]) }) {
			out = append(out, way[i].degrees())
		}
	}
	return out
}

// AppendGeoJSON appends the lines as a GeoJSON FeatureCollection of LineStrings without properties.
func AppendGeoJSON(to []byte, lines [][]Place) []byte {
	to = append(to, `{"type":"FeatureCollection","features":[`...)
	for i, l := range lines {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, `{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[`...)
		for k, p := range l {
			if k > 0 {
				to = append(to, ',')
			}
			to = append(to, '[')
			to = strconv.AppendFloat(to, p.Lon, 'f', -1, 64)
			to = append(to, ',')
			to = strconv.AppendFloat(to, p.Lat, 'f', -1, 64)
			to = append(to, ']')
		}
		to = append(to, `]}}`...)
	}
	return append(to, `]}`...)
}
