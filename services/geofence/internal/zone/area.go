package zone

// area checks the rings of a polygon or multipolygon together, and compiles them. It returns nil when there are faults. It
// checks how rings lie to one another only once each ring is right, and which ring lies in which only once no rings cross.
func (r *reader) area(kind string, parts []part) *Shape {
	if len(r.faults) > 0 {
		return nil
	}
	var rings []*ring
	var owner []int // of each ring, its part
	whole := parts[0][0].box
	for i, p := range parts {
		for j := range p {
			rings, owner = append(rings, &p[j]), append(owner, i)
			whole = whole.with(p[j].box)
		}
	}
	if wide(whole) {
		r.faults.add(zoneTooWide, "coordinates", "the zone is wider than 180 degrees. Split it into several zones.")
		return nil
	}
	var edges []edge
	for i, r := range rings {
		edges = append(edges, edgesOf(r.at, i)...)
	}
	edges = closeSeam(edges)
	sweep(edges, whole, rings, func(e, f *edge) bool {
		r.clash(rings, owner, parts, e, f)
		return !r.faults.full()
	})
	if len(r.faults) == 0 {
		r.nesting(parts)
	}
	if len(r.faults) > 0 {
		return nil
	}
	return newShape(kind, r.vertices, 0, edges)
}

// clash records the fault of two edges that cross or run on one another.
func (r *reader) clash(rings []*ring, owner []int, parts []part, e, f *edge) {
	if f.ring < e.ring || f.ring == e.ring && f.index < e.index {
		e, f = f, e
	}
	here, there := at(rings[e.ring].path, e.index), at(rings[f.ring].path, f.index)
	switch {
	case e.ring == f.ring:
		r.faults.add(selfIntersection, here, "the edge from here to the next position crosses or runs back on the edge that begins at %s. Draw a border that does not meet itself.", there)
	case owner[e.ring] == owner[f.ring] && rings[e.ring].path == parts[owner[e.ring]][0].path:
		r.faults.add(holeOutside, there, "the edge from here to the next position crosses or runs on the outer border, at the edge that begins at %s. Keep the hole within it.", here)
	default:
		r.faults.add(ringsOverlap, there, "the edge from here to the next position crosses or runs on the edge of another ring that begins at %s. Draw rings that do not overlap.", here)
	}
}

// nesting refuses holes outside their shell, holes that overlap and parts that overlap. It may only be called when no two
// edges cross.
func (r *reader) nesting(parts []part) {
	for _, p := range parts {
		r.holesFit(p)
	}
	for i, a := range parts {
		for j, b := range parts {
			if r.faults.full() {
				return
			}
			if i != j && a[0].box.meets(b[0].box) {
				r.apart(a[0], b[0], b.classify)
			}
		}
	}
}

func (r *reader) holesFit(p part) {
	shell, holes := p[0], p[1:]
	for _, h := range holes {
		if i, found := h.find(outside, shell.classify); found {
			r.faults.add(holeOutside, at(h.path, i), "this position of the hole is outside the outer border. Keep the hole within it, or send it as a part of its own.")
		}
	}
	for i, a := range holes {
		for _, b := range holes[:i] {
			if r.faults.full() {
				return
			}
			if a.box.meets(b.box) {
				r.apart(a, b, b.classify)
				r.apart(b, a, a.classify)
			}
		}
	}
}

// apart refuses a ring that has a point inside another ring's area.
func (r *reader) apart(one, other ring, classify func(point) side) {
	if i, found := one.find(inside, classify); found {
		r.faults.add(ringsOverlap, at(one.path, i), "this position lies inside the area of %s. Draw rings that do not overlap.", other.path)
	}
}
