package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// tilesFile writes a file that begins like one of PMTiles.
func tilesFile(t *testing.T, version, kind byte) string {
	t.Helper()
	content := append([]byte("PMTiles"), version)
	content = append(content, make([]byte, tilesHeader-len(content))...)
	content[tilesTypeAt] = kind
	path := filepath.Join(t.TempDir(), "streets.pmtiles")
	if err := os.WriteFile(path, append(content, "tiles"...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func withStreets(t *testing.T, s Streets) http.Handler {
	t.Helper()
	h, err := handler(fstest.MapFS{
		"index.html": {Data: []byte(`<meta nonce="__NONCE__">`)}, "assets/worker-Ab12_-Xy.js": {Data: []byte("1")},
	}, Options{Streets: s})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWrongStreetsAreRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	good, style := tilesFile(t, 3, 1), "https://tiles.example.com/style.json?key=k"
	for _, c := range []struct {
		s    Streets
		want string
	}{
		{Streets{}, ""},
		{Streets{StyleURL: style, Hosts: []string{"https://a.example.com:8443", "https://*.example.org"}}, ""},
		{Streets{StyleURL: "http://localhost:9000/s.json"}, ""},
		{Streets{File: good}, ""},
		{Streets{StyleURL: style, File: good}, "leave the other one empty"},
		{Streets{StyleURL: "tiles.example.com/style.json"}, "give the address of a style"},
		{Streets{StyleURL: "https://user:pass@example.com/style.json"}, "give the address of a style"},
		{Streets{StyleURL: "mapbox://styles/x"}, "give the address of a style"},
		{Streets{StyleURL: "https://a.example.com; script-src */s.json"}, "give the address of a style"},
		{Streets{StyleURL: style, Hosts: []string{"https://a.example.com/tiles"}}, "without a path"},
		{Streets{StyleURL: style, Hosts: []string{"*"}}, "without a path"},
		{Streets{StyleURL: style, Hosts: []string{"https://a.example.com; script-src 'unsafe-inline'"}}, "without a path"},
		{Streets{Hosts: []string{"https://a.example.com"}}, "set TERRENO_MAP_STYLE_URL too"},
		{Streets{File: good + "x"}, "give the path of a .pmtiles file that this program may read"},
		{Streets{File: t.TempDir()}, "no PMTiles file"},
		{Streets{File: tilesFile(t, 2, 1)}, "no PMTiles file of version 3"},
		{Streets{File: tilesFile(t, 3, 2)}, "its tiles are pictures"},
	} {
		got := errors.Join(c.s.Validate()...)
		if (got == nil) != (c.want == "") || got != nil && !strings.Contains(got.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.s, got, c.want)
		}
	}
}

func TestAStyleOpensThePolicyForItsHostsOnly(t *testing.T) {
	t.Parallel()
	h := withStreets(t, Streets{StyleURL: "https://Tiles.example.com/style.json?key=k", Hosts: []string{"https://*.example.org"}})
	const hosts = " https://tiles.example.com https://*.example.org;"
	policy := get(t, h, "GET", "/").Header.Get("Content-Security-Policy")
	for _, want := range []string{"connect-src 'self'" + hosts, "img-src 'self' data: blob:" + hosts, "font-src 'self'" + hosts, "script-src 'self';", "default-src 'none';", "worker-src 'self';"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %q: %s", want, policy)
		}
	}
	worker := get(t, h, "GET", "/assets/worker-Ab12_-Xy.js").Header
	if !strings.Contains(worker.Get("Content-Security-Policy"), "connect-src 'self'"+hosts) || worker.Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("the map's worker: %v", worker)
	}
	var s settings
	if err := json.Unmarshal([]byte(text(t, get(t, h, "GET", "/page.json"))), &s); err != nil || s.Map == nil || s.Map.Style != "https://Tiles.example.com/style.json?key=k" || len(s.Map.Hosts) != 2 {
		t.Errorf("page.json: %+v, %v", s.Map, err)
	}
	if r := get(t, h, "GET", "/map.pmtiles", "Range", "bytes=0-6"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not set: %d", r.StatusCode)
	}
}

func TestPartsOfTheFileAreSent(t *testing.T) {
	t.Parallel()
	path := tilesFile(t, 3, 1)
	h := withStreets(t, Streets{File: path})
	r := get(t, h, "GET", "/map.pmtiles", "Range", "bytes=0-6")
	if got := text(t, r); r.StatusCode != http.StatusPartialContent || got != "PMTiles" || r.Header.Get("Content-Range") != "bytes 0-6/132" {
		t.Errorf("%d %q %v", r.StatusCode, got, r.Header)
	}
	if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Content-Encoding") != "" || r.Header.Get("ETag") == "" {
		t.Errorf("headers %v", r.Header)
	}
	for header, want := range map[string]int{"": http.StatusBadRequest, "bytes=500-": http.StatusRequestedRangeNotSatisfiable, "bytes=127-": http.StatusPartialContent} {
		if r := get(t, h, "GET", "/map.pmtiles", "Range", header); r.StatusCode != want {
			t.Errorf("Range %q: %d, want %d", header, r.StatusCode, want)
		}
	}
	if r := get(t, h, "POST", "/map.pmtiles"); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.StatusCode)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if r := get(t, h, "GET", "/map.pmtiles", "Range", "bytes=0-6"); r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a file that is gone: %d", r.StatusCode)
	}
}
