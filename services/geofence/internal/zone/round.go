package zone

// circle reads a Point: its border is one edge without length, and its radius how far it reaches.
func (r *reader) circle(v any, radiusM *float64) (*Shape, error) {
	if radiusM == nil {
		return nil, fault(radiusInvalid, "radius_m", "a Point needs a radius. Send radius_m, %d to %d metres.", minSizeM, maxRadiusM)
	}
	if !(*radiusM >= minSizeM && *radiusM <= maxRadiusM) {
		return nil, fault(radiusInvalid, "radius_m", "the radius is outside %d to %d metres. Send one that is within.", minSizeM, maxRadiusM)
	}
	p, err := position(v, "coordinates")
	if err != nil {
		return nil, err
	}
	return newShape("circle", 1, *radiusM, []edge{{a: p, b: p}}), nil
}

// corridor reads a LineString. It may cross itself.
func (r *reader) corridor(v any, widthM *float64) (*Shape, error) {
	if widthM == nil {
		return nil, fault(widthInvalid, "width_m", "a LineString needs a width. Send width_m, the whole width, %d to %d metres.", minSizeM, maxWidthM)
	}
	if !(*widthM >= minSizeM && *widthM <= maxWidthM) {
		return nil, fault(widthInvalid, "width_m", "the width is outside %d to %d metres. Send one that is within.", minSizeM, maxWidthM)
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fault(geometryInvalid, "coordinates", "a LineString is a list of positions. Send [[lon, lat], ...].")
	}
	if len(list) < 2 {
		return nil, fault(lineTooShort, "coordinates", "a line needs at least 2 positions. This one has %d.", len(list))
	}
	points, err := r.positions(list, len(list), "coordinates")
	if err != nil {
		return nil, err
	}
	edges := edgesOf(points, 0)
	if len(edges) == 0 {
		return nil, fault(lineTooShort, "coordinates", "all positions of the line are the same. Draw a line, or send a Point with radius_m.")
	}
	if wide(boxOf(points)) {
		return nil, fault(zoneTooWide, "coordinates", "the line is wider than 180 degrees. Split it into several zones.")
	}
	return newShape("corridor", r.vertices, *widthM/2, edges), nil
}
