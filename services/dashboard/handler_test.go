package dashboard

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
)

func get(t *testing.T, h http.Handler, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

func small(t *testing.T) http.Handler {
	t.Helper()
	h, err := handler(fstest.MapFS{
		"index.html":               {Data: []byte(`<!doctype html><meta property="csp-nonce" nonce="__NONCE__"><p>ó, ñ</p>`)},
		"docs.html":                {Data: []byte(`<!doctype html><p>API`)},
		"openapi.json":             {Data: []byte(`{}`)},
		"assets/main-Ab12_-Xy.js":  {Data: []byte(strings.Repeat("console.log(1);", 100))},
		"assets/logo-Ab12_-Xy.png": {Data: []byte(strings.Repeat("x", 1000))},
		"world.json":               {Data: []byte(strings.Repeat("[1,2],", 100))},
	}, Options{Clock: clock.NewDomain(time.Date(2015, 6, 7, 17, 0, 0, 0, time.UTC), 10)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWhatAddressesAnswer(t *testing.T) {
	t.Parallel()
	h := small(t)
	for _, c := range []struct {
		method, path, accept string
		status               int
		kind                 string
	}{
		{"GET", "/", "", 200, "text/html; charset=utf-8"},
		{"HEAD", "/", "", 200, "text/html; charset=utf-8"},
		{"GET", "/index.html", "", 200, "text/html; charset=utf-8"},
		{"GET", "/alerts/a1?status=nueva", browser, 200, "text/html; charset=utf-8"},
		{"GET", "/docs", "", 200, "text/html; charset=utf-8"},
		{"GET", "/docs/x", "", 404, "application/problem+json"},
		{"GET", "/openapi.json", "", 200, "application/json"},
		{"GET", "/alerts", "application/json", 404, "application/problem+json"},
		{"GET", "/metrics", "", 404, "application/problem+json"},
		{"GET", "/assets/main-00000000.js", browser, 404, "application/problem+json"},
		{"GET", "/../handler.go", browser, 404, "application/problem+json"},
		{"POST", "/", "", 405, "application/problem+json"},
		{"POST", "/page.json", "", 405, "application/problem+json"},
		{"GET", "/assets/main-Ab12_-Xy.js", "", 200, "text/javascript; charset=utf-8"},
		{"GET", "/assets/logo-Ab12_-Xy.png", "", 200, "image/png"},
		{"GET", "/world.json", "", 200, "application/json"},
		{"GET", "/page.json", "", 200, "application/json"},
	} {
		r := get(t, h, c.method, c.path, "Accept", c.accept)
		if got := r.Header.Get("Content-Type"); r.StatusCode != c.status || got != c.kind {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, r.StatusCode, got, c.status, c.kind)
		}
	}
}

func TestOnlyHashedFilesAreKept(t *testing.T) {
	t.Parallel()
	h := small(t)
	for path, want := range map[string]string{
		"/": "no-store", "/alerts": "no-store", "/page.json": "no-store", "/world.json": "no-cache",
		"/assets/main-Ab12_-Xy.js": "public, max-age=31536000, immutable",
	} {
		if got := get(t, h, "GET", path, "Accept", browser).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
	tag := get(t, h, "GET", "/world.json").Header.Get("ETag")
	if r := get(t, h, "GET", "/world.json", "If-None-Match", tag); r.StatusCode != http.StatusNotModified || text(t, r) != "" {
		t.Errorf("a file that the browser has: %d", r.StatusCode)
	}
}

func TestFilesArePackedForWhoTakesIt(t *testing.T) {
	t.Parallel()
	h := small(t)
	plain := text(t, get(t, h, "GET", "/world.json"))
	for accept, packed := range map[string]bool{
		"": false, "gzip, deflate, br": true, "br;q=1.0, gzip;q=0.8": true, "gzip; q=0": false, "gzip;q=0.0": false, "identity": false,
	} {
		r := get(t, h, "GET", "/world.json", "Accept-Encoding", accept)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("%q: packed %t", accept, got)
		}
		if !packed {
			continue
		}
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || string(b) != plain {
			t.Errorf("%q: unpacked %q, %v", accept, b, err)
		}
	}
}

// The policy allows styles of one nonce, which the page reads from the document. No two documents have the same one.
func TestThePolicyIsStrict(t *testing.T) {
	t.Parallel()
	h := small(t)
	seen := map[string]bool{}
	for range 3 {
		r := get(t, h, "GET", "/zones/z1", "Accept", browser)
		policy := r.Header.Get("Content-Security-Policy")
		nonce := regexp.MustCompile(`style-src 'self' 'nonce-([A-Z2-7]{26})'`).FindStringSubmatch(policy)
		if nonce == nil || !strings.Contains(text(t, r), `nonce="`+nonce[1]+`"`) || seen[nonce[1]] {
			t.Fatalf("policy %q", policy)
		}
		seen[nonce[1]] = true
		for _, bad := range []string{"unsafe", "*", "http:", "https:"} {
			if strings.Contains(policy, bad) {
				t.Errorf("the policy has %q: %s", bad, policy)
			}
		}
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("the policy lacks %q: %s", want, policy)
			}
		}
	}
	if r := get(t, h, "GET", "/docs"); !strings.Contains(r.Header.Get("Content-Security-Policy"), "script-src 'self';") || !strings.Contains(text(t, r), "API") {
		t.Errorf("/docs: %v", r.Header)
	}
	for _, path := range []string{"/", "/docs", "/world.json", "/assets/main-Ab12_-Xy.js"} {
		r := get(t, h, "GET", path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestThePageLearnsTheDomainTime(t *testing.T) {
	t.Parallel()
	var s settings
	if err := json.Unmarshal([]byte(text(t, get(t, small(t), "GET", "/page.json"))), &s); err != nil {
		t.Fatal(err)
	}
	if s.Now.Year() != 2015 || s.Speed != 10 {
		t.Errorf("%+v", s)
	}
}

// The built page is in the repository: its index names files that are there, and nothing of another host.
func TestTheBuiltPageIsWhole(t *testing.T) {
	t.Parallel()
	h, err := Handler(Options{})
	if err != nil {
		t.Fatal(err)
	}
	html := text(t, get(t, h, "GET", "/"))
	named := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(html, -1)
	if len(named) < 2 {
		t.Fatalf("the index names %d files:\n%s", len(named), html)
	}
	for _, m := range named {
		if r := get(t, h, "GET", m[1]); !strings.HasPrefix(m[1], "/") || r.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", m[1], r.StatusCode)
		}
	}
	if strings.Contains(html, "<style") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(html) {
		t.Errorf("the index has a style or a script in itself:\n%s", html)
	}
}

func TestAPageWithoutItsNonceIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := handler(fstest.MapFS{"index.html": {Data: []byte("<p>")}}, Options{}); err == nil {
		t.Error("no error")
	}
}
