package geofence_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
)

// ofPolygon is a Feature whose Polygon has these rings.
func ofPolygon(rings string) string {
	return drawn("z", "Z", `{"type":"Polygon","coordinates":`+rings+`}`, "")
}

// zigzag is a line of n positions.
func zigzag(n int) string {
	var b strings.Builder
	for i := range n {
		_, _ = fmt.Fprintf(&b, ",[%d.%05d,%d]", i/100_000, i%100_000, i%2)
	}
	return strings.ReplaceAll("["+b.String()[1:]+"]", ",1]", ",0.001]")
}

// windows are n windows of a schedule.
func windows(n int) string {
	one := `{"days":["mon"],"from":"08:00","to":"18:00"}`
	return `,"schedule":[` + strings.Repeat(one+",", n-1) + one + `]`
}

// scheduled is a Feature with one window.
func scheduled(days, from, to string) string {
	return drawn("z", "Z", square(0), fmt.Sprintf(`,"schedule":[{"days":%s,"from":%q,"to":%q}]`, days, from, to))
}

var refusals = map[string]struct {
	body           string
	status         int
	code, location string
	detail         string // part of it
}{
	// Geometries.
	"two points":        {ofPolygon(`[[[0,0],[0.1,0]]]`), 422, "ring_too_short", "body.geometry.coordinates[0]", "needs at least 4 positions"},
	"no ring":           {ofPolygon(`[]`), 422, "geometry_invalid", "body.geometry.coordinates", "Send at least one ring."},
	"no area":           {ofPolygon(`[[[0,0],[0.1,0],[0.2,0],[0,0]]]`), 422, "zero_area", "body.geometry.coordinates[0]", "Draw a ring that encloses an area."},
	"open":              {ofPolygon(`[[[0,0],[0.1,0],[0.1,0.1],[0,0.1]]]`), 422, "ring_not_closed", "body.geometry.coordinates[0][3]", "Repeat its first position at its end."},
	"NaN":               {ofPolygon(`[[[NaN,0],[0.1,0],[0.1,0.1],[0,0]]]`), 400, "json_invalid", "body", "not valid JSON"},
	"NaN as text":       {ofPolygon(`[[["NaN",0],[0.1,0],[0.1,0.1],[0,0]]]`), 422, "geometry_invalid", "body.geometry.coordinates[0][0][0]", "A coordinate is a number."},
	"null as number":    {ofPolygon(`[[[0,0],[0.1,null],[0.1,0.1],[0,0]]]`), 422, "geometry_invalid", "body.geometry.coordinates[0][1][1]", "A coordinate is a number."},
	"a huge number":     {ofPolygon(`[[[0,0],[1e400,0],[0.1,0.1],[0,0]]]`), 400, "json_invalid", "body", "errors says why"},
	"swapped":           {ofPolygon(`[[[4.6,-94.1],[4.6,-94.0],[4.7,-94.0],[4.6,-94.1]]]`), 422, "coordinates_swapped", "body.geometry.coordinates[0][0]", "swap the two"},
	"near the pole":     {ofPolygon(`[[[0,86],[0.1,86],[0.1,86.1],[0,86]]]`), 422, "latitude_unsupported", "body.geometry.coordinates[0][0][1]", "not supported"},
	"longitude 361":     {ofPolygon(`[[[361,0],[360.9,0],[360.9,0.1],[361,0]]]`), 422, "coordinates_out_of_range", "body.geometry.coordinates[0][0][0]", "Send degrees"},
	"latitude 200":      {ofPolygon(`[[[0,200],[0.1,200],[0.1,200.1],[0,200]]]`), 422, "coordinates_out_of_range", "body.geometry.coordinates[0][0][1]", "Send degrees."},
	"a figure of eight": {ofPolygon(`[[[0,0],[0.1,0.1],[0.1,0],[0,0.1],[0,0]]]`), 422, "self_intersection", "body.geometry.coordinates[0][0]", ""},
	"a hole outside":    {ofPolygon(`[[[0,0],[0.1,0],[0.1,0.1],[0,0]],[[1,1],[1.1,1],[1.1,1.1],[1,1]]]`), 422, "hole_outside", "body.geometry.coordinates[1]", ""},
	"parts overlap":     {drawn("z", "Z", `{"type":"MultiPolygon","coordinates":[[[[0,0],[0.2,0],[0.2,0.2],[0,0]]],[[[0.1,0.05],[0.3,0.05],[0.3,0.25],[0.1,0.05]]]]}`, ""), 422, "rings_overlap", "body.geometry.coordinates[1][0][0]", "Draw rings that do not overlap."},
	"a flat list":       {ofPolygon(`[[0,0],[0.1,0],[0.1,0.1],[0,0]]`), 422, "ring_too_short", "body.geometry.coordinates[0]", "a position where a ring is due"},
	"10,001 vertices":   {drawn("z", "Z", `{"type":"LineString","coordinates":`+zigzag(10_001)+`}`, `,"width_m":10`), 422, "too_many_vertices", "body.geometry.coordinates", "Simplify it"},
	"a line of one":     {drawn("z", "Z", `{"type":"LineString","coordinates":[[0,0]]}`, `,"width_m":10`), 422, "line_too_short", "body.geometry.coordinates", "at least 2"},
	"no width":          {drawn("z", "Z", `{"type":"LineString","coordinates":[[0,0],[0,0.1]]}`, ""), 422, "width_invalid", "body.properties.width_m", "Send width_m"},
	"width 0":           {drawn("z", "Z", `{"type":"LineString","coordinates":[[0,0],[0,0.1]]}`, `,"width_m":0`), 422, "width_invalid", "body.properties.width_m", "1 to 20000"},
	"no radius":         {drawn("z", "Z", `{"type":"Point","coordinates":[0,0]}`, ""), 422, "radius_invalid", "body.properties.radius_m", "Send radius_m"},
	"radius -1":         {drawn("z", "Z", `{"type":"Point","coordinates":[0,0]}`, `,"radius_m":-1`), 422, "radius_invalid", "body.properties.radius_m", "1 to 100000"},
	"radius 1e400":      {drawn("z", "Z", `{"type":"Point","coordinates":[0,0]}`, `,"radius_m":1e400`), 400, "json_invalid", "body", "errors says why"},
	"radius as text":    {drawn("z", "Z", `{"type":"Point","coordinates":[0,0]}`, `,"radius_m":"50"`), 422, "validation_failed", "body.properties.radius_m", "errors names each"},
	"a polygon's":       {drawn("z", "Z", square(0), `,"radius_m":50`), 422, "radius_invalid", "body.properties.radius_m", "Leave radius_m out."},
	"no coordinates":    {drawn("z", "Z", `{"type":"Polygon"}`, ""), 422, "geometry_invalid", "body.geometry.coordinates", "Send at least one ring."},
	"no type":           {drawn("z", "Z", `{"coordinates":[0,0]}`, ""), 422, "geometry_invalid", "body.geometry.type", "The type is missing."},
	"a collection":      {drawn("z", "Z", `{"type":"GeometryCollection","geometries":[]}`, ""), 422, "geometry_invalid", "body.geometry.type", "Send one of these."},
	"null geometry":     {drawn("z", "Z", `null`, ""), 422, "geometry_invalid", "body.geometry", "Send a GeoJSON geometry"},
	"geometry as text":  {drawn("z", "Z", `"{\"type\":\"Point\"}"`, ""), 422, "geometry_invalid", "body.geometry", "Send a GeoJSON geometry"},
	"geometry a list":   {drawn("z", "Z", `[0,0]`, ""), 422, "geometry_invalid", "body.geometry", "Send a GeoJSON geometry"},
	"a Feature in it":   {drawn("z", "Z", drawn("z", "Z", square(0), ""), ""), 422, "geometry_invalid", "body.geometry.type", "Send the value of its member geometry."},
	"endless digits":    {ofPolygon(`[[[0,0],[0.1,0],[0.1,0.1` + strings.Repeat("0", 1000) + `],[0,0]]]`), 422, "geometry_invalid", "body.geometry.coordinates", "at most 15 digits"},
	"text in positions": {ofPolygon(`[[[0,0,"` + strings.Repeat("x", 1000) + `"],[0.1,0],[0.1,0.1],[0,0]]]`), 422, "geometry_invalid", "body.geometry.coordinates[0][0][2]", "A coordinate is a number."},
	// Features.
	"no body":               {"", 400, "body_required", "", "needs a JSON body"},
	"null":                  {"null", 422, "validation_failed", "body", "errors names each"},
	"a list":                {"[]", 422, "validation_failed", "body", "errors names each"},
	"no JSON":               {"type=Feature", 400, "json_invalid", "body", "not valid JSON"},
	"a FeatureCollection":   {`{"type":"FeatureCollection","features":[]}`, 422, "validation_failed", "body", "errors names each"},
	"whole numbers only":    {`{"type":"Feature","id":7.5,"geometry":` + square(0) + `,"properties":{"name":"Z"}}`, 422, "validation_failed", "body.id", "A-Z, a-z"},
	"an id that is a list":  {`{"type":"Feature","id":["a"],"geometry":` + square(0) + `,"properties":{"name":"Z"}}`, 422, "validation_failed", "body.id", "A-Z, a-z"},
	"no geometry":           {`{"type":"Feature","properties":{"name":"Z"}}`, 422, "validation_failed", "body", "errors names each"},
	"no properties":         {`{"type":"Feature","geometry":` + square(0) + `}`, 422, "validation_failed", "body", "errors names each"},
	"properties null":       {`{"type":"Feature","geometry":` + square(0) + `,"properties":null}`, 422, "validation_failed", "body.properties", "errors names each"},
	"10,000 levels":         {drawn("z", "Z", `{"type":"Polygon","coordinates":`+strings.Repeat("[", 10_001)+strings.Repeat("]", 10_001)+`}`, ""), 400, "json_invalid", "body", "not valid JSON"},
	"9,000 levels":          {ofPolygon(strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)), 422, "ring_too_short", "body.geometry.coordinates[0]", "This one has 1."},
	"9,000 levels, unnoted": {ofPolygon(`[[[0,0,` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `],[0.1,0],[0.1,0.1],[0,0]]]`), 422, "geometry_invalid", "body.geometry.coordinates[0][0][2]", "A coordinate is a number."},
	// Ids.
	"id a.b":           {drawn("a.b", "Z", square(0), ""), 422, "validation_failed", "body.id", "A-Z, a-z"},
	"id >":             {drawn(">", "Z", square(0), ""), 422, "validation_failed", "body.id", "A-Z, a-z"},
	"id *":             {drawn("*", "Z", square(0), ""), 422, "validation_failed", "body.id", "A-Z, a-z"},
	"id ../x":          {drawn("../x", "Z", square(0), ""), 422, "validation_failed", "body.id", "A-Z, a-z"},
	"id a blank":       {drawn(" ", "Z", square(0), ""), 422, "validation_failed", "body.id", "A-Z, a-z"},
	"id a line":        {drawn("a\n", "Z", square(0), ""), 422, "validation_failed", "body.id", "A-Z, a-z"},
	"id of 65":         {drawn(strings.Repeat("a", 65), "Z", square(0), ""), 422, "validation_failed", "body.id", "1 to 64 characters"},
	"no name":          {`{"type":"Feature","geometry":` + square(0) + `,"properties":{}}`, 422, "validation_failed", "body.properties", "errors names each"},
	"an empty name":    {drawn("z", "", square(0), ""), 422, "validation_failed", "body.properties.name", "The name is empty"},
	"blanks as name":   {drawn("z", " \t\u00a0 ", square(0), ""), 422, "validation_failed", "body.properties.name", "The name is empty"},
	"a name of 201":    {drawn("z", strings.Repeat("ñ", 201), square(0), ""), 422, "validation_failed", "body.properties.name", "errors names each"},
	"a NUL in a name":  {`{"type":"Feature","geometry":` + square(0) + `,"properties":{"name":"a\u0000b"}}`, 400, "text_holds_nul", "body.properties.name", "Leave it out"},
	"a NUL in a place": {drawn("z", "Z", `{"type":"Point","coordinates":[0,0,"\u0000"]}`, `,"radius_m":5`), 400, "text_holds_nul", "body.geometry.coordinates[2]", "Leave it out"},
	// Schedules.
	"no such day":      {scheduled(`["lunes"]`, "08:00", "18:00"), 422, "validation_failed", "body.properties.schedule[0].days[0]", "errors names each"},
	"no days":          {scheduled(`[]`, "08:00", "18:00"), 422, "validation_failed", "body.properties.schedule[0].days", "errors names each"},
	"days null":        {scheduled(`null`, "08:00", "18:00"), 422, "validation_failed", "body.properties.schedule[0].days", "errors names each"},
	"eight days":       {scheduled(`["mon","mon","mon","mon","mon","mon","mon","mon"]`, "08:00", "18:00"), 422, "validation_failed", "body.properties.schedule[0].days", "errors names each"},
	"from 24:00":       {scheduled(`["mon"]`, "24:00", "08:00"), 422, "validation_failed", "body.properties.schedule[0].from", "errors names each"},
	"24:01":            {scheduled(`["mon"]`, "08:00", "24:01"), 422, "validation_failed", "body.properties.schedule[0].to", "errors names each"},
	"8:00":             {scheduled(`["mon"]`, "8:00", "18:00"), 422, "validation_failed", "body.properties.schedule[0].from", "errors names each"},
	"a line after":     {scheduled(`["mon"]`, "08:00\n", "18:00"), 422, "validation_failed", "body.properties.schedule[0].from", "errors names each"},
	"22 windows":       {drawn("z", "Z", square(0), windows(22)), 422, "validation_failed", "body.properties.schedule", "errors names each"},
	"a window is text": {drawn("z", "Z", square(0), `,"schedule":["always"]`), 422, "validation_failed", "body.properties.schedule[0]", "errors names each"},
	// Parameters.
	"no buffer":        {drawn("z", "Z", square(0), `,"exit_buffer_m":0.9`), 422, "validation_failed", "body.properties.exit_buffer_m", "errors names each"},
	"a huge buffer":    {drawn("z", "Z", square(0), `,"exit_buffer_m":1001`), 422, "validation_failed", "body.properties.exit_buffer_m", "errors names each"},
	"no fixes":         {drawn("z", "Z", square(0), `,"confirm_fixes":0`), 422, "validation_failed", "body.properties.confirm_fixes", "errors names each"},
	"21 fixes":         {drawn("z", "Z", square(0), `,"confirm_fixes":21`), 422, "validation_failed", "body.properties.confirm_fixes", "errors names each"},
	"half a fix":       {drawn("z", "Z", square(0), `,"confirm_fixes":2.5`), 422, "validation_failed", "body.properties.confirm_fixes", "errors names each"},
	"negative seconds": {drawn("z", "Z", square(0), `,"confirm_s":-1`), 422, "validation_failed", "body.properties.confirm_s", "errors names each"},
	"3601 seconds":     {drawn("z", "Z", square(0), `,"confirm_s":3601`), 422, "validation_failed", "body.properties.confirm_s", "errors names each"},
}

