package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func TestEveryRefusalIsASentence(t *testing.T) {
	t.Parallel()
	errs := []error{
		&store.UnknownError{Kind: "users", Index: 3}, &store.UnknownError{Kind: "teams"},
		zone.Faults{{Code: "x", Path: "coordinates[0]", Detail: "a thing. Do it."}},
		&plan.LimitError{Field: "name", Detail: "Do it."},
	}
	for _, p := range refusals {
		errs = append(errs, errors.Join(errors.New("do something"), p.Err))
	}
	for _, err := range errs {
		p, ok := errors.AsType[*httpx.ProblemDetails](problem(err))
		if !ok || p.Status < 400 || p.Status > 499 || p.Code == "" || !strings.HasSuffix(p.Detail, ".") || strings.ToUpper(p.Detail[:1]) != p.Detail[:1] {
			t.Errorf("%v: %+v", err, p)
		}
	}
	if p, ok := errors.AsType[*httpx.ProblemDetails](problem(errors.New("a secret"))); ok {
		t.Errorf("what nobody expected became %+v", p)
	}
}

func TestWhereAFaultIs(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"coordinates[0][17]": "body.geometry.coordinates[0][17]", "type": "body.geometry.type", "geometry": "body.geometry",
		"radius_m": "body.properties.radius_m", "width_m": "body.properties.width_m",
	} {
		p, _ := errors.AsType[*httpx.ProblemDetails](problem(zone.Faults{{Code: "c", Path: path, Detail: "d"}}))
		if p == nil || p.Errors[0].Location != want {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"a.b", ">", "*", " ", "é", "a/b", "a\x00", strings.Repeat("a", 65)} {
		if id, err := newID(bad); err == nil {
			t.Errorf("%q became %q", bad, id)
		}
	}
	first, err := newID("")
	second, _ := newID("")
	if err != nil || first == second || subject.CheckID(first) != nil {
		t.Errorf("%s, %s, %v", first, second, err)
	}
}

// Whatever comes, what is kept is small, can be stored, and is the zone that was checked.
func FuzzZone(f *testing.F) {
	for _, geometry := range []string{
		`{"type":"Polygon","coordinates":[[[0,0],[0.1,0],[0.1,0.1],[0,0]]]}`,
		`{"type":"MultiPolygon","coordinates":[[[[179.9,0],[-179.9,0],[180.0,0.1],[179.9,0]]]],"bbox":[]}`,
		`{"type":"Point","coordinates":[1e-7,30.20000]}`, `{"type":"LineString","coordinates":[[0,0,"\ud800"],[0,0.1,{"a":[1]}]]}`,
		`{"TYPE":"Point","type":"LineString","coordinates":[[0,0],[0,0.1]],"Coordinates":7}`, `null`, `"Point"`, `[]`, `{"type":"Polygon"}`,
		`{"type":"LineString","coordinates":[[0,0,"` + strings.Repeat("x", 1000) + `"],[0,0.1]]}`,
		"{\"type\":\"LineString\",\"coordinates\":[[0,0,\"\xff\"],[0,0.1]]}",
	} {
		for _, size := range []float64{0, 50} {
			f.Add([]byte(geometry), size, size)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, radius, width float64) {
		if !json.Valid(raw) || math.IsNaN(radius+width) || math.IsInf(radius+width, 0) {
			return // json refuses it before
		}
		in := newZone{Geometry: geometry{raw}, Properties: newZoneProperties{Name: "Zona"}}
		if radius != 0 {
			in.Properties.RadiusM = &radius
		}
		if width != 0 {
			in.Properties.WidthM = &width
		}
		z, _, err := in.zone("z")
		if err != nil {
			if p, ok := errors.AsType[*httpx.ProblemDetails](problem(err)); !ok || p.Status != 422 || len(p.Errors) == 0 || len(p.Errors) > 20 {
				t.Fatalf("%s: %v", raw, err)
			}
			return
		}
		if !utf8.Valid(z.Geometry) || !json.Valid(z.Geometry) || len(z.Geometry) > maxVertexBytes*(z.Vertices+1) {
			t.Fatalf("%s is kept as %s", raw, z.Geometry)
		}
		again, err := zone.Parse(z.Geometry, z.RadiusM, z.WidthM)
		if err != nil || again.Vertices() != z.Vertices {
			t.Fatalf("%s is kept as %s: %v", raw, z.Geometry, err)
		}
		in.Geometry = geometry{z.Geometry}
		if twice, _, err := in.zone("z"); err != nil || !bytes.Equal(twice.Geometry, z.Geometry) {
			t.Fatalf("%s became %s (%v)", z.Geometry, twice.Geometry, err)
		}
	})
}
