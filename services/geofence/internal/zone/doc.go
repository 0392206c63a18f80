// Package zone is the geometry of a zone. It reads a zone from GeoJSON, checks it when it is written, and says where a fix
// lies.
//
// It knows nothing of alerts, does no I/O and starts no goroutines. A Shape and a Set never change once made and are safe
// for concurrent use. Positions passed in must be finite degrees with a latitude within -90 to 90. The code that receives
// them checks this.
//
// What a zone is:
//   - Edges are straight in longitude and latitude, as RFC 7946 says. An edge of 1 km differs from the shortest way by 3 cm
//     at most, and one of 10 km by 3 m at 60 degrees north. Edges over 50 km get positions in between when a zone is
//     written.
//   - Inside is even-odd over all rings of a polygon or multipolygon. A circle is every place nearer to its centre than its
//     radius. A corridor is every place nearer to its line than half its width, so its ends are round.
//   - Longitudes may run past 180. A zone across the antimeridian can be written with 179 and -179, with 179 and 181, or as
//     a multipolygon cut at 180 as RFC 7946 asks. The cut is not a border when both parts have it.
//   - Poles are not supported: latitudes end at 85 degrees. A zone is narrower than 180 degrees.
//
// Distances are lengths on the ellipsoid to a place of the border. Package zone looks for that place in the plane at the
// given position, so distances are right beside the border of a zone of any size. Only rounding makes them too short. They
// are too long by less than 0.1 % within 20 km of the border, 1 % within 100 km and 10 % within 300 km, up to 75 degrees of
// latitude, because far away another place may be the nearest.
//
// Refusals are decided with a tolerance of 1e-7 degrees, about 1 cm. A ring whose ends are that near is closed. All faults
// are reported at once, up to 20. Rings may touch themselves and one another in points. Where a ring goes through itself
// exactly in one of its vertices, it has two loops and both are inside. Repeated positions are allowed. A spike, which runs
// back on the edge it came by, is refused: nobody means it, and its tip would count as border.
package zone
