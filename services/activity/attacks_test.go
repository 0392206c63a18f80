package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/pgtest"
)

// waiting waits until so many transactions wait for a lock.
func (w *world) waiting(t *testing.T, n int) {
	t.Helper()
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= n
	})
}

// The office moves a visit to another place while a worker arrives. The check-in is judged by the place that the visit then has.
func TestACheckInWhileTheVisitMovesToAnotherPlace(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "acme", "p2", body{"lat": 4.75})
	w.settings(t, person("boss"), body{"check_in_policy": "refuse", "check_in_max_m": 200, "close_at": "22:00"}).Is(t, http.StatusOK, "")
	w.make(t, job("v1"))
	tx := w.admin.MustBegin()
	tx.MustExec(`UPDATE activity.visit SET place_id = 'p2' WHERE id_empresa = 'acme' AND id = 'v1'`)
	var wg sync.WaitGroup
	var got, edit answer
	token, boss := w.issuer.Token(t, person("ana")), w.issuer.Token(t, person("boss"))
	wg.Go(func() {
		got, _ = w.try(t.Context(), token, http.MethodPost, "/v1/activities/v1/check-in", body{"lat": 4.65, "lon": -74.08, "accuracy_m": 5})
	})
	wg.Go(func() {
		edit, _ = w.try(t.Context(), boss, http.MethodPut, "/v1/activities/v1", body{"title": "x", "place_id": "p2", "version": 1})
	})
	w.waiting(t, 2)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	got.Is(t, http.StatusUnprocessableEntity, "too_far")
	if edit.Is(t, http.StatusOK, "").Body["place_name"] != "Panadería p2" {
		t.Errorf("%s", edit.Text)
	}
	if e := w.next(t); e.body["place_name"] != "Panadería p2" {
		t.Errorf("%v", e.body)
	}
}

// Whoever lost a visit may report late. What it says about the time after that stands in the log and changes nothing.
func TestWhoLostAVisitAnswersNothing(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1", body{"checklist": []body{{"id": "a", "text": "A", "required": true}}}))
	w.act(t, person("boss"), "v1", "assign", body{"version": 1, "user_id": "carla"}).Is(t, http.StatusOK, "")
	w.clock.Set(noon.Add(time.Minute))
	w.act(t, person("carla"), "v1", "check-in", body{"answers": []body{{"item": "a", "value": "carla"}}}).Is(t, http.StatusOK, "")
	w.clock.Set(noon.Add(2 * time.Minute))
	if a := w.act(t, person("ana"), "v1", "notes", body{"reason": "x", "answers": []body{{"item": "a", "value": "ana"}}}).Is(t, http.StatusOK, ""); a.Body["rule"] != "not_assigned" || a.Body["retirada"] != true {
		t.Errorf("%s", a.Text)
	}
	if a := w.picture(t, person("ana"), "v1", jpeg("x", 100), ""); a.Body["rule"] != "not_assigned" {
		t.Errorf("%s", a.Text)
	}
	if a := w.picture(t, person("ana"), "v1", jpeg("y", 100), "?occurred_at=2026-03-09T16:00:00Z"); a.Body["rule"] != "" {
		t.Errorf("%s", a.Text)
	}
	// A supervisor writes a note whenever it sees the visit.
	if a := w.act(t, person("sur"), "v1", "notes", body{"reason": "bien"}).Is(t, http.StatusOK, ""); a.Body["rule"] != "" {
		t.Errorf("%s", a.Text)
	}
	list := w.get(t, person("carla"), "/v1/activities/v1").Body["checklist"].([]any)
	if list[0].(body)["answer"] != "carla" {
		t.Errorf("%v", list)
	}
	if got := w.history(t, person("sur"), "v1"); got != "photo assign check_in note:not_assigned photo:not_assigned note" {
		t.Errorf("%s", got)
	}
}

