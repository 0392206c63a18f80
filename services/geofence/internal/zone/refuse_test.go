package zone_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	polygon := func(coordinates string) string { return `{"type":"Polygon","coordinates":` + coordinates + `}` }
	multi := func(coordinates string) string { return `{"type":"MultiPolygon","coordinates":` + coordinates + `}` }
	line := func(coordinates string) string { return `{"type":"LineString","coordinates":` + coordinates + `}` }
	const (
		shell  = `[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]]`
		hole   = `[[0.02,0.02],[0.02,0.04],[0.04,0.04],[0.04,0.02],[0.02,0.02]]`
		point  = `{"type":"Point","coordinates":[1,1]}`
		street = `{"type":"LineString","coordinates":[[1,1],[1.01,1]]}`
	)
	m := func(f float64) *float64 { return &f }
	for name, c := range map[string]struct {
		geometry      string
		radius, width *float64
		code, path    string
		says          string
	}{
		"nothing":               {"", nil, nil, "geometry_invalid", "geometry", "JSON object"},
		"not JSON":              {"{", nil, nil, "geometry_invalid", "geometry", "JSON object"},
		"null":                  {"null", nil, nil, "geometry_invalid", "geometry", "JSON object"},
		"NaN":                   {polygon(`[[[NaN,0]]]`), nil, nil, "geometry_invalid", "geometry", "JSON object"},
		"two objects":           {point + point, m(5), nil, "geometry_invalid", "geometry", "follows"},
		"no type":               {`{"coordinates":[]}`, nil, nil, "geometry_invalid", "type", "missing"},
		"a feature":             {`{"type":"Feature","geometry":{}}`, nil, nil, "geometry_invalid", "type", "Feature"},
		"a type we do not know": {`{"type":"MultiPoint","coordinates":[]}`, nil, nil, "geometry_invalid", "type", "Polygon"},
		"a type in lower case":  {`{"type":"polygon","coordinates":[]}`, nil, nil, "geometry_invalid", "type", "Polygon"},

		"no coordinates":                {`{"type":"Polygon"}`, nil, nil, "geometry_invalid", "coordinates", "rings"},
		"no rings":                      {polygon(`[]`), nil, nil, "geometry_invalid", "coordinates", "rings"},
		"no parts":                      {multi(`[]`), nil, nil, "geometry_invalid", "coordinates", "polygons"},
		"parts are no list":             {multi(`7`), nil, nil, "geometry_invalid", "coordinates", "polygons"},
		"an empty part":                 {multi(`[[` + shell + `],[]]`), nil, nil, "geometry_invalid", "coordinates[1]", "rings"},
		"a ring that is no list":        {polygon(`[` + shell + `,{}]`), nil, nil, "geometry_invalid", "coordinates[1]", "ring"},
		"a position that is no list":    {polygon(`[[[0,0],[0.1,0],3,[0,0]]]`), nil, nil, "geometry_invalid", "coordinates[0][2]", "position"},
		"a position of one number":      {polygon(`[[[0,0],[0.1,0],[0.1],[0,0]]]`), nil, nil, "geometry_invalid", "coordinates[0][2]", "position"},
		"a text for a longitude":        {polygon(`[[[0,0],["0.1",0],[0.1,0.1],[0,0]]]`), nil, nil, "geometry_invalid", "coordinates[0][1][0]", "number"},
		"null for a latitude":           {polygon(`[[[0,0],[0.1,null],[0.1,0.1],[0,0]]]`), nil, nil, "geometry_invalid", "coordinates[0][1][1]", "number"},
		"a number too large":            {polygon(`[[[0,0],[0.1,1e999],[0.1,0.1],[0,0]]]`), nil, nil, "geometry_invalid", "coordinates[0][1][1]", "too large"},
		"a polygon's depth in multi":    {multi(`[` + shell + `]`), nil, nil, "ring_too_short", "coordinates[0][0]", "a position where a ring is due"},
		"a multi's depth in polygon":    {polygon(`[[` + shell + `,` + shell + `,` + shell + `,` + shell + `]]`), nil, nil, "geometry_invalid", "coordinates[0][0][0]", "number"},
		"a line that is no list":        {line(`7`), nil, m(5), "geometry_invalid", "coordinates", "LineString"},
		"latitude 91":                   {polygon(`[[[0,0],[100,91],[0.1,0.1],[0,0]]]`), nil, nil, "coordinates_out_of_range", "coordinates[0][1][1]", "latitude"},
		"latitude 1000":                 {polygon(`[[[0,0],[0.1,1000],[0.1,0.1],[0,0]]]`), nil, nil, "coordinates_out_of_range", "coordinates[0][1][1]", "latitude"},
		"longitude 361":                 {polygon(`[[[361,0],[0.1,0],[0.1,0.1],[361,0]]]`), nil, nil, "coordinates_out_of_range", "coordinates[0][0][0]", "longitude"},
		"text for a third ordinate":     {polygon(`[[[0,0,5],[0.1,0,"5"],[0.1,0.1],[0,0,null]]]`), nil, nil, "geometry_invalid", "coordinates[0][1][2]", "number"},
		"lat before lon":                {polygon(`[[[19.4,-99.1],[19.4,-99.2],[19.5,-99.2],[19.4,-99.1]]]`), nil, nil, "coordinates_swapped", "coordinates[0][0]", "swap"},
		"lat before lon of a point":     {`{"type":"Point","coordinates":[19.4,-99.1]}`, m(5), nil, "coordinates_swapped", "coordinates", "swap"},
		"near a pole":                   {polygon(`[[[0,85.1],[0.1,85.1],[0.1,85.2],[0,85.1]]]`), nil, nil, "latitude_unsupported", "coordinates[0][0][1]", "85"},
		"three positions":               {polygon(`[[[0,0],[0.1,0],[0,0]]]`), nil, nil, "ring_too_short", "coordinates[0]", "This one has 3"},
		"an empty hole":                 {polygon(`[` + shell + `,[]]`), nil, nil, "ring_too_short", "coordinates[1]", "This one has 0"},
		"an open ring":                  {polygon(`[[[0,0],[0.1,0],[0.1,0.1],[0,0.1]]]`), nil, nil, "ring_not_closed", "coordinates[0][3]", "11 km from its first. Repeat"},
		"an open hole in a part":        {multi(`[[` + shell + `],[` + shell + `,[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0.05]]]]`), nil, nil, "ring_not_closed", "coordinates[1][1][4]", "Repeat"},
		"all on one line":               {polygon(`[[[0,0],[0.1,0.1],[0.2,0.2],[0,0]]]`), nil, nil, "zero_area", "coordinates[0]", "one line"},
		"1 mm beside one line":          {polygon(`[[[0,0],[0.1,0.03],[0.07,0.02100001],[0,0]]]`), nil, nil, "zero_area", "coordinates[0]", "one line"},
		"all the same":                  {polygon(`[[[1,1],[1,1],[1,1],[1,1]]]`), nil, nil, "zero_area", "coordinates[0]", "one line"},
		"a bow tie":                     {polygon(`[[[0,0],[0.1,0.1],[0.1,0],[0,0.1],[0,0]]]`), nil, nil, "self_intersection", "coordinates[0][0]", "coordinates[0][2]"},
		"a spike":                       {polygon(`[[[0,0],[0.1,0],[0.1,0.1],[0.05,0.1],[0.05,0.15],[0.05,0.1],[0,0.1],[0,0]]]`), nil, nil, "self_intersection", "coordinates[0][3]", "coordinates[0][4]"},
		"a ring drawn twice":            {polygon(`[[[0,0],[0.1,0],[0.1,0.1],[0,0],[0.1,0],[0.1,0.1],[0,0]]]`), nil, nil, "self_intersection", "coordinates[0][0]", "coordinates[0][3]"},
		"a hole outside":                {polygon(`[` + hole + `,` + `[[0.05,0.05],[0.05,0.06],[0.06,0.06],[0.05,0.05]]]`), nil, nil, "hole_outside", "coordinates[1][0]", "outside"},
		"a hole larger than the rest":   {polygon(`[` + hole + `,` + shell + `]`), nil, nil, "hole_outside", "coordinates[1][0]", "outside"},
		"a hole across the border":      {polygon(`[` + shell + `,[[0.05,0.05],[0.06,0.15],[0.07,0.05],[0.05,0.05]]]`), nil, nil, "hole_outside", "coordinates[1][0]", "coordinates[0][2]"},
		"a hole across in a vertex":     {polygon(`[` + shell + `,[[0.05,0.05],[0.1,0.1],[0.15,0.15],[0.1,0.1],[0.06,0.05],[0.05,0.05]]]`), nil, nil, "self_intersection", "coordinates[1][1]", ""},
		"a hole out through vertices":   {polygon(`[[[0,0],[0.1,0],[0.1,0.05],[0.1,0.1],[0,0.1],[0,0]],[[0.05,0.05],[0.1,0.05],[0.15,0.07],[0.1,0.1],[0.05,0.05]]]`), nil, nil, "hole_outside", "coordinates[1][2]", "outside"},
		"a hole outside by an edge":     {polygon(`[[[0,0],[0.1,0],[0.05,0.05],[0.1,0.1],[0,0.1],[0,0]],[[0.02,0.05],[0.1,0],[0.1,0.1],[0.02,0.05]]]`), nil, nil, "hole_outside", "coordinates[1][1]", "outside"},
		"a hole on the border":          {polygon(`[` + shell + `,[[0.05,0.1],[0.06,0.1],[0.055,0.05],[0.05,0.1]]]`), nil, nil, "hole_outside", "coordinates[1][0]", "coordinates[0][2]"},
		"a hole in a hole":              {polygon(`[` + shell + `,` + hole + `,[[0.025,0.025],[0.03,0.025],[0.03,0.03],[0.025,0.025]]]`), nil, nil, "rings_overlap", "coordinates[2][0]", "coordinates[1]"},
		"a hole around a hole":          {polygon(`[` + shell + `,[[0.025,0.025],[0.03,0.025],[0.03,0.03],[0.025,0.025]],` + hole + `]`), nil, nil, "rings_overlap", "coordinates[1][0]", "coordinates[2]"},
		"the same hole twice":           {polygon(`[` + shell + `,` + hole + `,` + hole + `]`), nil, nil, "rings_overlap", "coordinates[2][0]", "coordinates[1][0]"},
		"a part in a part":              {multi(`[[` + shell + `],[` + hole + `]]`), nil, nil, "rings_overlap", "coordinates[1][0][0]", "coordinates[0][0]"},
		"a part around a part":          {multi(`[[` + hole + `],[` + shell + `]]`), nil, nil, "rings_overlap", "coordinates[0][0][0]", "coordinates[1][0]"},
		"a part out of a hole's corner": {multi(`[[` + shell + `,[[0.02,0.05],[0.05,0.08],[0.08,0.05],[0.05,0.02],[0.02,0.05]]],[[[0.08,0.05],[0.09,0.06],[0.09,0.04],[0.08,0.05]]]]`), nil, nil, "rings_overlap", "coordinates[1][0][1]", "coordinates[0][0]"},
		"parts that cross":              {multi(`[[` + shell + `],[[[0.05,0.05],[0.15,0.05],[0.15,0.06],[0.05,0.05]]]]`), nil, nil, "rings_overlap", "coordinates[1][0][0]", "coordinates[0][0][1]"},
		"parts with a common edge":      {multi(`[[` + shell + `],[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]]`), nil, nil, "rings_overlap", "coordinates[1][0][3]", "coordinates[0][0][1]"},

		"no radius":               {point, nil, nil, "radius_invalid", "radius_m", "radius_m, 1 to 100000"},
		"radius 0":                {point, m(0), nil, "radius_invalid", "radius_m", "outside"},
		"radius NaN":              {point, m(math.NaN()), nil, "radius_invalid", "radius_m", "outside"},
		"radius too large":        {point, m(100_001), nil, "radius_invalid", "radius_m", "outside"},
		"the radius of a polygon": {polygon(`[` + shell + `]`), m(5), nil, "radius_invalid", "radius_m", "Leave"},
		"a point without numbers": {`{"type":"Point","coordinates":[]}`, m(5), nil, "geometry_invalid", "coordinates", "position"},
		"no width":                {street, nil, nil, "width_invalid", "width_m", "1 to 20000"},
		"width below 1":           {street, nil, m(0.9), "width_invalid", "width_m", "outside"},
		"width too large":         {street, nil, m(math.Inf(1)), "width_invalid", "width_m", "outside"},
		"the width of a point":    {point, m(5), m(5), "width_invalid", "width_m", "Leave"},
		"a line of one position":  {line(`[[1,1]]`), nil, m(5), "line_too_short", "coordinates", "This one has 1"},
		"a line without length":   {line(`[[1,1],[1,1]]`), nil, m(5), "line_too_short", "coordinates", "the same"},

		"too many vertices":        {polygon(`[` + shell + `,[` + strings.Repeat("[0,0],", 10_000) + `[0,0]]]`), nil, nil, "too_many_vertices", "coordinates[1]", "10000"},
		"too many in a line":       {line(`[` + strings.Repeat("[0,0],", 10_000) + `[0,0]]`), nil, m(5), "too_many_vertices", "coordinates", "10000"},
		"around the earth":         {polygon(`[[` + parallel(70, 0, 360) + `]]`), nil, nil, "zone_too_wide", "coordinates[0]", "around"},
		"half around the earth":    {polygon(`[[` + parallel(70, 0, 181) + `,` + parallel(70.3, 181, 0) + `,[0,70]]]`), nil, nil, "zone_too_wide", "coordinates", "wider"},
		"a line around the earth":  {line(`[` + parallel(70, 0, 181) + `]`), nil, m(5), "zone_too_wide", "coordinates", "wider"},
		"parts a half world apart": {multi(`[[[[-95,0],[-94.9,0],[-95,0.1],[-95,0]]],[[[0,0],[0.1,0],[0,0.1],[0,0]]],[[[85,0],[85.1,0],[85,0.1],[85,0]]]]`), nil, nil, "zone_too_wide", "coordinates", "wider"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := zone.NewDraft([]byte(c.geometry), c.radius, c.width)
			var f *zone.Fault
			if !errors.As(err, &f) || s != nil {
				t.Fatalf("got %v, %v", s, err)
			}
			if f.Code != c.code || f.Path != c.path || !strings.Contains(f.Detail, c.says) || !strings.HasSuffix(f.Detail, ".") {
				t.Errorf("got %s at %s: %s", f.Code, f.Path, f.Detail)
			}
			if f.Error() != f.Path+": "+f.Detail || !strings.HasPrefix(err.Error(), f.Error()) {
				t.Errorf("as an error: %s of %v", f, err)
			}
			if _, err := zone.Parse([]byte(c.geometry), c.radius, c.width); err == nil && !strings.Contains(name, "third") {
				t.Error("what is refused in a request is read where it is stored")
			}
		})
	}
}

// parallel is a line of positions a degree apart, which is 38 km at 70 degrees north.
func parallel(lat float64, from, to int) string {
	step := 1
	if to < from {
		step = -1
	}
	var b strings.Builder
	for i := from; i != to+step; i += step {
		fmt.Fprintf(&b, "[%v,%v],", math.Remainder(float64(i), 360), lat)
	}
	return strings.TrimSuffix(b.String(), ",")
}
