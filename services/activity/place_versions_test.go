package activity_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// Nobody writes over a place that it has not seen.
func TestAPlaceIsReplacedOnTheVersionThatWasSeen(t *testing.T) {
	t.Parallel()
	w := site(t)
	for _, path := range []string{"p1", "p1"} {
		w.put(t, person("boss"), "/v1/places/"+path, bakery("p1", body{"name": "Otra"})).Is(t, http.StatusUnprocessableEntity, "version_required")
	}
	w.put(t, person("boss"), "/v1/places/none", bakery("none", body{"version": 1})).Is(t, http.StatusNotFound, "place_not_found")
	wanted := bakery("p1", body{"name": "La Ñapa", "version": 1})
	first := w.put(t, person("sol"), "/v1/places/p1", wanted).Is(t, http.StatusOK, "")
	// Its answer was lost: the same again is no conflict, and changes nothing.
	if again := w.put(t, person("sol"), "/v1/places/p1", wanted).Is(t, http.StatusOK, ""); again.Text != first.Text {
		t.Errorf("%s\n%s", first.Text, again.Text)
	}
	for _, version := range []int{1, 3} {
		a := w.put(t, person("boss"), "/v1/places/p1", bakery("p1", body{"name": "Otra", "version": version})).Is(t, http.StatusConflict, "place_changed")
		if now, _ := a.Body["current"].(body); now["name"] != "La Ñapa" || now["version"] != 2.0 || now["updated_by"] != "sol" {
			t.Errorf("%s", a.Text)
		}
	}
	// Of many who saw the same version, one writes.
	token := w.issuer.Token(t, person("boss"))
	var wrote atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			a, err := w.try(t.Context(), token, http.MethodPut, "/v1/places/p1", bakery("p1", body{"name": fmt.Sprint("Otra ", i), "version": 2}))
			switch {
			case err == nil && a.Status == http.StatusOK:
				wrote.Add(1)
			case err != nil || a.Code() != "place_changed":
				t.Errorf("%d %s %v", a.Status, a.Text, err)
			}
		})
	}
	wg.Wait()
	if wrote.Load() != 1 {
		t.Errorf("%d wrote", wrote.Load())
	}
}
