package zone

import (
	"math"

	"github.com/tidwall/rtree"
)

const (
	// maxMarginM is the widest margin that Locate uses, and MaxDepthM the most that Depth returns. The boxes are large
	// enough for both.
	maxMarginM = 150
	// MaxDepthM is how many metres beyond a border count. A fix farther away is not more certain.
	MaxDepthM = 100
	// linearBoxes is up to how many boxes a look at each box is cheaper than the R-tree.
	linearBoxes = 64
)

// Member is a zone of a set. BufferM is how far beyond the zone's border a fix is still not outside.
type Member struct {
	Shape   *Shape
	BufferM float64
}

// Side is where a fix lies, seen from a set. The zero value is Near, which says nothing.
type Side int8

const (
	// Outside means farther than max(buffer, margin) from every member.
	Outside Side = iota - 1
	// Near means neither outside nor inside.
	Near
	// Inside means within the border of some member.
	Inside
)

// Set is the union of zones. It never changes.
type Set struct {
	members []Member
	// boxes are the members' boxes, grown by buffer, margin and depth. owners are the indices of their members. A member
	// that lies across the antimeridian has two boxes. A set of many boxes has them in the tree instead.
	boxes  []box
	owners []int
	tree   *rtree.RTreeG[int]
}

// NewSet compiles 1 to 10,000 members. It keeps the slice.
func NewSet(members []Member) *Set {
	s := &Set{members: members}
	for i, m := range members {
		for _, b := range turns(m.Shape.box.growM(m.Shape.reachM + max(m.BufferM, maxMarginM) + MaxDepthM)) {
			s.boxes, s.owners = append(s.boxes, b), append(s.owners, i)
		}
	}
	if len(s.boxes) > linearBoxes {
		s.tree = new(rtree.RTreeG[int])
		for i, b := range s.boxes {
			s.tree.Insert([2]float64{b.minX, b.minY}, [2]float64{b.maxX, b.maxY}, s.owners[i])
		}
		s.boxes, s.owners = nil, nil
	}
	return s
}

// turns returns the places of a box among longitudes from -180 to 180.
func turns(b box) []box {
	if b.maxX-b.minX >= 360 {
		return []box{{-180, b.minY, 180, b.maxY}}
	}
	middle := (b.minX + b.maxX) / 2
	b = b.shift(unwrap(middle, 0) - middle)
	switch {
	case b.minX < -180:
		return []box{b, b.shift(360)}
	case b.maxX > 180:
		return []box{b, b.shift(-360)}
	}
	return []box{b}
}

// Locate says on which side a fix lies. The fix may be up to marginM from where its user is. A margin over 150 m counts as
// 150.
func (s *Set) Locate(lat, lon, marginM float64) Side {
	marginM = min(marginM, maxMarginM)
	side := Outside
	s.around(lat, lon, func(m Member, lon float64) bool {
		side = max(side, m.locate(lat, lon, marginM))
		return side != Inside
	})
	return side
}

// Depth returns how far a fix lies beyond the border of the side that Locate says, in metres, at most MaxDepthM. Inside, it
// is the way out of the member that the fix is deepest in. Outside, it is the way to where the nearest member's buffer or
// margin begins. Near, it is 0.
func (s *Set) Depth(lat, lon, marginM float64) float64 {
	marginM = min(marginM, maxMarginM)
	within, beyond := 0.0, float64(MaxDepthM)
	s.around(lat, lon, func(m Member, lon float64) bool {
		d := m.Shape.Distance(lat, lon)
		within, beyond = max(within, -d), min(beyond, d-max(m.BufferM, marginM))
		return true
	})
	if within > 0 {
		return min(within, MaxDepthM)
	}
	return max(beyond, 0)
}

// around calls fn for the members whose boxes hold a position, until it returns false.
func (s *Set) around(lat, lon float64, fn func(m Member, lon float64) bool) {
	lon = math.Remainder(lon, 360)
	if s.tree != nil {
		at := [2]float64{lon, lat}
		s.tree.Search(at, at, func(_, _ [2]float64, i int) bool { return fn(s.members[i], lon) })
		return
	}
	for i, b := range s.boxes {
		if b.has(lon, lat) && !fn(s.members[s.owners[i]], lon) {
			return
		}
	}
}

func (m Member) locate(lat, lon, marginM float64) Side {
	x := unwrap(lon, m.Shape.middle)
	if m.Shape.reachM == 0 && m.Shape.covers(lat, x) {
		return Inside
	}
	switch d := m.Shape.edgeM(lat, x) - m.Shape.reachM; {
	case d < 0: // of a circle or a corridor
		return Inside
	case d <= max(m.BufferM, marginM):
		return Near
	}
	return Outside
}

// Nearest returns the member whose border is nearest from outside, or deepest from inside, and the signed distance to it.
// It looks at every member. For an empty set it returns -1 and infinity.
func (s *Set) Nearest(lat, lon float64) (member int, distanceM float64) {
	member, distanceM = -1, math.Inf(1)
	for i, m := range s.members {
		if d := m.Shape.Distance(lat, lon); d < distanceM {
			member, distanceM = i, d
		}
	}
	return member, distanceM
}
