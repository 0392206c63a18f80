package httpx_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/httpx"
)

// classWorld is an API with an operation of each class that waits until it is released.
type classWorld struct {
	*world
	address string
}

func newClassWorld(t *testing.T, limits map[httpx.Class]httpx.Limits) *classWorld {
	t.Helper()
	w := &world{
		issuer: authtest.New(t), log: &logBuffer{}, metrics: prometheus.NewRegistry(),
		entered: make(chan struct{}, 1000), release: make(chan struct{}),
	}
	api := httpx.NewAPI("classes", httpx.Options{
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Metrics: w.metrics, Auth: w.issuer.Verifier(t, nil), Limits: limits, Timeout: 5 * time.Minute,
		ClientAddress: func(r *http.Request) string { return r.Header.Get("X-Test-Address") },
	})
	handle := func(op httpx.Operation) {
		op.ID = strings.TrimPrefix(op.Path, "/v1/")
		httpx.Handle(api, op, func(ctx context.Context, _ auth.Claims, in *struct {
			Hold    bool `query:"hold"`
			RawBody []byte
		},
		) (*sizeOutput, error) {
			if in.Hold {
				w.entered <- struct{}{}
				select {
				case <-w.release:
				case <-ctx.Done():
					return nil, fmt.Errorf("wait: %w", ctx.Err())
				}
			}
			out := &sizeOutput{}
			out.Body.Size = len(in.RawBody)
			return out, nil
		})
	}
	handle(httpx.Operation{Method: "GET", Path: "/v1/reads", Security: httpx.Roles()})
	handle(httpx.Operation{Method: "PUT", Path: "/v1/writes", Security: httpx.Roles()})
	handle(httpx.Operation{Method: "POST", Path: "/v1/uploads", Security: httpx.Roles(), Class: httpx.ClassUploads, MaxBodyBytes: 64 << 10})
	handle(httpx.Operation{Method: "POST", Path: "/v1/panic", Security: httpx.Roles(), Class: httpx.ClassPanic})
	handle(httpx.Operation{Method: "POST", Path: "/v1/login", Security: httpx.Public(), MaxBodyBytes: 8 << 10})
	w.handler = api.Handler()
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	w.url, w.client = server.URL, server.Client()
	return &classWorld{w, strings.TrimPrefix(server.URL, "http://")}
}

func (w *classWorld) of(t *testing.T, company string) edit {
	return token(w.issuer.Token(t, auth.Claims{Subject: "u1", Company: company, Role: "colaborador"}))
}

// hold sends n requests that wait, and returns when all hold a place. done gets their statuses.
func (w *classWorld) hold(t *testing.T, n int, method, path string, edits ...edit) (done chan int) {
	t.Helper()
	done = make(chan int, n)
	for range n {
		go func() { done <- w.call(t, method, path+"?hold=true", strings.NewReader("x"), edits...).Status }()
	}
	for range n {
		<-w.entered
	}
	return done
}

func (w *classWorld) letGo(t *testing.T, held ...chan int) {
	t.Helper()
	close(w.release)
	for _, done := range held {
		for range cap(done) {
			if status := <-done; status != http.StatusOK {
				t.Errorf("a held request ended with %d", status)
			}
		}
	}
}

func TestAClassTakesNoPlaceOfAnother(t *testing.T) {
	t.Parallel()
	w := newClassWorld(t, map[httpx.Class]httpx.Limits{
		httpx.ClassReads: {Places: 8}, httpx.ClassWrites: {Places: 8}, httpx.ClassUploads: {Places: 8}, httpx.ClassPublic: {Places: 8},
	})
	acme, globex := w.of(t, "acme"), w.of(t, "globex")
	reads := w.hold(t, 4, "GET", "/v1/reads", acme)
	a := w.call(t, "GET", "/v1/reads", strings.NewReader("x"), acme)
	a.want(t, http.StatusServiceUnavailable, "overloaded")
	if a.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After = %q", a.Header.Get("Retry-After"))
	}
	w.call(t, "GET", "/v1/reads", strings.NewReader("x"), globex).want(t, http.StatusOK, "")
	w.call(t, "PUT", "/v1/writes", strings.NewReader("x"), acme).want(t, http.StatusOK, "")
	w.call(t, "POST", "/v1/uploads", strings.NewReader("x"), acme).want(t, http.StatusOK, "")
	if n := w.sum(t, "http_requests_running", "class", "reads"); n != 4 {
		t.Errorf("%v reads are said to run", n)
	}
	uploads := w.hold(t, 4, "POST", "/v1/uploads", acme)
	a = w.call(t, "POST", "/v1/uploads", strings.NewReader("x"), acme)
	a.want(t, http.StatusServiceUnavailable, "overloaded")
	w.call(t, "POST", "/v1/uploads", strings.NewReader("x"), globex).want(t, http.StatusOK, "")
	// A company that fills all its other places still calls for help.
	w.call(t, "POST", "/v1/panic", strings.NewReader("x"), acme).want(t, http.StatusOK, "")
	logins := w.hold(t, 4, "POST", "/v1/login", header("X-Test-Address", "2001:db8::1"))
	for address, status := range map[string]int{"2001:db8:0:1::2": 503, "2001:db8:1::2": 200, "192.0.2.1": 200} {
		if a := w.call(t, "POST", "/v1/login", strings.NewReader("x"), header("X-Test-Address", address)); a.Status != status {
			t.Errorf("a login from %s: %d, want %d", address, a.Status, status)
		}
	}
	if n := w.sum(t, "http_requests_refused_total", "reason", "places_share"); n != 3 {
		t.Errorf("%v refusals counted, want 3", n)
	}
	w.letGo(t, reads, uploads, logins)
	w.call(t, "GET", "/v1/reads", strings.NewReader("x"), acme).want(t, http.StatusOK, "")
}

