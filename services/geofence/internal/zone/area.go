package zone

// area checks the rings of a polygon or multipolygon together, and compiles them.
func area(kind string, parts []part, vertices int) (*Shape, error) {
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
		return nil, fault(zoneTooWide, "coordinates", "the zone is wider than 180 degrees. Split it into several zones.")
	}
	var edges []edge
	for i, r := range rings {
		edges = append(edges, edgesOf(r.at, i)...)
	}
	edges = closeSeam(edges)
	if e, f := sweep(edges, whole, rings); e != nil {
		return nil, clashFault(rings, owner, parts, e, f)
	}
	if err := nesting(parts); err != nil {
		return nil, err
	}
	return newShape(kind, vertices, 0, edges), nil
}

// clashFault names two edges that cross or run on one another.
func clashFault(rings []*ring, owner []int, parts []part, e, f *edge) error {
	if f.ring < e.ring || f.ring == e.ring && f.index < e.index {
		e, f = f, e
	}
	here, there := at(rings[e.ring].path, e.index), at(rings[f.ring].path, f.index)
	switch {
	case e.ring == f.ring:
		return fault(selfIntersection, here, "the edge from here to the next position crosses or runs back on the edge that begins at %s. Draw a border that does not meet itself.", there)
	case owner[e.ring] == owner[f.ring] && rings[e.ring].path == parts[owner[e.ring]][0].path:
		return fault(holeOutside, there, "the edge from here to the next position crosses or runs on the outer border, at the edge that begins at %s. Keep the hole within it.", here)
	default:
		return fault(ringsOverlap, there, "the edge from here to the next position crosses or runs on the edge of another ring that begins at %s. Draw rings that do not overlap.", here)
	}
}

// nesting refuses holes outside their shell, holes that overlap and parts that overlap. No two edges cross when it is asked.
func nesting(parts []part) error {
	for _, p := range parts {
		if err := p.holesFit(); err != nil {
			return err
		}
	}
	for i, a := range parts {
		for j, b := range parts {
			if i == j || !a[0].box.meets(b[0].box) {
				continue
			}
			if err := apart(a[0], b[0], b.classify); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p part) holesFit() error {
	shell, holes := p[0], p[1:]
	for _, h := range holes {
		if i, found := h.find(outside, shell.classify); found {
			return fault(holeOutside, at(h.path, i), "this position of the hole is outside the outer border. Keep the hole within it, or send it as a part of its own.")
		}
	}
	for i, a := range holes {
		for _, b := range holes[:i] {
			if !a.box.meets(b.box) {
				continue
			}
			if err := apart(a, b, b.classify); err != nil {
				return err
			}
			if err := apart(b, a, a.classify); err != nil {
				return err
			}
		}
	}
	return nil
}

// apart refuses a ring that has a place inside another ring's area.
func apart(r, other ring, classify func(point) side) error {
	if i, found := r.find(inside, classify); found {
		return fault(ringsOverlap, at(r.path, i), "this position lies inside the area of %s. Draw rings that do not overlap.", other.path)
	}
	return nil
}
