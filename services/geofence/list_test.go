package geofence_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

// bulk inserts zones 1 to n of a company, each a Polygon of so many vertices; name and id are SQL of the number i.
func (w *world) bulk(t *testing.T, company string, n, vertices int, name, id string) {
	t.Helper()
	w.exec(t, `INSERT INTO geofence.zone (id_empresa, id, name, geometry, vertices, schedule, shape_version, version, created_at, updated_at, updated_by)
SELECT $1, `+id+`, `+name+`, json_build_object('type', 'LineString', 'coordinates',
    (SELECT json_agg(json_build_array(v * 0.0001, 0.123456789012345)) FROM generate_series(1, $3::int) v)), $3::int, '[]', 1, 1, $4, $4, 'jefa'
FROM generate_series(1, $2::int) i`, company, n, vertices, noon)
	w.exec(t, `UPDATE geofence.zone SET width_m = 10`)
}

// walk follows a list to its end and returns the ids and the largest answer.
func (w *world) walk(t *testing.T, company, query string) (ids []string, pages, largest int) {
	t.Helper()
	for cursor := ""; ; pages++ {
		a := w.send(t, jefa(company), "GET", "/v1/zones?"+query+"&cursor="+cursor, nil).Is(t, http.StatusOK, "")
		ids, largest = append(ids, a.IDs(t, "features")...), max(largest, len(a.Text))
		next, more := a.Body["next"].(string)
		if !more {
			return ids, pages + 1, largest
		}
		if len(a.IDs(t, "features")) == 0 || next == cursor {
			t.Fatalf("page %d leads nowhere: %.300s", pages, a.Text)
		}
		cursor = next
	}
}

func TestACursorWalksThroughAllZonesInOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	// Five zones have each name: the order is by name, then id.
	w.bulk(t, "acme", 250, 4, `'Zona ' || (i % 50)`, `'z' || i`)
	w.bulk(t, "globex", 20, 4, `'Zona ' || i`, `'z' || i`)
	var want []string
	if err := w.admin.Select(&want, `SELECT id FROM geofence.zone WHERE id_empresa = 'acme' ORDER BY name COLLATE "C", id COLLATE "C"`); err != nil {
		t.Fatal(err)
	}
	for limit, pages := range map[int]int{1: 250, 7: 36, 50: 5, 249: 2, 250: 1, 1000: 1} {
		got, n, _ := w.walk(t, "acme", fmt.Sprintf("limit=%d", limit))
		if !slices.Equal(got, want) || n != pages {
			t.Errorf("limit %d: %d pages of %d zones, in order %v", limit, n, len(got), slices.Equal(got, want))
		}
	}
	if a := w.send(t, jefa("acme"), "GET", "/v1/zones", nil); len(a.IDs(t, "features")) != 100 || a.Body["type"] != "FeatureCollection" {
		t.Errorf("%d zones without a limit", len(a.IDs(t, "features")))
	}
	// Deleting what a cursor points at skips nothing and repeats nothing.
	first := w.send(t, jefa("acme"), "GET", "/v1/zones?limit=10", nil)
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/"+want[9], nil).Is(t, http.StatusNoContent, "")
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/"+want[10], nil).Is(t, http.StatusNoContent, "")
	rest := w.send(t, jefa("acme"), "GET", "/v1/zones?limit=3&cursor="+first.Body["next"].(string), nil).IDs(t, "features")
	if !slices.Equal(rest, want[11:14]) {
		t.Errorf("after %s came %v", want[9], rest)
	}
}

func TestAForgedCursorReadsNothingElse(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("a", "A"), "juan")
	w.zone(t, "globex", circle("b", "B"), "juan")
	w.zone(t, "globex", circle("c", "C"), "juan")
	encoded := base64.RawURLEncoding.EncodeToString
	for _, bad := range []string{
		"x", "%00", "%20", encoded([]byte(`{}{}`)), encoded([]byte(`{"n":"A","i":"a","x":1}`)), encoded([]byte(`{"n":7}`)), encoded([]byte(`[1]`)),
		encoded([]byte(`{"n":"\u0000"}`)), encoded([]byte("{\"n\":\"\xff\",\"i\":\"a\"}")), encoded([]byte(`' OR true --`)), encoded([]byte(`{"n":"A"}`)) + "=",
	} {
		a := w.send(t, jefa("acme"), "GET", "/v1/zones?cursor="+bad, nil)
		if a.Status != http.StatusBadRequest || (a.Body["code"] != "cursor_invalid" && a.Body["code"] != "address_invalid") {
			t.Errorf("%s: %d %s", bad, a.Status, a.Text)
		}
	}
	w.send(t, jefa("acme"), "GET", "/v1/zones?cursor="+strings.Repeat("a", 1025), nil).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	// One that is well made says where to go on, and no more.
	theirs := w.send(t, jefa("globex"), "GET", "/v1/zones?limit=1", nil).Body["next"].(string)
	for cursor, want := range map[string][]string{
		theirs: {}, encoded([]byte(`{}`)): {"a"}, encoded([]byte(`{"n":"' OR 1=1 --","i":"'"}`)): {"a"},
	} {
		if got := w.send(t, jefa("acme"), "GET", "/v1/zones?cursor="+cursor, nil).Is(t, http.StatusOK, "").IDs(t, "features"); !slices.Equal(got, want) {
			t.Errorf("%s: %v", cursor, got)
		}
	}
	for _, query := range []string{"limit=0", "limit=1001", "limit=-1", "limit=x", "user=" + strings.Repeat("u", 65), "team=" + strings.Repeat("u", 65)} {
		w.send(t, jefa("acme"), "GET", "/v1/zones?"+query, nil).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	for _, user := range []string{"'", "juan' OR '1'='1", "{juan}", "%", "*"} {
		if got := w.send(t, jefa("acme"), "GET", "/v1/zones?user="+url.QueryEscape(user), nil).Is(t, http.StatusOK, "").IDs(t, "features"); len(got) != 0 {
			t.Errorf("%s: %v", user, got)
		}
	}
}