func TestBadZonesAreRefusedWithThePlaceAndWhatToDo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("ya", "Ya")).Is(t, http.StatusCreated, "")
	before, plan := w.send(t, jefa("acme"), "GET", "/v1/zones", nil).Text, w.version(t, "acme")
	for what, c := range refusals {
		for _, r := range [][2]string{{"POST", "/v1/zones"}, {"PUT", "/v1/zones/ya"}} {
			if r[0] == "PUT" && c.location == "body.id" {
				continue // there it is not the address's
			}
			a := w.send(t, jefa("acme"), r[0], r[1], strings.Replace(c.body, `"id":"z",`, "", 1))
			location, message := "", a.Body["detail"]
			if list, ok := a.Body["errors"].([]any); ok {
				first := list[0].(map[string]any)
				location, message = first["location"].(string), first["message"]
			}
			detail := fmt.Sprint(a.Body["detail"])
			if a.Status != c.status || a.Body["code"] != c.code || !strings.HasPrefix(location, c.location) || !strings.Contains(detail, c.detail) || message == "" {
				t.Errorf("%s %s: %d %.600s", r[0], what, a.Status, a.Text)
			}
			if !strings.HasSuffix(detail, ".") || strings.ToUpper(detail[:1]) != detail[:1] || len(a.Text) > 2000 {
				t.Errorf("%s: no sentence: %.600s", what, a.Text)
			}
		}
	}
	if after := w.send(t, jefa("acme"), "GET", "/v1/zones", nil).Text; after != before || w.version(t, "acme") != plan {
		t.Errorf("something changed: %s", after)
	}
}

