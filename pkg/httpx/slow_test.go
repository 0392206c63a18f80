package httpx_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/httpx"
)

// begin sends the beginning of a request on a connection of its own, whose kernel takes little of an answer that nobody reads.
func (w *classWorld) begin(t *testing.T, request string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := errors.Join(c.SetDeadline(time.Now().Add(time.Minute)), c.(*net.TCPConn).SetReadBuffer(64<<10)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	return c
}

func statusOf(t *testing.T, r *bufio.Reader) int {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// A client that was told that its body is too slow, and then sends nothing more, must not keep its connection.
func TestABodyThatWasGivenUpEndsItsConnection(t *testing.T) {
	t.Parallel()
	w := newClassWorld(t, nil)
	for _, request := range []string{
		"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
		"POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
	} {
		c := w.begin(t, request)
		r := bufio.NewReader(c)
		if status := statusOf(t, r); status != http.StatusRequestTimeout {
			t.Errorf("status %d", status)
		}
		if _, err := r.ReadByte(); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("the connection stays open")
		}
	}
}

// newAnswerWorld has an operation without a body that gives answers of a size, and two places for it.
func newAnswerWorld(t *testing.T, size int) *classWorld {
	t.Helper()
	w := &world{issuer: authtest.New(t), log: &logBuffer{}, metrics: prometheus.NewRegistry()}
	api := httpx.NewAPI("answers", httpx.Options{
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Metrics: w.metrics, Auth: w.issuer.Verifier(t, nil),
		Limits: map[httpx.Class]httpx.Limits{httpx.ClassPublic: {Places: 2, BodyBytes: 64 << 20}},
	})
	type textOutput struct{ Body string }
	text := strings.Repeat("x", size)
	httpx.Handle(api, httpx.Operation{ID: "text", Method: "GET", Path: "/v1/text", Security: httpx.Public()},
		func(context.Context, auth.Claims, *struct{}) (*textOutput, error) { return &textOutput{text}, nil })
	w.handler = api.Handler()
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	w.url, w.client = server.URL, server.Client()
	return &classWorld{w, strings.TrimPrefix(server.URL, "http://")}
}

// net/http reads a body that nobody asked for before it sends an answer of some size.
func TestABodyThatNobodyAskedForHoldsNoPlace(t *testing.T) {
	t.Parallel()
	w := newAnswerWorld(t, 10_000)
	for i := range 20 {
		slow := w.begin(t, fmt.Sprintf("GET /v1/text HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nabc", 1000+i))
		w.served(t)
		if i == 0 {
			defer func() {
				if status := statusOf(t, bufio.NewReader(slow)); status != http.StatusRequestTimeout {
					t.Errorf("a slow body was answered %d", status)
				}
			}()
		}
	}
	w.served(t)
	w.call(t, "GET", "/v1/text", strings.NewReader("{}")).want(t, http.StatusOK, "")
	w.call(t, "GET", "/v1/text", strings.NewReader(strings.Repeat(" ", httpx.DefaultMaxBodyBytes))).want(t, http.StatusOK, "")
	w.call(t, "GET", "/v1/text", strings.NewReader(strings.Repeat(" ", httpx.DefaultMaxBodyBytes+1))).
		want(t, http.StatusRequestEntityTooLarge, "body_too_large")
	w.call(t, "GET", "/v1/text", io.LimitReader(strings.NewReader(strings.Repeat(" ", httpx.DefaultMaxBodyBytes+1)), 1<<40)).
		want(t, http.StatusRequestEntityTooLarge, "body_too_large")
}

// An answer that is too large for the kernel's buffers waits for its client, and no place with it.
func TestAClientThatDoesNotReadHoldsNoPlace(t *testing.T) {
	t.Parallel()
	w := newAnswerWorld(t, 6<<20)
	kept := func() float64 { return w.sum(t, "http_body_bytes", "class", "public") }
	for n := range 4 {
		w.begin(t, "GET /v1/text HTTP/1.1\r\nHost: x\r\n\r\n")
		w.until(t, func() bool { return kept() >= float64((n+1)*6<<20) })
		w.served(t)
		// The server drops an answer a moment after its client has read it.
		w.until(t, func() bool { return kept() < float64((n+1)*6<<20+3<<20) })
	}
	// No more than half of the bytes are one address's. A fifth answer finds room, and a sixth is sent while it holds its place. It
	// begins when the place of the fifth is free: an address gets one of two places, and would be refused another.
	running := func() float64 { return w.sum(t, "http_requests_running", "class", "public") }
	w.begin(t, "GET /v1/text HTTP/1.1\r\nHost: x\r\n\r\n")
	w.until(t, func() bool { return kept() >= 5*6<<20 && running() == 0 })
	sixth := w.begin(t, "GET /v1/text HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := sixth.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if held, n := running(), kept(); held != 1 || n > 32<<20 {
		t.Errorf("%v requests hold a place, and %v bytes are kept for clients that do not read", held, n)
	}
}

func (w *classWorld) until(t *testing.T, ok func() bool) {
	t.Helper()
	patience := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-patience:
			t.Fatal("never as expected")
		}
	}
}

// served wants an answer, at the latest when the requests before it had the time to give their places back.
func (w *classWorld) served(t *testing.T) {
	t.Helper()
	w.until(t, func() bool { return w.call(t, "GET", "/v1/text", nil).Status == http.StatusOK })
}
