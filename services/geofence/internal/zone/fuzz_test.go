package zone_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

var codes = map[string]bool{
	"geometry_invalid": true, "too_many_vertices": true, "coordinates_out_of_range": true, "coordinates_swapped": true,
	"latitude_unsupported": true, "ring_too_short": true, "ring_not_closed": true, "line_too_short": true,
	"zone_too_wide": true, "zero_area": true, "self_intersection": true, "hole_outside": true, "rings_overlap": true,
	"radius_invalid": true, "width_invalid": true,
}

// FuzzParse: nothing panics, a refusal says what and where, and what is accepted answers with finite distances that agree.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"type":"Polygon","coordinates":[[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]],[[0.02,0.02],[0.04,0.02],[0.04,0.04],[0.02,0.02]]]}`,
		`{"type":"Polygon","coordinates":[[[179.9,0],[-179.9,0],[-179.9,0.2],[179.9,0.2],[179.9,0]]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[0.1,0.1],[0.1,0],[0,0.1],[0,0]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[179.9,0],[180,0],[180,0.2],[179.9,0]]],[[[-180,0],[-179.9,0],[-180,0.2],[-180,0]]]]}`,
		`{"type":"Point","coordinates":[-77,-12,150]}`,
		`{"type":"LineString","coordinates":[[-77,-12],[-77.01,-12.01],[-77.01,-12.01]]}`,
		`{"type":"Feature","geometry":{"type":"Point"}}`,
		`{"type":"Polygon","coordinates":[[[1e-300,5e-324],[1e-310,0],[-0,1e-7],[1e-300,5e-324]]]}`,
		`{"type":"LineString","coordinates":[[360,-85],[-360,-85]]}`,
		`[`, `{"type":"Polygon","coordinates":` + strings.Repeat("[", 50),
	} {
		f.Add([]byte(seed), 100.0, uint8(0), 0.05, 0.05)
		f.Add([]byte(seed), 100.0, uint8(1), -12.0, -77.0)
		f.Add([]byte(seed), 1e300, uint8(2), 85.0, 180.0)
	}
	f.Fuzz(func(t *testing.T, geometry []byte, size float64, which uint8, lat, lon float64) {
		var radius, width *float64
		if which&1 != 0 {
			radius = &size
		}
		if which&2 != 0 {
			width = &size
		}
		s, err := zone.Parse(geometry, radius, width)
		d, refused := zone.NewDraft(geometry, radius, width)
		if refused != nil {
			refusedWell(t, d, refused)
		} else {
			draftIsStored(t, d, radius, width)
		}
		if err != nil {
			var f zone.Faults
			if s != nil || refused == nil || !errors.As(err, &f) {
				t.Fatalf("read %v, %v; drawn %v", s, err, refused)
			}
			return
		}
		if s.Vertices() < 1 || s.Vertices() > zone.MaxVertices || s.Kind() == "" {
			t.Fatalf("%s of %d vertices", s.Kind(), s.Vertices())
		}
		if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 1000) {
			return
		}
		answersAgree(t, s, lat, lon)
	})
}

// draftIsStored: what is stored is read again, and needs no mending.
func draftIsStored(t *testing.T, d *zone.Draft, radius, width *float64) {
	t.Helper()
	again, err := zone.NewDraft(d.Geometry, radius, width)
	if err != nil || again.Added != 0 || again.Closed || string(again.Geometry) != string(d.Geometry) || again.Shape.Vertices() != d.Shape.Vertices() {
		t.Fatalf("%s with %d added became %+v, %v", d.Geometry, d.Added, again, err)
	}
}

func refusedWell(t *testing.T, d *zone.Draft, err error) {
	t.Helper()
	var all zone.Faults
	if !errors.As(err, &all) || d != nil || len(all) == 0 || len(all) > 20 {
		t.Fatalf("%v with %T", d, err)
	}
	for _, f := range all {
		faultIsSaid(t, f)
	}
}

func faultIsSaid(t *testing.T, f *zone.Fault) {
	t.Helper()
	whole := f.Path == "geometry" || f.Path == "type" || f.Path == "radius_m" || f.Path == "width_m"
	if !codes[f.Code] || !whole && !strings.HasPrefix(f.Path, "coordinates") || !strings.HasSuffix(f.Detail, ".") || strings.Contains(f.Detail, "%!") {
		t.Fatalf("%s at %s: %s", f.Code, f.Path, f.Detail)
	}
}

func answersAgree(t *testing.T, s *zone.Shape, lat, lon float64) {
	t.Helper()
	d := s.Distance(lat, lon)
	if math.IsNaN(d) || math.Abs(d) > 20_040_000 || (d < 0) != s.Contains(lat, lon) && d != 0 {
		t.Fatalf("%v m, contains is %v", d, s.Contains(lat, lon))
	}
	set := zone.NewSet([]zone.Member{{Shape: s, BufferM: 25}})
	side := set.Locate(lat, lon, 10)
	if (side == zone.Inside) != s.Contains(lat, lon) || side == zone.Near && d > 25 || side == zone.Outside && d <= 25 {
		t.Fatalf("%v m from the border is side %d", d, side)
	}
	if member, least := set.Nearest(lat, lon); member != 0 || least != d {
		t.Fatalf("nearest is %d at %v m, not %v m", member, least, d)
	}
}