func TestAMegabyteIsRefusedQuickly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	line := func(n int) string {
		return drawn("z", "Z", `{"type":"LineString","coordinates":`+zigzag(n)+`}`, `,"width_m":10`)
	}
	bodies := map[string]string{
		"a megabyte of a line":     line(100_000),
		"a megabyte and no end":    `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[` + strings.Repeat("[0,0],", 1<<18),
		"a megabyte of anything":   strings.Repeat("[", 1<<20+1),
		"a byte more than allowed": line(9_999) + strings.Repeat(" ", 1<<20+1-len(line(9_999))),
	}
	apptest.Until(t, func() bool { // others may have the machine for a while: once is enough
		began := time.Now()
		for what, body := range bodies {
			if a := w.send(t, jefa("acme"), "POST", "/v1/zones", body); a.Status != http.StatusRequestEntityTooLarge || a.Body["code"] != "body_too_large" || !strings.Contains(a.Text, "1048576") {
				t.Errorf("%s of %d: %d %s", what, len(body), a.Status, a.Text)
			}
		}
		w.send(t, jefa("acme"), "POST", "/v1/zones", strings.Repeat("[", 1<<20)).Is(t, http.StatusBadRequest, "json_invalid")
		w.send(t, jefa("acme"), "POST", "/v1/zones", line(9_999)+strings.Repeat(" ", 1<<20-len(line(9_999)))).Is(t, http.StatusCreated, "")
		took := time.Since(began)
		t.Logf("it took %v", took)
		w.send(t, jefa("acme"), "DELETE", "/v1/zones/z", nil).Is(t, http.StatusNoContent, "")
		return took <= 10*time.Second
	})
}

