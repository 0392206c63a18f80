package httpx_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/httpx"
)

// counted is a source that counts what is read of it, and whether it was closed.
type counted struct {
	io.Reader
	read   atomic.Int64
	closed atomic.Bool
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.read.Add(int64(n))
	return n, err
}

func (c *counted) Close() error { c.closed.Store(true); return nil }

const fileLimit = 4 << 20

// newFiles is an API with so many places for files that takes files at POST /v1/files and answers with w.file at GET. A file that begins with ! is refused unread.
func newFiles(t *testing.T, places int) (w *classWorld, file *counted) {
	t.Helper()
	inner := &world{issuer: authtest.New(t), log: &logBuffer{}, metrics: prometheus.NewRegistry(), entered: make(chan struct{}, 100)}
	api := httpx.NewAPI("files", httpx.Options{
		Log: slog.New(slog.NewJSONHandler(inner.log, nil)), Metrics: inner.metrics, Auth: inner.issuer.Verifier(t, nil),
		Limits: map[httpx.Class]httpx.Limits{httpx.ClassFiles: {Places: places}},
	})
	httpx.Handle(api, httpx.Operation{
		Method: "POST", Path: "/v1/files", ID: "put", Security: httpx.Roles(), MaxBodyBytes: fileLimit, StreamTypes: map[string]string{"image/jpeg": "a photo"},
	}, func(ctx context.Context, _ auth.Claims, _ *struct{}) (*sizeOutput, error) {
		inner.entered <- struct{}{}
		body := bufio.NewReader(httpx.StreamedBody(ctx))
		if first, err := body.Peek(1); err == nil && first[0] == '!' {
			return nil, httpx.Problem(http.StatusUnsupportedMediaType, "no_photo", "Send a photo.")
		}
		n, err := io.Copy(io.Discard, body)
		out := &sizeOutput{}
		out.Body.Size = int(n)
		return out, err
	})
	file = &counted{}
	httpx.Handle(api, httpx.Operation{Method: "GET", Path: "/v1/files", ID: "get", Security: httpx.Roles(), Class: httpx.ClassFiles},
		func(_ context.Context, _ auth.Claims, in *struct {
			Match string `header:"If-None-Match"`
			Size  int64  `query:"size"`
		},
		) (*huma.StreamResponse, error) {
			c := httpx.Content{Size: in.Size, Type: "image/jpeg", Name: "a.jpg", ETag: `"x"`}
			if in.Match != c.ETag {
				c.Source = file
			}
			return httpx.Send(c), nil
		})
	inner.handler = api.Handler()
	server := httptest.NewServer(inner.handler)
	t.Cleanup(server.Close)
	inner.url, inner.client = server.URL, server.Client()
	return &classWorld{inner, strings.TrimPrefix(server.URL, "http://")}, file
}

func TestAFileIsTakenWhileItArrives(t *testing.T) {
	t.Parallel()
	w, _ := newFiles(t, 4)
	as := token(w.issuer.Token(t, ana()))
	for size, code := range map[int]string{0: "", 1: "", fileLimit: "", fileLimit + 1: "body_too_large", 30 << 20: "body_too_large"} {
		for _, announced := range []bool{true, false} {
			var body io.Reader = bytes.NewReader(make([]byte, size))
			if !announced {
				body = io.MultiReader(body) // Its length is not known: it is sent in chunks.
			}
			a := w.call(t, "POST", "/v1/files", body, as, header("Content-Type", "image/jpeg"))
			if code == "" {
				a.want(t, http.StatusOK, "")
				if a.Text != fmt.Sprintf("{\"size\":%d}\n", size) {
					t.Errorf("%d bytes: %s", size, a.Text)
				}
			} else {
				a.want(t, http.StatusRequestEntityTooLarge, code)
			}
		}
	}
	w.call(t, "POST", "/v1/files", io.MultiReader(strings.NewReader("!"), io.LimitReader(rand.Reader, 3<<20)), as).want(t, http.StatusUnsupportedMediaType, "no_photo")
	w.call(t, "POST", "/v1/files", strings.NewReader("x"), as, header("Content-Encoding", "gzip")).want(t, http.StatusUnsupportedMediaType, "content_encoding_unsupported")
	w.call(t, "POST", "/v1/files", strings.NewReader("x")).want(t, http.StatusUnauthorized, "token_missing")
	eventually(t, "all places are given back", func() bool { return w.sum(t, "http_requests_running", "class", "files") == 0 })
}

// begun is so much of a file that its sender has half a minute until it counts as too slow.
var begun = strings.Repeat("x", 30<<10)

