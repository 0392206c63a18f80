package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/terreno/internal/client"
)

func TestSession(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/login", func(w http.ResponseWriter, r *http.Request) {
		var in map[string]string
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		if _, ok := in["company"]; ok {
			t.Error("a platform admin's login names a company")
		}
		_, _ = io.WriteString(w, `{"access_token":"t-`+in["login"]+`"}`)
	})
	answer := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer t-root" || r.Header.Get("X") != "1" {
				t.Errorf("header %v", r.Header)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	mux.HandleFunc("/ok", answer(http.StatusAccepted, `{"a":1}`))
	mux.HandleFunc("/no", answer(http.StatusConflict, `{"code":"x","detail":"Not now.","errors":[{"message":"because"}]}`))
	mux.HandleFunc("/down", answer(http.StatusServiceUnavailable, `{"code":"x","detail":"Later."}`))
	mux.HandleFunc("/odd", answer(http.StatusBadGateway, `<html>`))
	mux.HandleFunc("/text", answer(http.StatusOK, `<html>`))
	srv := httptest.NewServer(mux)
	defer srv.Close()
	s, err := client.Open(t.Context(), client.Account{URL: srv.URL + "/", Login: "root", Password: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/ok": "", "/no": "refused: Not now.\n  because", "/down": "status 503: Later.", "/odd": "status 502, without an explanation", "/text": "read the response",
	} {
		var out struct{ A int }
		err := s.Do(t.Context(), http.MethodGet, path, http.Header{"X": {"1"}}, nil, &out)
		if want == "" && (err != nil || out.A != 1) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, %+v", path, err, out)
		}
		if errors.Is(err, client.ErrRefused) != (path == "/no") {
			t.Errorf("%s: %v", path, err)
		}
	}
	srv.Close()
	if err := s.Do(t.Context(), http.MethodGet, "/ok", nil, nil, nil); err == nil || errors.Is(err, client.ErrRefused) {
		t.Errorf("without a server: %v", err)
	}
}
