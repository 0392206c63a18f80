package activity_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/auth"
)

// Whoever gets a visit does not learn where the former worker and the office were, and with which phone.
func TestAWorkerDoesNotReadWhereOthersWere(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1", body{"checklist": []body{{"text": "Foto"}}}))
	here := func(lat float64, device string) body {
		return body{"lat": lat, "lon": -74.0912, "accuracy_m": 17.25, "mock": true, "device_id": device}
	}
	w.act(t, person("ana"), "v1", "check-in", here(4.6613, "tel-de-ana")).Is(t, http.StatusOK, "")
	w.next(t)
	w.act(t, person("ana"), "v1", "notes", here(4.6713, "tel-de-ana"), body{"reason": "portón azul"}).Is(t, http.StatusOK, "")
	id := photoID(t, w.picture(t, person("ana"), "v1", jpeg("fachada", 200), "?device_id=tel-de-ana"))
	w.act(t, person("sol"), "v1", "notes", here(4.6813, "tel-de-sol"), body{"reason": "llave en portería"}).Is(t, http.StatusOK, "")
	w.act(t, person("boss"), "v1", "assign", w.version(t, "v1"), body{"user_id": "beto"}).Is(t, http.StatusOK, "")
	w.act(t, person("beto"), "v1", "notes", here(4.6913, "tel-de-beto"), body{"reason": "voy"}).Is(t, http.StatusOK, "")

	secrets := []string{"4.6613", "4.6713", "4.6813", "tel-de-ana", "tel-de-sol"}
	reads := func(who auth.Claims) string {
		var all strings.Builder
		for _, path := range []string{"/v1/activities/v1", "/v1/activities", "/v1/my-day"} {
			all.WriteString(w.get(t, who, path).Is(t, http.StatusOK, "").Text)
		}
		all.WriteString(w.act(t, who, "v1", "notes", body{"reason": "y ahora"}).Is(t, http.StatusOK, "").Text)
		_, a := w.sync(t, who, item(who.Subject, "visita", "v1", "note", body{"reason": "y ahora"}))
		return all.String() + a.Text
	}
	got := reads(person("beto"))
	for _, secret := range secrets {
		if strings.Contains(got, secret) {
			t.Errorf("beto reads %s: %s", secret, got)
		}
	}
	if strings.Count(got, "17.25") != 1 || strings.Count(got, `"mock":true`) != 1 || strings.Count(got, `"distance_m"`) != 1 {
		t.Errorf("beto reads more than where it was: %s", got)
	}
	for _, want := range []string{"4.6913", "tel-de-beto", "portón azul", "llave en portería", id} {
		if !strings.Contains(got, want) {
			t.Errorf("beto does not read %s: %s", want, got)
		}
	}
	if a := w.get(t, person("beto"), "/v1/activities/v1/photos/"+id).Is(t, http.StatusOK, ""); !strings.Contains(a.Text, "fachada") {
		t.Error("another photo")
	}
	for _, who := range []string{"sol", "boss"} {
		got := w.get(t, person(who), "/v1/activities/v1").Text
		for _, part := range append(secrets, "4.6913", "tel-de-beto") {
			if !strings.Contains(got, part) {
				t.Errorf("%s does not read %s", who, part)
			}
		}
	}
}
