package geofence_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// square is a Polygon of 2 km with its lower left corner so many hundredths of a degree east of Bogotá's.
func square(east int) string {
	w, e := -74.10+float64(east)/100, -74.08+float64(east)/100
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%.2f,4.64],[%.2f,4.64],[%.2f,4.66],[%.2f,4.66],[%.2f,4.64]]]}`, w, e, e, w, w)
}

// drawn is a Feature as text, so that its numbers reach the service as they are written. more is further properties.
func drawn(id, name, geometry, more string) string {
	return fmt.Sprintf(`{"type":"Feature","id":%q,"geometry":%s,"properties":{"name":%q%s}}`, id, geometry, name, more)
}

// version of the plan, 0 when the company has none.
func (w *world) version(t *testing.T, company string) (n int64) {
	t.Helper()
	if err := w.admin.GetContext(t.Context(), &n, `SELECT coalesce((SELECT version FROM geofence.plan WHERE id_empresa = $1), 0)`, company); err != nil {
		t.Fatal(err)
	}
	return n
}

// shape is the version at which what the rule sees of a zone changed last.
func (w *world) shape(t *testing.T, company, id string) (n int64) {
	t.Helper()
	if err := w.admin.GetContext(t.Context(), &n, `SELECT shape_version FROM geofence.zone WHERE id_empresa = $1 AND id = $2`, company, id); err != nil {
		t.Fatal(err)
	}
	return n
}

func properties(t *testing.T, a answer) map[string]any {
	t.Helper()
	p, ok := a.Body["properties"].(map[string]any)
	if !ok {
		t.Fatalf("no properties: %d %s", a.Status, a.Text)
	}
	return p
}

func TestWhatIsWrittenIsWhatIsRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	for name, c := range map[string]struct{ geometry, more string }{
		"polygon":       {`{"type":"Polygon","coordinates":[[[-97.76000,30.20000],[-97.70,30.2],[-97.70,30.25],[-97.76000,30.20000]]]}`, ""},
		"holes":         {`{"type":"Polygon","coordinates":[[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]],[[1e-2,1e-2],[1e-2,2E-2],[0.02,0.02],[1e-2,1e-2]]]}`, ""},
		"tiny numbers":  {`{"type":"Polygon","coordinates":[[[1e-7,-0.0],[0.0100000,1e-7],[0.01,0.01000000000000000001],[1e-7,-0.0]]]}`, ""},
		"antimeridian":  {`{"type":"Polygon","coordinates":[[[179.9,-16.1],[180.1,-16.1],[180.1,-16.0],[179.9,-16.0],[179.9,-16.1]]]}`, ""},
		"the other way": {`{"type":"Polygon","coordinates":[[[179.9,-16.1],[-179.9,-16.1],[-179.9,-16.0],[179.9,-16.0],[179.9,-16.1]]]}`, ""},
		"multipolygon":  {`{"type":"MultiPolygon","coordinates":[[[[0,0],[0.1,0],[0.1,0.1],[0,0]]],[[[1,1],[1.1,1],[1.1,1.10],[1,1]]]]}`, ""},
		"circle":        {`{"type":"Point","coordinates":[-74.080000,4.65]}`, `,"radius_m":200.5`},
		"corridor":      {`{"type":"LineString","coordinates":[[-74.08,4.65],[-74.0800001,4.66],[-74.07,4.66,2600.0]]}`, `,"width_m":50`},
	} {
		id := strings.ReplaceAll(name, " ", "-")
		path, want := "/v1/zones/"+id, `"geometry":`+c.geometry
		for what, a := range map[string]answer{
			"created":  w.send(t, jefa("acme"), "POST", "/v1/zones", drawn(id, name, c.geometry, c.more)).Is(t, http.StatusCreated, ""),
			"read":     w.send(t, jefa("acme"), "GET", path, nil).Is(t, http.StatusOK, ""),
			"listed":   w.send(t, jefa("acme"), "GET", "/v1/zones?limit=1000", nil).Is(t, http.StatusOK, ""),
			"replaced": w.send(t, jefa("acme"), "PUT", path, drawn("", name, c.geometry, c.more)).Is(t, http.StatusOK, ""),
			"assigned": w.send(t, jefa("acme"), "PUT", path+"/users", `{"users":[]}`).Is(t, http.StatusOK, ""),
		} {
			if !strings.Contains(a.Text, want) {
				t.Errorf("%s, %s: %s\nwant %s", name, what, a.Text, want)
			}
		}
	}
	// What replaced and assigned it changed nothing.
	p := properties(t, w.send(t, jefa("acme"), "GET", "/v1/zones/circle", nil))
	if p["radius_m"] != 200.5 || p["updated_by"] != "jefa" || p["created_at"] != "2026-03-09T17:00:00Z" || p["version"] != 1.0 || p["exit_buffer_m"] != nil {
		t.Errorf("%v", p)
	}
}

// Of a geometry what the standard names is kept, and nothing else: neither a browser's additions nor a megabyte of them.
func TestUnknownMembersAreIgnored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	geometry := `{"bbox":[1,2,3,4],"crs":{"a":"\uffff"},"coordinates":[-74.08,4.65],"type":"Point","note":"` + strings.Repeat("x", 900_000) + `"}`
	body := `{"type":"Feature","bbox":[0,0,1,1],"geometry":` + geometry + `,"properties":{"name":"Centro","radius_m":50,"color":"red","users":["juan"]},"x":{"y":1}}`
	a := w.send(t, jefa("acme"), "POST", "/v1/zones", body).Is(t, http.StatusCreated, "")
	if !strings.Contains(a.Text, `"geometry":{"type":"Point","coordinates":[-74.08,4.65]}`) || strings.Contains(a.Text, "red") {
		t.Errorf("%.500s", a.Text)
	}
	if users := properties(t, a)["users"].([]any); len(users) != 0 || a.Body["id"] == "" {
		t.Errorf("%v", a.Body)
	}
}

func TestAZoneSaysWhatTheRuleSeesChangedOnlyWhenItDid(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	more := `,"exit_buffer_m":30,"confirm_s":0,"schedule":[{"days":["mon"],"from":"08:00","to":"18:00"}]`
	w.send(t, jefa("acme"), "POST", "/v1/zones", drawn("centro", "Centro", `{"type":"Polygon","coordinates":[[[0.50000,1e-3],[0.6,0],[0.6,0.1],[0.50000,1e-3]]]}`, more)).Is(t, http.StatusCreated, "")
	same := `{"coordinates":[[[0.5,0.001],[0.6,0],[0.6,0.1],[0.5,0.001]]], "type":"Polygon"}` // as a browser writes the same numbers
	for i, c := range []struct {
		name, geometry, more string
		judged               bool // anew
	}{
		{"Centro", same, more, false},
		{"Otro nombre", same, more, false},
		{"Otro nombre", same, strings.Replace(more, "30", "31", 1), true},
		{"Otro nombre", same, strings.Replace(more, `"confirm_s":0,`, "", 1), true},
		{"Otro nombre", same, more + `,"confirm_fixes":2`, true},
		{"Otro nombre", same, strings.Replace(more, "18:00", "18:01", 1), true},
		{"Otro nombre", same, `,"exit_buffer_m":30,"confirm_s":0`, true},
		{"Otro nombre", same, `,"exit_buffer_m":30,"confirm_s":0,"schedule":[]`, false},
		{"Otro nombre", strings.Replace(same, "0.001", "0.00100001", 2), `,"exit_buffer_m":30,"confirm_s":0`, true},
	} {
		before := w.shape(t, "acme", "centro")
		w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", drawn("centro", c.name, c.geometry, c.more)).Is(t, http.StatusOK, "")
		after := w.shape(t, "acme", "centro")
		if (after != before) != c.judged || (c.judged && after != w.version(t, "acme")) {
			t.Errorf("%d: shape version %d became %d, plan %d", i, before, after, w.version(t, "acme"))
		}
	}
	before := w.shape(t, "acme", "centro")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"users":["juan"]}`).Is(t, http.StatusOK, "")
	if after := w.shape(t, "acme", "centro"); after != before {
		t.Errorf("an assignment changes the shape: %d, %d", before, after)
	}
}

func TestAnOldVersionReplacesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	put := func(name string, version int) answer {
		return w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", drawn("", name, square(0), fmt.Sprintf(`,"version":%d`, version)))
	}
	put("Uno", 1).Is(t, http.StatusOK, "")
	for _, version := range []int{1, 3, -1} {
		put("Dos", version).Is(t, http.StatusConflict, "zone_changed")
	}
	plan := w.version(t, "acme")
	put("Dos", 2).Is(t, http.StatusOK, "")
	put("Tres", 0).Is(t, http.StatusOK, "") // does not care
	p := properties(t, w.send(t, jefa("acme"), "GET", "/v1/zones/centro", nil))
	if p["name"] != "Tres" || p["version"] != 4.0 || w.version(t, "acme") != plan+2 {
		t.Errorf("%v, plan %d after %d", p, w.version(t, "acme"), plan)
	}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", drawn("otro", "Centro", square(0), "")).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/nada", drawn("", "Nada", square(0), "")).Is(t, http.StatusNotFound, "zone_not_found")
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/nada", nil).Is(t, http.StatusNotFound, "zone_not_found")
}

// Everybody edits the version that was read before the race: one wins, the others are told.
func TestOfEditsAtOnceNoneIsLost(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	const editors = 8
	statuses := make([]int, 2*editors)
	var wg sync.WaitGroup
	for i := range editors {
		wg.Go(func() {
			statuses[i] = w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", drawn("", fmt.Sprintf("Centro %d", i), square(i), `,"version":1`)).Status
		})
		wg.Go(func() {
			statuses[editors+i] = w.send(t, jefa("acme"), "POST", "/v1/zones", circle(fmt.Sprintf("z%d", i), fmt.Sprintf("Z%d", i))).Status
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	want := slices.Concat([]int{http.StatusOK}, slices.Repeat([]int{http.StatusCreated}, editors), slices.Repeat([]int{http.StatusConflict}, editors-1))
	if !slices.Equal(statuses, want) {
		t.Errorf("answers %v", statuses)
	}
	if v := w.version(t, "acme"); v != 1+1+editors {
		t.Errorf("plan version %d after %d edits", v, 1+1+editors)
	}
	if got := w.send(t, jefa("acme"), "GET", "/v1/zones", nil).IDs(t, "features"); len(got) != 1+editors {
		t.Errorf("zones %v", got)
	}
}

func TestARepeatedRequestIsAnsweredAgainAndDoesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	body := drawn("", "Centro", square(0), "")
	post := func(who string, body any, key string) answer {
		return w.send(t, as("acme", who, audience.RoleAdmin), "POST", "/v1/zones", body, "Idempotency-Key", key)
	}
	answers := make([]answer, 6)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = post("jefa", body, "k1") })
	}
	wg.Wait()
	for _, a := range answers {
		if a.Status != http.StatusCreated || a.Text != answers[0].Text {
			t.Errorf("%d %s, the first was %s", a.Status, a.Text, answers[0].Text)
		}
	}
	if v := w.version(t, "acme"); v != 1 {
		t.Errorf("plan version %d after one zone", v)
	}
	post("jefa", drawn("", "Otra", square(0), ""), "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	post("otra", body, "k1").Is(t, http.StatusConflict, "zone_name_taken") // a key is one user's
	post("jefa", body, strings.Repeat("k", 256)).Is(t, http.StatusBadRequest, "idempotency_key_invalid")
	// What was refused is judged anew.
	post("jefa", drawn("b", "Centro", square(0), ""), "k2").Is(t, http.StatusConflict, "zone_name_taken")
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/"+answers[0].Body["id"].(string), nil).Is(t, http.StatusNoContent, "")
	post("jefa", drawn("b", "Centro", square(0), ""), "k2").Is(t, http.StatusCreated, "")
	// And what was made stays answered, although it is gone.
	if a := post("jefa", body, "k1").Is(t, http.StatusCreated, ""); a.Text != answers[0].Text || w.version(t, "acme") != 3 {
		t.Errorf("%s, plan version %d", a.Text, w.version(t, "acme"))
	}
}

func TestNamesAreUniqueInACompanyWhateverTheirCase(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	post := func(company, id, name string) answer {
		return w.send(t, jefa(company), "POST", "/v1/zones", drawn(id, name, square(0), ""))
	}
	post("acme", "a", " Almacén Ñandú ").Is(t, http.StatusCreated, "")
	for _, name := range []string{"Almacén Ñandú", "ALMACÉN ÑANDÚ", "almacén ñandú\t"} {
		post("acme", "b", name).Is(t, http.StatusConflict, "zone_name_taken")
	}
	post("acme", "a", "Otro").Is(t, http.StatusConflict, "id_taken")
	post("globex", "a", "almacén ñandú").Is(t, http.StatusCreated, "")
	post("acme", "b", strings.Repeat("ñ", 200)).Is(t, http.StatusCreated, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/b", drawn("", "ALMACÉN ñandú", square(0), "")).Is(t, http.StatusConflict, "zone_name_taken")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/a", drawn("", "ALMACÉN ñandú", square(0), "")).Is(t, http.StatusOK, "")
}
