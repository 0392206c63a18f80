package activity_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/pkg/pgtest"
)

// bakery is a place in Bogotá.
func bakery(id string, more ...body) body {
	return with(body{"id": id, "name": "Panadería " + id, "address": "Calle 100 # 11-20", "lat": 4.65, "lon": -74.08}, more...)
}

func (w *world) place(t *testing.T, company, id string, more ...body) {
	t.Helper()
	w.post(t, personOf(company, "boss"), "/v1/places", bakery(id, more...)).Is(t, http.StatusCreated, "")
}

// Other services read since when a place is archived. What is changed of it later leaves that, and a place that is back is not archived.
func TestSinceWhenAPlaceIsArchived(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.place(t, "acme", "p1")
	is := func(condition string) {
		t.Helper()
		n := 0
		err := w.database.DB(t, name).InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return tx.Get(&n, "SELECT count(*) FROM activity.v_place v JOIN activity.place p USING (id) WHERE v.id = 'p1' AND v.archived_at "+condition)
		})
		if err != nil || n != 1 {
			t.Errorf("archived_at is not %s: %v", condition, err)
		}
	}
	is("IS NULL")
	w.do(t, person("sol"), http.MethodDelete, "/v1/places/p1", nil).Is(t, http.StatusNoContent, "")
	first := "= '" + noon.UTC().Format("2006-01-02T15:04:05Z") + "'"
	is(first)
	w.clock.Advance(time.Hour)
	w.put(t, person("boss"), "/v1/places/p1", bakery("p1", body{"name": "Otra", "archived": true, "version": 2})).Is(t, http.StatusOK, "")
	is(first)
	w.put(t, person("boss"), "/v1/places/p1", bakery("p1", body{"name": "Otra", "archived": false, "version": 3})).Is(t, http.StatusOK, "")
	is("IS NULL")
	// Of a place that was archived before this was written down, it is when it changed last.
	w.exec(t, `UPDATE activity.place SET archived = true, archived_at = NULL`)
	is("= p.updated_at")
}

func TestAPlaceIsMadeReadReplacedAndArchived(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := []string{"Idempotency-Key", "k1"}
	first := w.post(t, person("boss"), "/v1/places", bakery("p1", body{"external_id": "CLI 1", "notes": "uno\r\ndos"}), key...).Is(t, http.StatusCreated, "")
	if first.Body["radius_m"] != 100.0 || first.Body["notes"] != "uno\ndos" || first.Body["updated_by"] != "boss" || first.Body["version"] != 1.0 {
		t.Errorf("created %s", first.Text)
	}
	if again := w.post(t, person("boss"), "/v1/places", bakery("p1", body{"external_id": "CLI 1", "notes": "uno\r\ndos"}), key...); again.Text != first.Text || again.Status != 201 {
		t.Errorf("repeated: %d %s", again.Status, again.Text)
	}
	w.post(t, person("boss"), "/v1/places", bakery("p1")).Is(t, http.StatusConflict, "id_taken")
	w.post(t, person("sol"), "/v1/places", bakery("p2", body{"external_id": "CLI 1"})).Is(t, http.StatusConflict, "external_id_taken")
	w.place(t, "acme", "p2", body{"external_id": "CLI 2"})
	w.put(t, person("sol"), "/v1/places/p2", bakery("p2", body{"external_id": "CLI 1", "version": 1})).Is(t, http.StatusConflict, "external_id_taken")

	changed := bakery("p1", body{"name": "La Ñapa", "version": 1})
	if a := w.put(t, person("sol"), "/v1/places/p1", changed).Is(t, http.StatusOK, ""); a.Body["version"] != 2.0 || a.Body["updated_by"] != "sol" || a.Body["external_id"] != "" {
		t.Errorf("replaced %s", a.Text)
	}
	w.put(t, person("boss"), "/v1/places/p1", with(changed, body{"name": "Otra"})).Is(t, http.StatusConflict, "place_changed")
	if a := w.put(t, person("boss"), "/v1/places/p1", with(changed, body{"version": 2})).Is(t, http.StatusOK, ""); a.Body["version"] != 2.0 {
		t.Errorf("nothing changed, and the version is %s", a.Text)
	}
	w.put(t, person("boss"), "/v1/places/p1", with(changed, body{"id": "p3"})).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.do(t, person("sol"), http.MethodDelete, "/v1/places/p1", nil).Is(t, http.StatusNoContent, "")
	w.do(t, person("sol"), http.MethodDelete, "/v1/places/p1", nil).Is(t, http.StatusNoContent, "")
	if got := ids(t, w.get(t, person("boss"), "/v1/places"), "places"); got != "p2" {
		t.Errorf("listed %q", got)
	}
	if got := ids(t, w.get(t, person("boss"), "/v1/places?archived=true"), "places"); got != "p1 p2" {
		t.Errorf("listed %q", got)
	}
	if n := pgtest.Count(t, w.admin, "activity.change_log"); n != 4 {
		t.Errorf("%d changes are logged", n)
	}
	w.get(t, person("boss"), "/v1/places/p1").Is(t, http.StatusOK, "")
	w.get(t, person("boss"), "/v1/places/p9").Is(t, http.StatusNotFound, "place_not_found")
}

