package zone

import "fmt"

// What can be wrong with a geometry. Clients decide on these.
const (
	geometryInvalid     = "geometry_invalid"
	tooManyVertices     = "too_many_vertices"
	outOfRange          = "coordinates_out_of_range"
	swapped             = "coordinates_swapped"
	latitudeUnsupported = "latitude_unsupported"
	ringTooShort        = "ring_too_short"
	ringNotClosed       = "ring_not_closed"
	lineTooShort        = "line_too_short"
	edgeTooLong         = "edge_too_long"
	zoneTooWide         = "zone_too_wide"
	zeroArea            = "zero_area"
	selfIntersection    = "self_intersection"
	holeOutside         = "hole_outside"
	ringsOverlap        = "rings_overlap"
	radiusInvalid       = "radius_invalid"
	widthInvalid        = "width_invalid"
)

// Fault says why a geometry is refused, where, and what to do.
type Fault struct { //nolint:errname // it says what is at fault in a geometry; callers read it more than they pass it on
	// Code is stable: one of the constants above.
	Code string
	// Path leads to the place in the geometry, such as coordinates[0][17], or is radius_m or width_m. It is "geometry" when
	// the whole is no geometry.
	Path string
	// Detail is a plain sentence for the person who drew the zone. It holds no coordinates.
	Detail string
}

// Error is the path and the detail.
func (f *Fault) Error() string { return f.Path + ": " + f.Detail }

func fault(code, path, detail string, args ...any) error {
	return &Fault{Code: code, Path: path, Detail: fmt.Sprintf(detail, args...)}
}

func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
