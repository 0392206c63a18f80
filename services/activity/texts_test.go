package activity_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// No text within a body makes the service fail, whatever its field. Phones in particular would send it again for ever.
func TestTextsInBodiesThatNoDatabaseTakes(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.act(t, person("ana"), "v1", "check-in", body{}, body{}).Is(t, http.StatusOK, "")
	for _, c := range []struct {
		method, path string
		fields       string
		b            body
	}{
		{"POST", "/v1/activities", "id external_id title notes priority tipo place_id user_id team_id day", job("x")},
		{"PUT", "/v1/activities/v1", "external_id title notes priority place_id", body{"title": "x", "place_id": "p1", "version": 2}},
		{"POST", "/v1/activities/v1/notes", "reason device_id occurred_at", body{"reason": "x"}},
		{"POST", "/v1/activities/v1/assign", "user_id team_id reason", body{"user_id": "beto", "version": 2}},
		{"POST", "/v1/activities/v1/correct", "corrects reason", body{"corrects": "x", "occurred_at": "2026-03-09T16:00:00Z", "version": 2, "reason": "x"}},
		{"POST", "/v1/activities/v1/reschedule", "day reason", body{"day": "2026-03-10", "version": 2}},
		{"POST", "/v1/places", "id external_id name address contact notes", bakery("p9")},
		{"POST", "/v1/activity-series", "rule first_date from until zone", weekly()},
		{"POST", "/v1/activity-series/x/end", "reason", body{"reason": "x"}},
	} {
		for _, field := range strings.Fields(c.fields) {
			for _, text := range []string{"a\x00b", "\x00", "\u2028", "\ufffe", strings.Repeat("\u0301", 60), "ﷺﷺ", "%_\\'\"", strings.Repeat("x", 100_000)} {
				b := with(c.b, body{field: text})
				if a := w.do(t, person("boss"), c.method, c.path, b); a.Status >= 500 {
					t.Errorf("%s %s: %s %.10q: %d %s", c.method, c.path, field, text, a.Status, a.Text)
				}
			}
		}
	}
	for _, text := range []string{"..", "\u2028", "*serie", "\ufffe"} {
		for _, field := range []string{"key", "type", "entity", "action", "reason", "device_id"} {
			it := with(item("k"+field+text, "visita", "v1", "note", body{"reason": "x"}), body{field: text})
			got, a := w.sync(t, person("ana"), it)
			if strings.HasPrefix(got[0], "retry") {
				t.Errorf("sync %s %q: %s", field, text, a.Text)
			}
		}
		got, a := w.sync(t, person("ana"), item("q"+text, "visita", "v1", "note", body{"answers": []body{{"item": text, "value": text}}}))
		if strings.HasPrefix(got[0], "retry") {
			t.Errorf("sync answers %q: %s", text, a.Text)
		}
		bulk := w.post(t, person("boss"), "/v1/activities/bulk", body{"activities": []body{job("x", body{"place_id": text}), job("y", body{"team_id": text}), job("z", body{"checklist": []body{{"id": text, "text": text}}})}})
		if bulk.Status >= 500 {
			t.Errorf("bulk %q: %s", text, bulk.Text)
		}
		raw, _ := json.Marshal(text)
		for _, header := range []string{"Idempotency-Key", "If-None-Match"} {
			if a, err := w.try(t.Context(), w.issuer.Token(t, person("ana")), http.MethodGet, "/v1/my-day", nil, header, string(raw)); err != nil || a.Status >= 500 {
				t.Errorf("%s %q: %d %v", header, text, a.Status, err)
			}
		}
	}
}
