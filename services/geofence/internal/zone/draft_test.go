package zone_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func draft(t *testing.T, geometry string, width *float64) *zone.Draft {
	t.Helper()
	d, err := zone.NewDraft([]byte(geometry), nil, width)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// edges are the lengths of a line's or a ring's.
func edges(t *testing.T, line [][]float64) (lengths []float64) {
	t.Helper()
	for i := 1; i < len(line); i++ {
		lengths = append(lengths, geo.Distance(line[i-1][1], line[i-1][0], line[i][1], line[i][0]))
	}
	return lengths
}

// TestLongEdgesAreCut: into pieces of at most 50 km, straight in degrees, and what was sent stays as it was written.
func TestLongEdgesAreCut(t *testing.T) {
	t.Parallel()
	width := 100.0
	for name, c := range map[string]struct {
		line  string
		added int
	}{
		"none is long":          {`[[0,0],[0.4,0]]`, 0},
		"to the north":          {`[[0,0],[0,1.0]]`, 2},
		"to the east":           {`[[-75.500,60],[-70.5,60]]`, 5},
		"across a tenth of it":  {`[[0,0],[20,40]]`, 99},
		"antimeridian":          {`[[179,10],[-179,10.00]]`, 4},
		"running on past it":    {`[[359,0],[-0.5,0]]`, 1},
		"running on beyond 360": {`[[359.9,0],[0.9,0]]`, 2},
	} {
		d := draft(t, `{"type":"LineString","coordinates":`+c.line+`}`, &width)
		var stored struct{ Coordinates [][]float64 }
		if err := json.Unmarshal(d.Geometry, &stored); err != nil {
			t.Fatal(err)
		}
		if d.Added != c.added || len(stored.Coordinates) != 2+c.added || d.Shape.Vertices() != 2+c.added {
			t.Errorf("%s: %d added, %d stored: %s", name, d.Added, len(stored.Coordinates), d.Geometry)
		}
		for _, m := range edges(t, stored.Coordinates) {
			if m > 50_000 {
				t.Errorf("%s: an edge of %v m in %s", name, m, d.Geometry)
			}
		}
		sent := strings.SplitAfterN(c.line, "]", 2)
		if !strings.Contains(string(d.Geometry), sent[0]+",") || !strings.Contains(string(d.Geometry), sent[1]) {
			t.Errorf("%s: %s is no more what was sent: %s", name, c.line, d.Geometry)
		}
	}
}

// Half of the United States by four corners: inside stays inside, and the border is the straight one.
func TestALongPolygonIsTheSameZone(t *testing.T) {
	t.Parallel()
	d := draft(t, `{"type":"Polygon","coordinates":[[[-120,35],[-90,35],[-90,48],[-120,48],[-120,35]]]}`, nil)
	if d.Added < 100 || d.Shape.Vertices() != 4+d.Added {
		t.Errorf("%d added, %d vertices", d.Added, d.Shape.Vertices())
	}
	for _, lon := range []float64{-119, -110.123, -105, -91} {
		if !d.Shape.Contains(47.9999, lon) || d.Shape.Contains(48.0001, lon) || math.Abs(d.Shape.Distance(47.999, lon)+111.2) > 0.5 {
			t.Errorf("the border at %v is elsewhere: %v m", lon, d.Shape.Distance(47.999, lon))
		}
	}
}

func TestTooManyVerticesWithThoseThatLongEdgesNeed(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 200 {
		_, _ = fmt.Fprintf(&b, ",[%d,%d]", 80*(i%2), i%3)
	}
	width := 100.0
	_, err := zone.NewDraft([]byte(`{"type":"LineString","coordinates":[`+b.String()[1:]+`]}`), nil, &width)
	var f *zone.Fault
	if !errors.As(err, &f) || f.Code != "too_many_vertices" || !strings.Contains(f.Detail, "200 vertices") || !strings.Contains(f.Detail, "10000") {
		t.Errorf("%v", err)
	}
}

func TestARingWhoseEndsAreNearIsClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ring   string
		closed bool
		last   string
	}{
		"closed":           {`[0,0],[0.1,0],[0.1,0.1],[0.0,0.00]`, false, "[0.0,0.00]"},
		"a millimetre":     {`[0,0],[0.1,0],[0.1,0.1],[0.00000001,0]`, true, "[0,0]"},
		"a turn":           {`[180,0],[180.1,0],[180.1,0.1],[-180,0]`, false, "[-180,0]"},
		"a turn and a bit": {`[180,0],[180.1,0],[180.1,0.1],[-180,0.00000001]`, true, "[180,0]"},
		"with an altitude": {`[0,0,7],[0.1,0],[0.1,0.1],[0,0.00000001,9]`, true, "[0,0,7]"},
	} {
		for _, kind := range []string{`{"type":"Polygon","coordinates":[[%s]]}`, `{"type":"MultiPolygon","coordinates":[[[%s]]]}`} {
			d := draft(t, fmt.Sprintf(kind, c.ring), nil)
			if d.Closed != c.closed || !strings.Contains(string(d.Geometry), c.last+"]]") || d.Added != 0 {
				t.Errorf("%s: %+v %s", name, d, d.Geometry)
			}
		}
	}
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	for geometry, want := range map[string]string{
		`{"type":"Polygon","coordinates":[[[0,0],[0.1,91],["x",0],[0,0]],[[0,0],[1,1]],7,[[0,0],[0.1,0],[0.1,0.1],[0,0.1]]]}`: "coordinates[0][1] coordinates[0][2][0] coordinates[1] coordinates[2] coordinates[3][3]",
		`{"type":"MultiPolygon","coordinates":[[],[[[0,0],[0.1,0],[0.2,0],[0,0]]]]}`:                                          "coordinates[0] coordinates[1][0]",
		`{"type":"Point","coordinates":[0,99]}`:                                                                               "radius_m coordinates",
		// Crossings are told together, and what lies in what only when there are none.
		`{"type":"Polygon","coordinates":[[[0,0],[0.1,0.1],[0.1,0],[0,0.1],[0,0]],[[1,0],[1.1,0.1],[1.1,0],[1,0.1],[1,0]]]}`:                 "coordinates[0][0] coordinates[1][0]",
		`{"type":"Polygon","coordinates":[[[0,0],[0.1,0],[0.1,0.1],[0,0]],[[1,0],[1.1,0],[1.1,0.1],[1,0]],[[2,0],[2.1,0],[2.1,0.1],[2,0]]]}`: "coordinates[1][0] coordinates[2][0]",
	} {
		_, err := zone.NewDraft([]byte(geometry), nil, nil)
		var all zone.Faults
		errors.As(err, &all)
		var paths []string
		for _, f := range all {
			paths = append(paths, f.Path)
		}
		if got := strings.Join(paths, " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", geometry, got, want)
		}
	}
	_, err := zone.NewDraft([]byte(`{"type":"LineString","coordinates":[`+strings.Repeat(`["x",0],`, 9000)+`[0,0]]}`), nil, nil)
	var all zone.Faults
	if errors.As(err, &all); len(all) != 20 {
		t.Errorf("%d faults", len(all))
	}
}

