package httpx_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

func TestMux(t *testing.T) {
	t.Parallel()
	named := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Service", name)
			w.Header().Set("X-Path", r.URL.Path)
		})
	}
	mux := httpx.Mux(map[string]http.Handler{"identity": named("identity"), "tracking-ingest": named("tracking-ingest")}, nil)
	for path, want := range map[string]string{
		"/.well-known/jwks.json": "identity", "/v1/auth/login": "identity", "/v1/users": "identity", "/v1/users/u1": "identity",
		"/v1/users/u1/positions": "tracking-ingest", "/v1/users/u1/password": "identity", "/v1/teams/t1/users": "identity",
		"/v1/companies": "identity", "/v1/jobs/resumen-diario/run": "identity",
		"/v1/positions": "tracking-ingest", "/v1/positions/latest": "tracking-ingest", "/v1/ingest/owntracks/key": "tracking-ingest",
		"/ws": "service_not_running", "/socket.io/": "service_not_running",
		"/": "not_found", "/v1": "not_found", "/v1/userstore": "not_found", "/metrics": "not_found", "/v1/zones": "service_not_running", "/v1/alerts": "service_not_running", "/v1/zonas": "not_found",
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			rec := httptest.NewRecorder()
			mux.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
			got := rec.Header().Get("X-Service")
			if got == "" {
				var p httpx.ProblemDetails
				if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
					t.Errorf("%s: %v", path, err)
				}
				got = p.Code
			} else if rec.Header().Get("X-Path") != path {
				t.Errorf("%s reached %s as %s", path, got, rec.Header().Get("X-Path"))
			}
			if got != want {
				t.Errorf("%s %s: %s, want %s", method, path, got, want)
			}
		}
	}
}

func TestThePageHasWhatNoRouteHas(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux := httpx.Mux(nil, page)
	for path, want := range map[string]int{
		"/": http.StatusTeapot, "/alerts/a1": http.StatusTeapot, "/v1": http.StatusNotFound, "/v1/zonas": http.StatusNotFound,
		"/.well-known/other": http.StatusNotFound, "/v1/zones": http.StatusServiceUnavailable,
	} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept", "text/html")
		mux.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("%s: %d, want %d", path, rec.Code, want)
		}
	}
}

func TestPathValuesSurviveTheMux(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	outer := http.NewServeMux()
	outer.Handle("/v1/{anything...}", w.handler)
	rec := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/v1/fail/full", nil)
	outer.ServeHTTP(rec, r)
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