// What is accepted where a refusal is near.
func TestTheLastGoodValues(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	for i, body := range []string{
		drawn("id", "Z", square(0), ""),
		drawn("id", "Z", square(0), windows(21)),
		drawn("id", "Z", square(0), `,"schedule":[{"days":["sat","sun"],"from":"22:00","to":"06:00"},{"days":["mon"],"from":"00:00","to":"00:00"},{"days":["tue"],"from":"00:00","to":"24:00"}]`),
		drawn("id", "Z", square(0), `,"schedule":[]`),
		drawn("id", "Z", square(0), `,"exit_buffer_m":1,"confirm_fixes":1,"confirm_s":0`),
		drawn("id", "Z", square(0), `,"exit_buffer_m":1e3,"confirm_fixes":20,"confirm_s":3600`),
		drawn("id", "Z", `{"type":"Point","coordinates":[180,85]}`, `,"radius_m":100000`),
		drawn("id", "Z", `{"type":"LineString","coordinates":[[0,0,1e3,-4.50],[0,0.1]]}`, `,"width_m":100`),
	} {
		id := []string{strings.Repeat("Z", 64), "-", "_", "0", "a-b_C", "f", "g", "h"}[i]
		body = strings.Replace(strings.Replace(body, `"id":"id"`, `"id":"`+id+`"`, 1), `"name":"Z"`, `"name":"`+id+`"`, 1)
		created := w.send(t, jefa("acme"), "POST", "/v1/zones", body)
		if created.Status != http.StatusCreated {
			t.Errorf("%s: %d %s", id, created.Status, created.Text)
			continue
		}
		if a := w.send(t, jefa("acme"), "GET", "/v1/zones/"+id, nil).Is(t, http.StatusOK, ""); a.Text != created.Text {
			t.Errorf("created %s\nread %s", created.Text, a.Text)
		}
	}
	if a := w.send(t, jefa("acme"), "POST", "/v1/zones", drawn("", "Vacío", square(0), "")).Is(t, http.StatusCreated, ""); len(a.Body["id"].(string)) != 36 {
		t.Errorf("an empty id became %v", a.Body["id"])
	}
}