// Notes and photos leave room in the log for the steps of the worker, and those of whoever lost the visit leave room for others.
func TestNotesDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.act(t, person("boss"), "v1", "assign", body{"version": 1, "user_id": "carla"}).Is(t, http.StatusOK, "")
	token := map[string]string{}
	for _, who := range []string{"ana", "carla"} {
		token[who] = w.issuer.Token(t, person(who))
	}
	note := func(who string) int {
		a, err := w.try(t.Context(), token[who], http.MethodPost, "/v1/activities/v1/notes", body{"reason": "x"})
		if err != nil {
			t.Fatal(err)
		}
		return a.Status
	}
	for range 205 {
		note("ana")
	}
	if s := note("carla"); s != http.StatusOK {
		t.Errorf("the worker's note: %d", s)
	}
	for n := range 20 {
		w.picture(t, person("ana"), "v1", jpeg(fmt.Sprint(n), 100), "")
	}
	photoID(t, w.picture(t, person("carla"), "v1", jpeg("mine", 100), ""))
	for range 205 {
		note("carla")
	}
	w.act(t, person("carla"), "v1", "check-in").Is(t, http.StatusOK, "")
	w.act(t, person("carla"), "v1", "check-out").Is(t, http.StatusOK, "")
}

// No parameter of any address makes the service fail.
func TestTextsThatNoDatabaseTakes(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	for path, item := range w.service.OpenAPI.Paths {
		if item.Get == nil {
			continue
		}
		path = strings.NewReplacer("{id}", "v1", "{photo}", "x").Replace(path)
		for _, p := range item.Get.Parameters {
			if p.In != "query" {
				continue
			}
			for _, v := range []string{"%00", "%ff", "a%00b", "%25_%5c", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0000-01-01", "9999-12-31", strings.Repeat("%EF%B7%BA", 200), strings.Repeat("x", 10000), "1,1,1,1", "180,90,-180,-90", "4,NaN", "NaN,NaN,NaN,NaN", "-1", "9223372036854775807"} {
				if a := w.get(t, person("boss"), path+"?"+p.Name+"="+v); a.Status >= 500 {
					t.Errorf("%s?%s=%.20s: %d %s", path, p.Name, v, a.Status, a.Text)
				}
			}
		}
		for _, id := range []string{"%00", "%ff", "v1%00", "%2e%2e", strings.Repeat("x", 65)} {
			for _, where := range []string{"/v1/activities/" + id, "/v1/activities/v1/photos/" + id, "/v1/activity-series/" + id, "/v1/places/" + id} {
				if a := w.get(t, person("boss"), where); a.Status >= 500 || a.Status == 200 {
					t.Errorf("%s: %d %s", where, a.Status, a.Text)
				}
			}
		}
	}
}

// Several people import the same external ids at once, in different orders. Each visit is made once, and nobody is told to try again.
func TestImportsInDifferentOrders(t *testing.T) {
	t.Parallel()
	w := site(t)
	const lines = 300
	token := w.issuer.Token(t, person("boss"))
	// A busy machine does not finish within the time of a request. Whoever is told sooner to try again lost against another.
	send := func(path string, content any, header ...string) (answer, error) {
		for {
			began := time.Now()
			a, err := w.try(t.Context(), token, http.MethodPost, path, content, header...)
			if err != nil || a.Status != http.StatusServiceUnavailable || time.Since(began) < httpx.DefaultTimeout {
				return a, err
			}
		}
	}
	for round := range 4 {
		var wg sync.WaitGroup
		for n := range 4 {
			var items []body
			for i := range lines {
				k := i
				if n%2 == 1 {
					k = lines - 1 - i
				}
				items = append(items, body{"external_id": fmt.Sprintf("%d-%d", round, k), "title": "x", "place_id": "p1", "day": "2026-03-09"})
			}
			wg.Go(func() {
				a, err := send("/v1/activities/bulk", body{"activities": items})
				if err != nil || a.Status != http.StatusOK {
					t.Errorf("%d %.300s %v", a.Status, a.Text, err)
				}
			})
			wg.Go(func() {
				var file strings.Builder
				file.WriteString("external_id,name,lat,lon\n")
				for _, i := range items {
					fmt.Fprintf(&file, "%s,x,4,-74\n", i["external_id"])
				}
				a, err := send("/v1/places/import", file.String(), "Content-Type", "text/csv")
				if err != nil || a.Status != http.StatusOK && a.Code() != "external_id_taken" && a.Code() != "place_changed" {
					t.Errorf("places: %d %.300s %v", a.Status, a.Text, err)
				}
			})
		}
		wg.Wait()
	}
	if n := pgtest.Count(t, w.admin, "activity.visit"); n != 4*lines {
		t.Errorf("%d visits", n)
	}
	if n := pgtest.Count(t, w.admin, "activity.place"); n != 4*lines+1 {
		t.Errorf("%d places", n)
	}
}