func TestPlacesAreFoundWithoutAccents(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for id, name := range map[string]string{"a": "Panadería La Ñapa", "b": "Ferretería José Núñez", "c": "Óptica 100%", "d": "almacén"} {
		w.place(t, "acme", id, body{"name": name, "external_id": "EXT-" + id})
	}
	for query, want := range map[string]string{
		"": "d b c a", "?q=panaderia+napa": "a", "?q=NUÑEZ": "b", "?q=nunez+jose": "b", "?q=100%25": "c", "?q=100_": "", "?q=calle+100": "d b c a",
		"?q=ext-a": "a", "?external_id=EXT-b": "b", "?external_id=ext-b": "", "?q=%20": "d b c a",
	} {
		if got := ids(t, w.get(t, person("boss"), "/v1/places"+query), "places"); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	var all []string
	for next := ""; ; {
		a := w.get(t, person("boss"), "/v1/places?limit=1&cursor="+next).Is(t, http.StatusOK, "")
		all = append(all, a.IDs(t, "places")...)
		if next, _ = a.Body["next"].(string); next == "" {
			break
		}
	}
	if got := strings.Join(all, " "); got != "d b c a" {
		t.Errorf("in pages %q", got)
	}
	w.get(t, person("boss"), "/v1/places?cursor=x").Is(t, http.StatusBadRequest, "cursor_invalid")
}

// The distance is that of pkg/geo, also across the antimeridian and far from the equator.
func TestPlacesByDistance(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for company, at := range map[string][2]float64{"acme": {4.65, -74.08}, "beta": {-16.5, 179.99}} {
		for i, d := range [][2]float64{{0.3, 0}, {0, 0.05}, {0.01, -0.01}, {-2, 0}, {0.001, 0}} {
			lon := math.Remainder(at[1]+d[1], 360)
			w.place(t, company, fmt.Sprint("p", i), body{"lat": at[0] + d[0], "lon": lon})
		}
		who := personOf(company, "boss")
		near := fmt.Sprintf("/v1/places?near=%v,%v", at[0], at[1])
		a := w.get(t, who, near+"&within_m=40000").Is(t, http.StatusOK, "")
		if got := ids(t, a, "places"); got != "p4 p2 p1 p0" {
			t.Errorf("%s: %q", company, got)
		}
		for _, item := range a.Body["places"].([]any) {
			p := item.(body)
			want := geo.Distance(at[0], at[1], p["lat"].(float64), p["lon"].(float64))
			if got := p["distance_m"].(float64); math.Abs(got-want) > 0.001*want {
				t.Errorf("%v is %v m away, want %v", p["id"], got, want)
			}
		}
		if got := ids(t, w.get(t, who, near+"&within_m=200"), "places"); got != "p4" {
			t.Errorf("within 200 m: %q", got)
		}
		next, _ := w.get(t, who, near+"&limit=2").Is(t, http.StatusOK, "").Body["next"].(string)
		if got := ids(t, w.get(t, who, near+"&limit=2&cursor="+next), "places"); got != "p1 p0" {
			t.Errorf("second page: %q", got)
		}
	}
	for _, wrong := range []string{"4.65", "4.65,", "91,0", "0,181", "NaN,0", "a,b", "1,2,3"} {
		w.get(t, person("boss"), "/v1/places?near="+wrong).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
}

func TestWhatNoPlaceCanBe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for name, wrong := range map[string]body{
		"no name": {"name": nil}, "a blank name": {"name": " "}, "no latitude": {"lat": nil}, "0, 0": {"lat": 0, "lon": 0},
		"beyond the pole": {"lat": 91}, "an id with a point": {"id": "a.b"}, "a radius of a city": {"radius_m": 6000},
		"two lines": {"address": "a\nb"}, "a long name": {"name": strings.Repeat("ñ", 201)},
	} {
		a := w.post(t, person("boss"), "/v1/places", bakery("p", wrong)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
		if !strings.Contains(a.Text, `"location":"body`) {
			t.Errorf("%s: %s", name, a.Text)
		}
	}
}