// What is mended in a zone, and what may not work, is told where it was written, and what was refused says it all at once.
func TestWarningsAreInTheAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	codes := func(a answer) (list []string) {
		all, _ := a.Body["warnings"].([]any)
		for _, one := range all {
			list = append(list, one.(map[string]any)["code"].(string))
		}
		return list
	}
	long := drawn("pais", "País", `{"type":"Polygon","coordinates":[[[-75,4],[-74,4],[-74,5],[-74.99999999,4.00000001]]]}`, "")
	a := w.send(t, jefa("acme"), "POST", "/v1/zones", long, "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
	if got := codes(a); !slices.Equal(got, []string{"vertices_added", "ring_closed"}) || !strings.Contains(a.Text, "7 vertices were added") {
		t.Errorf("%s", a.Text)
	}
	if again := w.send(t, jefa("acme"), "POST", "/v1/zones", long, "Idempotency-Key", "k"); again.Text != a.Text {
		t.Errorf("a repeat says %s", again.Text)
	}
	if read := w.send(t, jefa("acme"), "GET", "/v1/zones/pais", nil).Is(t, http.StatusOK, ""); codes(read) != nil {
		t.Errorf("%s", read.Text)
	}
	small := drawn("7", "Caseta", `{"type":"Point","coordinates":[-74,4]}`, `,"radius_m":29`)
	w.send(t, jefa("acme"), "POST", "/v1/zones", strings.Replace(small, `"id":"7"`, `"id":7`, 1)).Is(t, http.StatusCreated, "")
	if a := w.send(t, jefa("acme"), "PUT", "/v1/zones/7", small).Is(t, http.StatusOK, ""); !slices.Equal(codes(a), []string{"zone_narrow"}) {
		t.Errorf("%s", a.Text)
	}
	if a := w.send(t, jefa("acme"), "POST", "/v1/zones", `{"type":"FeatureCollection","features":[`+small+`]}`); !strings.Contains(a.Text, "Send one of its features") {
		t.Errorf("%s", a.Text)
	}
	a = w.send(t, jefa("acme"), "POST", "/v1/zones", ofPolygon(`[[[0,0],["1",0],[0,99],[0,0]],[[0,0]]]`)).Is(t, http.StatusUnprocessableEntity, "geometry_invalid")
	if list := a.Body["errors"].([]any); len(list) != 3 {
		t.Errorf("%s", a.Text)
	}
}

// A member in another case does not bring a value past the schema. That the limits hold without the schema, plan tests.
func TestAMemberInAnotherCasePassesNoLimit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	for _, extra := range []string{`,"confirm_s":60,"CONFIRM_S":100000`, `,"Confirm_Fixes":1000`, `,"EXIT_BUFFER_M":1e9`, `,"NAME":"` + strings.Repeat("x", 201) + `"`} {
		if a := w.send(t, jefa("acme"), "POST", "/v1/zones", drawn("z", "Z", square(0), extra)); a.Status < 400 || a.Status > 499 {
			t.Errorf("%.40s: %d %.300s", extra, a.Status, a.Text)
		}
	}
	if a := w.send(t, jefa("acme"), "PUT", "/v1/zone-settings", `{"exit_buffer_m":40,"confirm_fixes":2,"confirm_s":60,"max_accuracy_m":100,"max_age_s":600,"max_gap_s":600,"MAX_ACCURACY_M":1e9}`); a.Status < 400 || a.Status > 499 {
		t.Errorf("%d %s", a.Status, a.Text)
	}
	if v := w.version(t, "acme"); v != 0 {
		t.Errorf("plan version %d", v)
	}
}