func TestHeadAndRangeOfAPhoto(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.make(t, job("v2", body{"user_id": "carla"}))
	content := jpeg("x", 300000)
	id := photoID(t, w.picture(t, person("ana"), "v1", content, ""))
	path := "/v1/activities/v1/photos/" + id
	a := w.get(t, person("ana"), path).Is(t, http.StatusOK, "")
	tag := a.Header.Get("ETag")
	for range 3 {
		h := w.do(t, person("ana"), http.MethodHead, path, nil)
		if h.Status != 200 || h.Header.Get("Content-Length") != "300000" || h.Text != "" {
			t.Errorf("HEAD: %d %v %d", h.Status, h.Header, len(h.Text))
		}
	}
	if r := w.do(t, person("ana"), http.MethodGet, path, nil, "Range", "bytes=5-9"); r.Status != 200 || r.Text != content {
		t.Errorf("range: %d %d", r.Status, len(r.Text))
	}
	for _, m := range []string{tag, "*", "W/" + tag} {
		w.do(t, person("carla"), http.MethodGet, path, nil, "If-None-Match", m).Is(t, http.StatusNotFound, "not_found")
		w.do(t, personOf("beta", "boss"), http.MethodGet, path, nil, "If-None-Match", m).Is(t, http.StatusNotFound, "not_found")
		w.do(t, person("carla"), http.MethodGet, "/v1/activities/v2/photos/"+id, nil, "If-None-Match", m).Is(t, http.StatusNotFound, "photo_not_found")
	}
}

// A visita that loses its place is no visita.
func TestAnEditKeepsAVisitAtAPlace(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.make(t, job("t1", body{"tipo": "tarea"}))
	w.put(t, person("boss"), "/v1/activities/v1", body{"title": "x", "version": 1}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.put(t, person("boss"), "/v1/activities/t1", body{"title": "x", "version": 1}).Is(t, http.StatusOK, "")
}

// A phone may call a visit a task. It is the same entity.
func TestAQueueKnowsAnEntityByItsId(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	reason := body{"reason": "x", "version": 7}
	got, _ := w.sync(t, person("sol"), item("a", "visita", "v1", "check_in", reason), item("b", "tarea", "v1", "check_out", reason))
	if strings.Join(got, ",") != "conflict activity_changed,blocked blocked" {
		t.Errorf("%v", got)
	}
}

// When a worker changes team, those who see the visit no longer lose it with the next event.
func TestWhoHearsAfterATeamChange(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.user(t, "acme", "ana", "colaborador", "{sur}")
	w.act(t, person("ana"), "v1", "accept").Is(t, http.StatusOK, "")
	w.gone(t, "v1", "ana", "sol")
	w.told(t, "v1", "boss sur ana")
	w.get(t, person("sol"), "/v1/activities/v1").Is(t, http.StatusNotFound, "not_found")
	w.silent(t)
}
