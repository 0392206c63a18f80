package zone

import (
	"fmt"
	"strings"
)

// Codes for what can be wrong with a geometry. Clients make decisions by these codes.
const (
	geometryInvalid     = "geometry_invalid"
	tooManyVertices     = "too_many_vertices"
	outOfRange          = "coordinates_out_of_range"
	swapped             = "coordinates_swapped"
	latitudeUnsupported = "latitude_unsupported"
	ringTooShort        = "ring_too_short"
	ringNotClosed       = "ring_not_closed"
	lineTooShort        = "line_too_short"
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
	// the whole is not a geometry.
	Path string
	// Detail is a plain sentence for the person who drew the zone. It holds no coordinates.
	Detail string
}

// Error is the path and the detail.
func (f *Fault) Error() string { return f.Path + ": " + f.Detail }

// maxFaults is how many faults are named at once. A client that mends them is then told the rest.
const maxFaults = 20

// Faults are what is wrong with a geometry, at least one and at most 20.
type Faults []*Fault //nolint:errname // as above

// Error names all faults.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap returns the faults as errors.
func (fs Faults) Unwrap() []error {
	list := make([]error, len(fs))
	for i, f := range fs {
		list[i] = f
	}
	return list
}

// add records a fault, unless there are already maxFaults.
func (fs *Faults) add(code, path, detail string, args ...any) {
	if !fs.full() {
		*fs = append(*fs, &Fault{Code: code, Path: path, Detail: fmt.Sprintf(detail, args...)})
	}
}

func (fs Faults) full() bool { return len(fs) >= maxFaults }

// err returns the faults, or nil when there are none.
func (fs Faults) err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