// One user with slow uploads holds four places, and its colleagues have the others.
func TestOneUserSendsFourFilesAtOnce(t *testing.T) {
	t.Parallel()
	w, _ := newFiles(t, 64)
	var ends []func()
	for range 4 {
		c := w.begin(t, "POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nAuthorization: Bearer "+w.issuer.Token(t, ana())+"\r\n\r\n"+begun)
		<-w.entered
		ends = append(ends, func() { _ = c.Close() })
	}
	as, beto := token(w.issuer.Token(t, ana())), ana()
	beto.Subject = "beto"
	refused := w.call(t, "POST", "/v1/files", strings.NewReader("x"), as)
	if refused.want(t, http.StatusServiceUnavailable, "overloaded"); !strings.Contains(refused.Text, "You are sending 4 files already.") {
		t.Errorf("%s", refused.Text)
	}
	w.call(t, "POST", "/v1/files", strings.NewReader("x"), token(w.issuer.Token(t, beto))).want(t, http.StatusOK, "")
	w.call(t, "GET", "/v1/files", nil, as, header("If-None-Match", `"x"`)).want(t, http.StatusNotModified, "")
	other := ana()
	other.Company = "beta"
	w.call(t, "POST", "/v1/files", strings.NewReader("x"), token(w.issuer.Token(t, other))).want(t, http.StatusOK, "")
	ends[0]()
	eventually(t, "the place is free", func() bool { return w.sum(t, "http_requests_running", "class", "files") == 3 })
	eventually(t, "the user may send again", func() bool { // It may a moment after the place is free.
		return w.call(t, "POST", "/v1/files", strings.NewReader("x"), as).Status == http.StatusOK
	})
}

// A client that sends slowly holds a place of files, and of nothing else; and one company holds no more than half of them.
func TestSlowFilesHoldTheirOwnPlaces(t *testing.T) {
	t.Parallel()
	w, _ := newFiles(t, 4)
	slow := func(company string) {
		t.Helper()
		w.begin(t, "POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nAuthorization: Bearer "+
			w.issuer.Token(t, auth.Claims{Subject: "u1", Company: company, Role: "colaborador"})+"\r\n\r\n"+begun)
		<-w.entered
	}
	slow("acme")
	slow("acme")
	w.call(t, "POST", "/v1/files", strings.NewReader("x"), w.of(t, "acme")).want(t, http.StatusServiceUnavailable, "overloaded")
	w.call(t, "POST", "/v1/files", strings.NewReader("x"), w.of(t, "beta")).want(t, http.StatusOK, "")
	if n := w.sum(t, "http_requests_running", "class", "writes"); n != 0 {
		t.Errorf("%v places of writes are held", n)
	}
}

func TestAFileIsSentWhileItIsRead(t *testing.T) {
	t.Parallel()
	w, file := newFiles(t, 4)
	as := token(w.issuer.Token(t, ana()))
	file.Reader = strings.NewReader("content")
	a := w.call(t, "GET", "/v1/files?size=7", nil, as)
	a.want(t, http.StatusOK, "")
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "Content-Length": "7", "Content-Disposition": `attachment; filename="a.jpg"`, "Cache-Control": "private, no-cache", "ETag": `"x"`,
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if a.Text != "content" {
		t.Errorf("%q", a.Text)
	}
	eventually(t, "the file is closed", file.closed.Load) // The client may have it before that.
	again := w.call(t, "GET", "/v1/files?size=7", nil, as, header("If-None-Match", `"x"`))
	if again.Status != http.StatusNotModified || again.Text != "" || again.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%d %q %v", again.Status, again.Text, again.Header)
	}
}

// A large file does not pass through memory, also when nobody reads it; and one that breaks is not taken for whole.
func TestAFileThatIsNotReadTakesNoMemory(t *testing.T) {
	t.Parallel()
	w, file := newFiles(t, 4)
	const size = 1 << 30
	file.Reader = io.LimitReader(endless{}, size)
	c := w.begin(t, fmt.Sprintf("GET /v1/files?size=%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", size, w.issuer.Token(t, ana())))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.ContentLength != size {
		t.Fatalf("%v, %v", resp, err)
	}
	if n := w.sum(t, "http_body_bytes", "class", "files"); n != 0 {
		t.Errorf("%v bytes are kept", n)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapInuse > 512<<20 {
		t.Errorf("%d bytes in use", m.HeapInuse)
	}
	_ = resp.Body.Close()
	_ = c.Close()
	w.until(t, file.closed.Load)

	file.Reader = strings.NewReader("short")
	file.closed.Store(false)
	resp, err = w.client.Do(request(t, w.url+"/v1/files?size=10", w.issuer.Token(t, ana())))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("a part was taken for the whole: %q", got)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func request(t *testing.T, url, token string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}
