package zone_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	square := []pos{{0, 0}, {0.1, 0}, {0.1, 0.1}, {0, 0.1}, {0, 0}}
	hole := []pos{{0.02, 0.02}, {0.04, 0.02}, {0.04, 0.04}, {0.02, 0.02}}
	island := []pos{{0.03, 0.022}, {0.035, 0.022}, {0.035, 0.025}, {0.03, 0.022}}
	for _, c := range []struct {
		shape    *zone.Shape
		kind     string
		vertices int
	}{
		{parse(t, "Polygon", rings{square, hole}), "polygon", 7},
		{parse(t, "MultiPolygon", []rings{{square, hole}, {island}}), "multipolygon", 10},
		{circle(t, 1, 1, 5), "circle", 1},
		{corridor(t, 5, square), "corridor", 5},
	} {
		if c.shape.Kind() != c.kind || c.shape.Vertices() != c.vertices {
			t.Errorf("got %s of %d vertices, want %s of %d", c.shape.Kind(), c.shape.Vertices(), c.kind, c.vertices)
		}
	}
	island1 := parse(t, "MultiPolygon", []rings{{square, hole}, {island}})
	for at, want := range map[pos]bool{{0.01, 0.05}: true, {0.025, 0.021}: false, {0.034, 0.023}: true, {0.2, 0.05}: false} {
		if island1.Contains(at[1], at[0]) != want {
			t.Errorf("%v: want %v", at, want)
		}
	}
}

func TestTouchesAndRepeatsAreLetBe(t *testing.T) {
	t.Parallel()
	square := []pos{{0, 0}, {0.1, 0}, {0.1, 0.1}, {0, 0.1}, {0, 0}}
	for name, c := range map[string]struct {
		coordinates []rings
		in, out     pos
	}{
		"repeated positions":           {[]rings{{{{0, 0}, {0, 0}, {0.1, 0}, {0.1, 0.1}, {0.1, 0.1}, {0, 0}, {0, 0}}}}, pos{0.09, 0.01}, pos{0.01, 0.09}},
		"a hole in a corner":           {[]rings{{square, {{0, 0}, {0.05, 0.02}, {0.02, 0.05}, {0, 0}}}}, pos{0.09, 0.05}, pos{0.02, 0.02}},
		"a hole that meets an edge":    {[]rings{{square, {{0.05, 0}, {0.06, 0.05}, {0.04, 0.05}, {0.05, 0}}}}, pos{0.09, 0.05}, pos{0.05, 0.03}},
		"holes that touch":             {[]rings{{square, {{0.05, 0.05}, {0.06, 0.08}, {0.04, 0.08}, {0.05, 0.05}}, {{0.05, 0.05}, {0.06, 0.02}, {0.04, 0.02}, {0.05, 0.05}}}}, pos{0.09, 0.05}, pos{0.05, 0.07}},
		"parts that touch":             {[]rings{{square}, {{{0.1, 0.1}, {0.2, 0.1}, {0.2, 0.2}, {0.1, 0.1}}}}, pos{0.19, 0.12}, pos{0.05, 0.15}},
		"an island at a hole's corner": {[]rings{{square, {{0.02, 0.05}, {0.05, 0.08}, {0.08, 0.05}, {0.05, 0.02}, {0.02, 0.05}}}, {{{0.08, 0.05}, {0.06, 0.055}, {0.06, 0.045}, {0.08, 0.05}}}}, pos{0.065, 0.05}, pos{0.04, 0.05}},
		"a ring through its vertex":    {[]rings{{{{0, 0}, {0.05, 0.05}, {0.1, 0.1}, {0.1, 0}, {0.05, 0.05}, {0, 0.1}, {0, 0}}}}, pos{0.09, 0.05}, pos{0.05, 0.09}},
		"an edge 1 mm beyond another":  {[]rings{{square, {{0.05, -1e-8}, {0.06, 0.05}, {0.04, 0.05}, {0.05, -1e-8}}}}, pos{0.09, 0.05}, pos{0.05, 0.03}},
		"a triangle of 1 m":            {[]rings{{{{0, 0}, {1e-5, 0}, {0, 1e-5}, {0, 0}}}}, pos{2e-6, 2e-6}, pos{8e-6, 8e-6}},
		"a narrow corner":              {[]rings{{{{0, 0}, {0.1, 0}, {0.1, 0.0001}, {0, 0}}}}, pos{0.099, 0.00005}, pos{0.05, 0.0001}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, "MultiPolygon", c.coordinates)
			if !s.Contains(c.in[1], c.in[0]) || s.Distance(c.in[1], c.in[0]) >= 0 {
				t.Errorf("%v is outside", c.in)
			}
			if s.Contains(c.out[1], c.out[0]) || s.Distance(c.out[1], c.out[0]) <= 0 {
				t.Errorf("%v is inside", c.out)
			}
		})
	}
}

func TestMembersThatAreNotOurs(t *testing.T) {
	t.Parallel()
	s, err := zone.Parse([]byte(`{"bbox":[0,0,1,1],"crs":null,"type":"Polygon","coordinates":[[[0,0,2600],[0.1,0,null],[0.1,0.1],[0,0,1]]]}`), nil, nil)
	if err != nil || !s.Contains(0.01, 0.05) {
		t.Fatalf("got %v, %v", s, err)
	}
}

func TestDistrictsOfLima(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/lima.geojson")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Features []struct {
			Properties struct{ Name string }
			Geometry   json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &all); err != nil || len(all.Features) != 8 {
		t.Fatalf("%d districts, %v", len(all.Features), err)
	}
	var members []zone.Member
	var names []string
	for _, f := range all.Features {
		s, err := zone.Parse(f.Geometry, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", f.Properties.Name, err)
		}
		members, names = append(members, zone.Member{Shape: s, BufferM: 25}), append(names, f.Properties.Name)
	}
	set := zone.NewSet(members)
	for _, c := range []struct {
		lat, lon float64
		side     zone.Side
		nearest  string
	}{
		{-12.119, -77.030, zone.Inside, "MIRAFLORES"},
		{-12.097, -77.036, zone.Inside, "SAN ISIDRO"},
		{-12.146, -77.020, zone.Inside, "BARRANCO"},
		{-12.150, -77.060, zone.Outside, "MIRAFLORES"}, // at sea
	} {
		side := set.Locate(c.lat, c.lon, 10)
		if i, d := set.Nearest(c.lat, c.lon); side != c.side || names[i] != c.nearest || (d < 0) != (side == zone.Inside) {
			t.Errorf("%v,%v: side %d, %s at %v m", c.lat, c.lon, side, names[i], d)
		}
	}
}