func TestWhatIsNarrow(t *testing.T) {
	t.Parallel()
	const m = 1 / 111_320.0
	box := func(w, h float64) *zone.Shape {
		return parse(t, "Polygon", rings{{{0, 0}, {w * m, 0}, {w * m, h * m}, {0, h * m}, {0, 0}}})
	}
	for name, c := range map[string]struct {
		shape  *zone.Shape
		narrow bool
	}{
		"a circle of 29 m":         {circle(t, 1, 1, 29), true},
		"a circle of 30 m":         {circle(t, 1, 1, 30), false},
		"a corridor of 59 m":       {corridor(t, 59, []pos{{0, 0}, {0.1, 0}}), true},
		"a corridor of 60 m":       {corridor(t, 60, []pos{{0, 0}, {0.1, 0}}), false},
		"a square of 58 m":         {box(58, 58), true},
		"a square of 62 m":         {box(62, 62), false},
		"a strip of 40 m by 10 km": {box(40, 10_000), true},
		"a strip of 70 m by 10 km": {box(70, 10_000), false},
		"an L":                     {parse(t, "Polygon", rings{{{0, 0}, {500 * m, 0}, {500 * m, 40 * m}, {40 * m, 40 * m}, {40 * m, 500 * m}, {0, 500 * m}, {0, 0}}}), true},
		"with a hole in its middle": {parse(t, "Polygon", rings{
			{{0, 0}, {200 * m, 0}, {200 * m, 200 * m}, {0, 200 * m}, {0, 0}}, {{40 * m, 40 * m}, {160 * m, 40 * m}, {160 * m, 160 * m}, {40 * m, 160 * m}, {40 * m, 40 * m}},
		}), true},
		"a country": {parse(t, "Polygon", rings{star(rand.New(rand.NewPCG(1, 1)), 10, 10, 400_000, 0.8, 1, 5000)}), false},
	} {
		if got := c.shape.NarrowerThan(30); got != c.narrow {
			t.Errorf("%s: narrow is %v", name, got)
		}
	}
}
