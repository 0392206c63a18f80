package zone

// circle reads a Point. Its only edge has no length, and the circle reaches as far from it as the radius.
func (r *reader) circle(v any, radiusM *float64) *Shape {
	switch {
	case radiusM == nil:
		r.faults.add(radiusInvalid, "radius_m", "a Point needs a radius. Send radius_m, %d to %d metres.", minSizeM, maxRadiusM)
	case !(*radiusM >= minSizeM && *radiusM <= maxRadiusM):
		r.faults.add(radiusInvalid, "radius_m", "the radius is outside %d to %d metres. Send one that is within.", minSizeM, maxRadiusM)
	}
	p, ok := r.position(v, "coordinates")
	if !ok || len(r.faults) > 0 {
		return nil
	}
	return newShape("circle", 1, *radiusM, []edge{{a: p, b: p}})
}

// corridor reads a LineString. It may cross itself.
func (r *reader) corridor(v any, widthM *float64) *Shape {
	switch {
	case widthM == nil:
		r.faults.add(widthInvalid, "width_m", "a LineString needs a width. Send width_m, the whole width, %d to %d metres.", minSizeM, maxWidthM)
	case !(*widthM >= minSizeM && *widthM <= maxWidthM):
		r.faults.add(widthInvalid, "width_m", "the width is outside %d to %d metres. Send one that is within.", minSizeM, maxWidthM)
	}
	list, ok := v.([]any)
	switch {
	case !ok:
		r.faults.add(geometryInvalid, "coordinates", "a LineString is a list of positions. Send [[lon, lat], ...].")
		return nil
	case len(list) < 2:
		r.faults.add(lineTooShort, "coordinates", "a line needs at least 2 positions. This one has %d.", len(list))
		return nil
	}
	points, ok := r.positions(list, len(list), "coordinates")
	if !ok {
		return nil
	}
	edges := edgesOf(points, 0)
	if len(edges) == 0 {
		r.faults.add(lineTooShort, "coordinates", "all positions of the line are the same. Draw a line, or send a Point with radius_m.")
	}
	if wide(boxOf(points)) {
		r.faults.add(zoneTooWide, "coordinates", "the line is wider than 180 degrees. Split it into several zones.")
	}
	if len(r.faults) > 0 {
		return nil
	}
	return newShape("corridor", r.vertices, *widthM/2, edges)
}
