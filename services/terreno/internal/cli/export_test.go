package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// playback is an installation with one position. It answers 404 for anybody but juan.
func playback(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/login", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"access_token":"t"}`) })
	mux.HandleFunc("GET /v1/users/ana/positions", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"detail":"There is no such user among those whom you may see."}`)
	})
	mux.HandleFunc("GET /v1/users/juan/positions", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("from") != "2026-03-09T00:00:00Z" || r.URL.Query().Get("to") != "2026-03-11T00:00:00Z" {
			t.Errorf("asked for %v", r.URL.Query())
		}
		_, _ = io.WriteString(w, `{"positions":[{"user_id":"juan","device_id":"","recorded_at":"2026-03-09T12:00:00Z","received_at":"2026-03-09T12:00:01Z","lat":4.65,"lon":-74.08,"activity":"","mock":false}]}`)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestExport(t *testing.T) {
	t.Parallel()
	url, folder := playback(t), t.TempDir()
	export := func(user string, args ...string) (int, string, string) {
		return run(nil, append([]string{"export", "-url", url, "--user", user, "--from", "2026-03-09", "--to", "2026-03-10"}, args...)...)
	}
	if status, out, errOut := export("juan"); status != 0 || !strings.HasPrefix(out, "user_id,") || !strings.Contains(errOut, "1 positions of juan") {
		t.Errorf("%d\n%s%s", status, out, errOut)
	}
	for name, want := range map[string]string{"a.GPX": "<gpx", "a.geojson": "FeatureCollection", "a.txt": "user_id,"} {
		file := filepath.Join(folder, name)
		status, out, errOut := export("juan", "--output", file)
		text, err := os.ReadFile(file)
		if status != 0 || out != "" || err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %d, %v\n%s%s", name, status, err, text, errOut)
		}
	}
	if status, out, _ := export("juan", "--format", "gpx", "--output", "-"); status != 0 || !strings.Contains(out, "<gpx") {
		t.Errorf("a format beats a name: %d\n%s", status, out)
	}
	// What was there stays when the export fails, and nothing is left beside it.
	file := filepath.Join(folder, "a.txt")
	if status, _, errOut := export("ana", "--output", file); status != 1 || !strings.Contains(errOut, "-login") {
		t.Errorf("somebody whom nobody sees: %d %s", status, errOut)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "user_id,") {
		t.Errorf("the file that was there: %v\n%s", err, text)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 3 {
		t.Errorf("the folder holds %v: %v", left, err)
	}
	if status, _, errOut := export("juan", "--output", filepath.Join(folder, "no", "a.csv")); status != 1 || !strings.Contains(errOut, "no such file") {
		t.Errorf("a folder that is not there: %d %s", status, errOut)
	}
}

func TestExportSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--user":              {"--from", "2026-03-09", "--to", "2026-03-09"},
		"give --from and":     {"--user", "juan", "--from", "2026-03-09"},
		`"yesterday" is no`:   {"--user", "juan", "--from", "yesterday", "--to", "2026-03-09"},
		`"2026-02-30" is no`:  {"--user", "juan", "--from", "2026-02-01", "--to", "2026-02-30"},
		"is not after":        {"--user", "juan", "--from", "2026-03-09T12:00:00Z", "--to", "2026-03-09T07:00:00-05:00"},
		`no format "kml"`:     {"--user", "juan", "--from", "2026-03-09", "--to", "2026-03-09", "--format", "kml"},
		`arguments ["juan"]`:  {"juan", "--from", "2026-03-09", "--to", "2026-03-09"},
		"not defined: -users": {"--users", "juan"},
		"cut at the antimer":  {"-h"},
	} {
		status, out, errOut := run(nil, append([]string{"export"}, args...)...)
		if status != 2 || out != "" || !strings.Contains(errOut, want) {
			t.Errorf("%q: %d %s%s, want %s", args, status, out, errOut, want)
		}
	}
}
