package notifier_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// What a client sends wrong is its fault, and not ours.
func TestOddBytesAreRefusedAndNotFailures(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.notify(t, "acme", chatFor("sol", "1"))
	sol := claims("acme", "sol", audience.RoleSupervisor)
	cursor := func(raw string) string { return base64.RawURLEncoding.EncodeToString([]byte(raw)) }
	long := strings.Repeat("x", 3000)
	var paths []string
	for _, odd := range []string{"%00", "%FF", "%E2%80%AE", "a%20b", "..", long, "%27%3B--", "a%2Fb"} {
		paths = append(paths, "/v1/alerts/"+odd+"/notifications", "/v1/users/"+odd+"/push-tokens", "/v1/notification-log?alert="+odd,
			"/v1/notification-log?user="+odd, "/v1/notification-log?kind="+odd, "/v1/notifications?cursor="+odd, "/v1/notifications?limit="+odd,
			"/v1/notification-texts?language="+odd)
	}
	for _, raw := range []string{
		`{"t":"2026-03-08T12:00:00Z","i":"\u0000"}`, `{"t":"9999-12-31T23:59:59.999999999Z","i":"x"}`, `{"t":"0000-01-01T00:00:00Z","i":"x"}`,
		`{"t":null,"i":"x"}`, `{"i":3}`, `[]`, `{"t":"2026-03-08T12:00:00Z","i":"` + long + `"}`,
	} {
		paths = append(paths, "/v1/notifications?cursor="+cursor(raw), "/v1/notification-log?cursor="+cursor(raw))
	}
	for _, path := range paths {
		if a := w.get(t, sol, path); a.Status >= http.StatusInternalServerError {
			t.Errorf("GET %.120s: %d %s", path, a.Status, a.Text)
		}
	}
	for _, odd := range []string{"%00", "%FF", long, "a%20b"} {
		for _, what := range []string{"/delivered", "/opened"} {
			if a := w.post(t, sol, "/v1/notifications/"+odd+what, ""); a.Status != http.StatusNotFound && a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
				t.Errorf("%.20s%s: %d %s", odd, what, a.Status, a.Text)
			}
		}
		for _, method := range []string{http.MethodPut, http.MethodDelete} {
			if a := w.do(t, sol, method, "/v1/push-tokens/"+odd, `{"platform":"android"}`); odd != long && a.Status < 400 || a.Status >= 500 {
				t.Errorf("%s token %.20s: %d %s", method, odd, a.Status, a.Text)
			}
		}
	}
	for _, b := range []string{`{"until":"\u0000"}`, `{"until":""}`, `{}`, `null`, `[]`, `{"until":7}`, `{"until":"x"}`, "{\"until\":\"\xff\"}"} {
		if a := w.post(t, sol, "/v1/notifications/read", b); a.Status < 400 || a.Status >= 500 {
			t.Errorf("read %q: %d %s", b, a.Status, a.Text)
		}
	}
	for _, b := range []string{
		`{"off":["chat\u0000"]}`, `{"off":[null]}`, `{"off":"chat"}`, `{"off":[],"language":"\u0000"}`, `{"off":[],"quiet":{"from":"22:00\u0000","until":"07:00"}}`,
		`{"off":[],"quiet":[]}`, "{\"off\":[\"\xff\"]}",
	} {
		if a := w.do(t, sol, http.MethodPut, "/v1/notification-preferences", b); a.Status < 400 || a.Status >= 500 {
			t.Errorf("preferences %q: %d %s", b, a.Status, a.Text)
		}
	}
	for _, b := range []string{`{"platform":"android","app":"\u0000"}`, `{"platform":"android","app":"a\nb"}`, `{"platform":"linux"}`, `{}`, "{\"platform\":\"ios\",\"app\":\"\xff\"}"} {
		if a := w.do(t, sol, http.MethodPut, "/v1/push-tokens/tok", b); a.Status < 400 || a.Status >= 500 {
			t.Errorf("token %q: %d %s", b, a.Status, a.Text)
		}
	}
}