// slowly sends a request whose body does not end, over a connection of its own, and returns the connection.
func (w *classWorld) slowly(t *testing.T, method, path, body string, edits ...edit) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n", method, path)
	for _, e := range edits {
		fmt.Fprintf(&b, "%s: %s\r\n", e[0], e[1])
	}
	send(t, c, b.String()+"\r\n"+body)
	return c
}

// Whoever begins a request and does not go on holds nothing that others need, without a token and with one.
func TestSlowBodiesHoldNoPlace(t *testing.T) {
	t.Parallel()
	w := newClassWorld(t, map[httpx.Class]httpx.Limits{
		httpx.ClassPublic: {Places: 4, BodyBytes: 64 << 10}, httpx.ClassUploads: {Places: 4, BodyBytes: 128 << 10},
	})
	acme, globex := w.of(t, "acme"), w.of(t, "globex")
	here := header("X-Test-Address", "192.0.2.1")
	var open []net.Conn
	for range 140 {
		open = append(open, w.slowly(t, "POST", "/v1/login", "{", here))
	}
	for range 60 {
		w.slowly(t, "POST", "/v1/uploads", strings.Repeat("x", 2000), acme)
	}
	// The bytes that acme has in hand are its part of the class; until they are, not all have arrived.
	eventually(t, "all of acme's bytes", func() bool {
		return w.call(t, "POST", "/v1/uploads", bytes.NewReader(make([]byte, 8000)), acme).Status == http.StatusServiceUnavailable
	})
	w.call(t, "POST", "/v1/login", strings.NewReader("{}"), here).want(t, http.StatusOK, "")
	w.call(t, "POST", "/v1/uploads", bytes.NewReader(make([]byte, 30<<10)), globex).want(t, http.StatusOK, "")
	for _, c := range open[:3] {
		if status, body := receive(t, c); status != http.StatusRequestTimeout || !strings.Contains(body, "body_too_slow") {
			t.Errorf("a login that does not go on: %d %s", status, body)
		}
	}
	eventually(t, "acme is let in again", func() bool {
		return w.call(t, "POST", "/v1/uploads", bytes.NewReader(make([]byte, 8000)), acme).Status == http.StatusOK
	})
}

// One user that calls for help again and again, slowly, does not keep its colleagues from calling.
func TestOneUserHoldsEightCallsForHelp(t *testing.T) {
	t.Parallel()
	w := newClassWorld(t, map[httpx.Class]httpx.Limits{httpx.ClassPanic: {Places: 64, BodyBytes: 64 << 10}})
	acme := w.of(t, "acme")
	var open []net.Conn
	for range 8 {
		open = append(open, w.slowly(t, "POST", "/v1/panic", strings.Repeat("x", 2000), acme))
	}
	eventually(t, "eight calls are on their way", func() bool {
		a := w.call(t, "POST", "/v1/panic", strings.NewReader("x"), acme)
		return a.Status == http.StatusServiceUnavailable && strings.Contains(a.Text, "Your other calls for help")
	})
	colleague := token(w.issuer.Token(t, auth.Claims{Company: "acme", Subject: "another", Role: "colaborador"}))
	w.call(t, "POST", "/v1/panic", strings.NewReader("x"), colleague).want(t, http.StatusOK, "")
	for _, c := range open {
		_ = c.Close()
	}
	eventually(t, "the user is let in again", func() bool {
		return w.call(t, "POST", "/v1/panic", strings.NewReader("x"), acme).Status == http.StatusOK
	})
}

// A handler that waits for what does not come is given up, except that of an upload or of a call for help.
func TestAHandlerHasADeadline(t *testing.T) {
	t.Parallel()
	for class, want := range map[httpx.Class]int{
		httpx.ClassReads: 503, httpx.ClassWrites: 503, httpx.ClassPublic: 503, httpx.ClassUploads: 200, httpx.ClassPanic: 200,
	} {
		synctest.Test(t, func(t *testing.T) {
			api := httpx.NewAPI("patient", httpx.Options{Log: slog.New(slog.DiscardHandler)})
			httpx.Handle(api, httpx.Operation{Method: "GET", Path: "/v1/wait", ID: "wait", Security: httpx.Public(), Class: class},
				func(ctx context.Context, _ auth.Claims, _ *struct{}) (*sizeOutput, error) {
					select {
					case <-ctx.Done():
						return nil, fmt.Errorf("query: %w", ctx.Err())
					case <-time.After(time.Minute):
						return &sizeOutput{}, nil
					}
				})
			rec, began := httptest.NewRecorder(), time.Now()
			api.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/v1/wait", nil))
			if rec.Code != want || want == 503 && (time.Since(began) != httpx.DefaultTimeout || !strings.Contains(rec.Body.String(), `"unavailable"`)) {
				t.Errorf("%s: %d %s after %v, want %d", class, rec.Code, rec.Body, time.Since(began), want)
			}
		})
	}
}

// sum adds up the series of a metric that have a label.
func (w *world) sum(t *testing.T, name, label, value string) (sum float64) {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetName() == label && l.GetValue() == value {
					sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}

func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !happened() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}
