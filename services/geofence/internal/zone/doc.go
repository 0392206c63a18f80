// Package zone is the geometry of a zone: read from GeoJSON, checked when it is written, and asked where a fix lies.
//
// It knows nothing of alerts, does no I/O and starts no goroutines. A Shape and a Set never change once made and are safe for
// concurrent use. Asked positions are finite degrees with a latitude within -90 to 90; they are checked where they come in.
//
// What a zone is:
//   - Edges are straight in longitude and latitude, as RFC 7946 says. On an edge of 1 km that differs from the shortest way by
//     3 cm at most, on one of 10 km by 3 m at 60 degrees north; edges over 50 km get positions in between when a zone is written.
//   - Inside is even-odd over all rings of a polygon or multipolygon. A circle is what lies nearer to its centre than its
//     radius, a corridor what lies nearer to its line than half its width, both with round ends.
//   - Longitudes may run past 180. A zone across the antimeridian can be written with 179 and -179, with 179 and 181, or as a
//     multipolygon cut at 180 as RFC 7946 asks; the cut is no border when both parts have it.
//   - Poles are not supported: latitudes end at 85 degrees. A zone is narrower than 180 degrees.
//
// Distances are lengths on the ellipsoid to a place of the border, which is looked for in the plane at the asked position: so
// they are right beside the border of a zone of any size. They are short by rounding alone, and long by less than 0.1 % within 20 km
// of the border, 1 % within 100 km and 10 % within 300 km, up to 75 degrees of latitude, since far away another place may be
// the nearest.
//
// What is refused is decided with a tolerance of 1e-7 degrees, about 1 cm; a ring whose ends are that near is closed. All that is
// wrong is told at once, up to 20 faults. Rings may touch themselves and one another in
// points. Where a ring goes through itself exactly in one of its vertices, it has two loops and both are inside. Repeated
// positions are let be. A spike, which runs back on the edge it came by, is refused: nobody means it, and its tip would count
// as border.
package zone