// A page is as many zones as its limit says, and some megabytes at most, whatever they hold.
func TestAPageOfHugeZonesIsBounded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.bulk(t, "acme", 12, 10_000, `'Zona ' || lpad(i::text, 3, '0')`, `'z' || i`)
	ids, pages, largest := w.walk(t, "acme", "limit=1000")
	if len(ids) != 12 || pages != 3 || largest > 3<<20 {
		t.Errorf("%d zones on %d pages, the largest of %d bytes", len(ids), pages, largest)
	}
	// So is one of zones with many people.
	w.exec(t, `DELETE FROM geofence.zone`)
	w.bulk(t, "acme", 110, 4, `'Zona ' || i`, `'z' || i`)
	w.exec(t, `INSERT INTO geofence.zone_user SELECT id_empresa, id, repeat('u', 60) || n FROM geofence.zone, generate_series(1, 1000) n`)
	ids, pages, largest = w.walk(t, "acme", "limit=1000")
	if len(ids) != 110 || pages != 3 || largest > 5<<20 {
		t.Errorf("%d zones on %d pages, the largest of %d bytes", len(ids), pages, largest)
	}
}

func TestAPageOfManyZonesIsQuick(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.bulk(t, "acme", 10_000, 40, `'Zona ' || lpad(i::text, 5, '0')`, `'z' || i`)
	w.exec(t, `INSERT INTO geofence.zone_user SELECT id_empresa, id, 'juan' FROM geofence.zone WHERE id IN ('z1', 'z5000', 'z10000')`)
	w.exec(t, `ANALYZE`)
	began := time.Now()
	ids, pages, _ := w.walk(t, "acme", "limit=1000")
	if len(ids) != 10_000 || pages != 10 || !slices.Equal(ids[4998:5000], []string{"z4999", "z5000"}) {
		t.Errorf("%d zones on %d pages", len(ids), pages)
	}
	got := w.send(t, as("acme", "juan", audience.RoleColaborador), "GET", "/v1/zones?limit=2", nil).IDs(t, "features")
	if !slices.Equal(got, []string{"z1", "z5000"}) {
		t.Errorf("juan sees %v", got)
	}
	if took := time.Since(began); took > patience { // some 3 s with everything else that runs
		t.Errorf("it took %v", took)
	}
}

func TestLimitsOfACompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.bulk(t, "acme", 9_999, 2, `'Zona ' || i`, `'z' || i`)
	w.exec(t, `UPDATE geofence.zone SET vertices = 25`) // they weigh like that, and cost the evaluator less
	w.send(t, jefa("acme"), "POST", "/v1/zones", drawn("a", "A", `{"type":"LineString","coordinates":`+zigzag(26)+`}`, `,"width_m":10`)).Is(t, http.StatusConflict, "zones_too_detailed")
	w.send(t, jefa("acme"), "POST", "/v1/zones", drawn("a", "A", `{"type":"LineString","coordinates":`+zigzag(25)+`}`, `,"width_m":10`)).Is(t, http.StatusCreated, "")
	a := w.send(t, jefa("acme"), "POST", "/v1/zones", circle("b", "B")).Is(t, http.StatusConflict, "too_many_zones")
	if !strings.Contains(a.Text, "10000") {
		t.Errorf("%s", a.Text)
	}
	// An edit is no zone more, and one that is simpler is welcome.
	w.send(t, jefa("acme"), "PUT", "/v1/zones/a", circle("a", "A")).Is(t, http.StatusOK, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/a", drawn("a", "A", `{"type":"LineString","coordinates":`+zigzag(26)+`}`, `,"width_m":10`)).Is(t, http.StatusConflict, "zones_too_detailed")
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/z1", nil).Is(t, http.StatusNoContent, "")
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("b", "B")).Is(t, http.StatusCreated, "")
	w.send(t, jefa("globex"), "POST", "/v1/zones", circle("b", "B")).Is(t, http.StatusCreated, "")
	w.exec(t, `ALTER TABLE geofence.zone_user DISABLE TRIGGER ALL`) // not for each row, of 200,000
	w.exec(t, `INSERT INTO geofence.zone_user SELECT 'acme', id, 'u' || n FROM geofence.zone, generate_series(1, 21) n
WHERE id_empresa = 'acme' AND id LIKE 'z%' ORDER BY id LIMIT 199999`)
	w.exec(t, `INSERT INTO geofence.zone_user VALUES ('globex', 'b', 'juan')`)
	w.send(t, jefa("acme"), "PUT", "/v1/zones/b/users", `{"users":["juan"],"teams":["norte"]}`).Is(t, http.StatusConflict, "too_many_assignments")
	if got := w.assigned(t, "acme", "b"); got != "[] []" {
		t.Errorf("assigned to %s", got)
	}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/b/users", `{"users":["juan"]}`).Is(t, http.StatusOK, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/b/users", `{"teams":["norte"]}`).Is(t, http.StatusOK, "")
}
