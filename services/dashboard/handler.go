package dashboard

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
)

// Options of the page.
type Options struct {
	// Clock is domain time. The page compares the age of a position with it. nil means wall time.
	Clock clock.Clock
	// Streets of the map. They must be valid.
	Streets Streets
}

// settings is what the page asks for at /page.json before it shows anything.
type settings struct {
	// Now is domain time, and Speed is how many domain seconds pass in a second.
	Now   time.Time `json:"now"`
	Speed float64   `json:"speed"`
	// Map says where streets come from; nil without any.
	Map *streetsSettings `json:"map,omitempty"`
}

// noncePlace is in index.html where the page reads the nonce of its styles. Each answer has another nonce.
const noncePlace = "__NONCE__"

const (
	index = "/index.html"
	// docs is the page that shows the description of the API. It has the address /docs.
	docs = "/docs.html"
)

type page struct {
	files   map[string]*file
	clock   clock.Clock
	streets Streets
}

// Handler serves the page and all its files. It answers what is none of them with 404 and problem details.
func Handler(o Options) (http.Handler, error) {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return handler(dist, o)
}

func handler(dist fs.FS, o Options) (http.Handler, error) {
	files, err := load(dist)
	if err != nil {
		return nil, err
	}
	if f := files[index]; f == nil || !bytes.Contains(f.content, []byte(noncePlace)) {
		return nil, fmt.Errorf("the page has no %s with a place for its nonce: run make page", index)
	}
	if o.Clock == nil {
		o.Clock = clock.Wall()
	}
	return httpx.Linger(&page{files: files, clock: o.Clock, streets: o.Streets}), nil
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := p.files[r.URL.Path]
	if r.URL.Path == "/docs" {
		f = p.files[docs]
	}
	switch {
	case f == nil && r.URL.Path != "/page.json" && !p.hasTiles(r) && !isView(r):
		httpx.Error(w, r, httpx.Problem(http.StatusNotFound, "not_found", "There is nothing at this address."))
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		httpx.Error(w, r, httpx.Problem(http.StatusMethodNotAllowed, "method_not_allowed", "This address has no such method.",
			httpx.Header("Allow", "GET, HEAD")))
	case r.URL.Path == "/page.json":
		p.settings(w)
	case p.hasTiles(r):
		p.streets.tiles(w, r)
	case f == nil || f == p.files[index]:
		p.html(w, p.files[index])
	case f == p.files[docs]:
		p.html(w, f)
	default:
		p.file(w, r, f)
	}
}

func (p *page) hasTiles(r *http.Request) bool {
	return p.streets.File != "" && r.URL.Path == streetsPath
}

// isView reports whether a request asks for a view of the page: somebody opened or reloaded its address. The page itself
// says when it has no such view. A program that asks for such an address does not accept HTML, and reads a problem.
func isView(r *http.Request) bool {
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	return r.URL.Path == "/" || !strings.Contains(name, ".") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// settings answers /page.json.
func (p *page) settings(w http.ResponseWriter) {
	s := settings{Now: p.clock.Now(), Speed: 1, Map: p.streets.settings()}
	if d, ok := p.clock.(*clock.Domain); ok {
		s.Speed = d.Speed()
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(s) // The client has gone if this fails.
}

func (p *page) html(w http.ResponseWriter, f *file) {
	nonce := rand.Text()
	h := w.Header()
	p.protect(h)
	h.Set("Content-Security-Policy", policy(nonce, p.streets.sources()))
	h.Set("Content-Type", types[".html"])
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept")
	_, _ = w.Write(bytes.ReplaceAll(f.content, []byte(noncePlace), []byte(nonce)))
}

// policy lets the page run its own files and talk to its own origin and to the hosts of the map's streets. The nonce is for the
// styles that the page's components make while it runs. The map draws pictures that it made itself (blob:, data:).
func policy(nonce, streets string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:" + streets + "; " +
		"font-src 'self'" + streets + "; connect-src 'self'" + streets + "; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; " +
		"frame-ancestors 'none'"
}

// protect sets what every file of the page is sent with.
func protect(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("X-Frame-Options", "DENY")
}

// protect also lets a host that gives streets know which site asks: many allow a key only there.
func (p *page) protect(h http.Header) {
	protect(h)
	if p.streets.StyleURL != "" {
		h.Set("Referrer-Policy", "strict-origin")
	}
}

func (p *page) file(w http.ResponseWriter, r *http.Request, f *file) {
	h := w.Header()
	p.protect(h)
	// The map's worker is a script of its own, to which the policy of the page does not apply.
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'"+p.streets.sources()+"; frame-ancestors 'none'")
	h.Set("Content-Type", f.contentType)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if f.hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.content
	etag := f.etag
	if packed := f.packedFor(r); packed != nil {
		body, etag = packed, strings.TrimSuffix(f.etag, `"`)+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

func (f *file) packedFor(r *http.Request) []byte {
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		return nil
	}
	return f.packed()
}

// acceptsGzip reads an Accept-Encoding. A client that names gzip with a weight of 0 gets the file unpacked.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, weighted := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		if name == "gzip" {
			q, err := strconv.ParseFloat(weight, 64)
			return !weighted || err == nil && q > 0
		}
	}
	return false
}
