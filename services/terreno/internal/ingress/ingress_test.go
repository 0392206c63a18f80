package ingress_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/terreno/internal/ingress"
)

func TestEachPathReachesItsService(t *testing.T) {
	t.Parallel()
	w := start(t, nil)
	for _, route := range httpx.Routes {
		path := strings.ReplaceAll(route.Path, "{id}", "u1")
		for _, p := range []string{path, path + "/x%20y?a=1&b=%2F"} {
			if strings.HasPrefix(p, "/v1/users/x") {
				continue // This path names a user "x y", so it belongs to another route.
			}
			answer, text := w.do("POST", p, nil, nil)
			if answer.Header.Get("X-Service") != route.Service || answer.Header.Get("X-URI") != p {
				t.Errorf("%s reached service %q as %q, want %s: %s", p, answer.Header.Get("X-Service"), answer.Header.Get("X-URI"), route.Service, text)
			}
		}
	}
	for _, path := range []string{"/metrics", "/readyz", "/v1", "/v1/zonas"} {
		answer, text := w.do("GET", path, nil, nil)
		w.problem(answer, text, http.StatusNotFound, "not_found")
	}
	for _, path := range []string{"/", "/alerts?status=nueva"} {
		answer, text := w.do("GET", path, http.Header{"Accept": {"text/html"}}, nil)
		if answer.StatusCode != http.StatusOK || !strings.Contains(text, "<title>Terreno</title>") {
			t.Errorf("%s is not the page: %d %s", path, answer.StatusCode, text)
		}
	}
}

func TestForwardedHeadersCountOnlyFromATrustedProxy(t *testing.T) {
	t.Parallel()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := r.Header
		_, _ = fmt.Fprintf(w, "%q %q %q %q %s", h["X-Forwarded-For"], h.Get("X-Forwarded-Host"), h.Get("X-Forwarded-Proto"), h.Get("Forwarded"), r.Host)
	})
	sent := http.Header{
		"X-Forwarded-For": {"198.51.100.1, 203.0.113.9"}, "X-Forwarded-Host": {"terreno.example"}, "X-Forwarded-Proto": {"https"},
		"Forwarded": {"for=198.51.100.1"},
	}
	for name, c := range map[string]struct {
		trusted string
		header  http.Header
		want    string
	}{
		"no trusted proxy":              {"", sent, `["127.0.0.1"] "HOST" "http" "" HOST`},
		"another proxy is trusted":      {"10.0.0.0/8,127.0.0.2", sent, `["127.0.0.1"] "HOST" "http" "" HOST`},
		"this proxy is trusted":         {"10.0.0.0/8,127.0.0.1", sent, `["198.51.100.1, 203.0.113.9, 127.0.0.1"] "terreno.example" "https" "" HOST`},
		"a trusted one without headers": {"127.0.0.0/8", nil, `["127.0.0.1"] "HOST" "http" "" HOST`},
	} {
		w := start(t, map[string]http.Handler{"identity": echo}, "TERRENO_TRUSTED_PROXIES="+c.trusted)
		_, text := w.do("GET", "/v1/auth/login", c.header, nil)
		if want := strings.ReplaceAll(c.want, "HOST", w.clients); text != want {
			t.Errorf("%s: %s, want %s", name, text, want)
		}
	}
}

// Each side receives the first half of a body before the other side sends the second half. The ingress does not decompress
// gzip.
func TestBodiesAreStreamedUnchanged(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte("positions "), 1000))
	_ = z.Close()
	half, rest := packed.Bytes()[:20], packed.Bytes()[20:]
	arrived, more := make(chan struct{}), make(chan struct{})
	w := start(t, map[string]http.Handler{"tracking-ingest": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := make([]byte, len(half))
		if _, err := io.ReadFull(r.Body, first); err != nil {
			t.Error(err)
		}
		arrived <- struct{}{}
		second, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(append(first, second...), packed.Bytes()) || r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("the service got %d bytes as %q, accepting %q: %v", len(first)+len(second), r.Header.Get("Content-Encoding"), r.Header.Get("Accept-Encoding"), err)
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(half)
		_ = http.NewResponseController(w).Flush()
		<-more
		_, _ = w.Write(rest)
	})})
	read, write := io.Pipe()
	go func() {
		_, _ = write.Write(half)
		<-arrived
		_, _ = write.Write(rest)
		_ = write.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+w.clients+"/v1/positions", read)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Encoding", "gzip")
	answer, err := w.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	first := make([]byte, len(half))
	if _, err := io.ReadFull(answer.Body, first); err != nil {
		t.Fatal(err)
	}
	close(more)
	second, err := io.ReadAll(answer.Body)
	if err != nil || !bytes.Equal(append(first, second...), packed.Bytes()) || answer.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("the client got %d bytes as %q: %v", len(first)+len(second), answer.Header.Get("Content-Encoding"), err)
	}
}

// A service may refuse an upload before it has read the body. The client must get that response.
func TestTheClientGetsAnEarlyRefusal(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]http.Handler{"tracking-ingest": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpx.Error(w, r, httpx.Problem(http.StatusServiceUnavailable, "stream_full", "Later.", httpx.RetryAfter(time.Minute)))
	})})
	answer, text := w.do("POST", "/v1/positions", nil, bytes.NewReader(make([]byte, 5<<20)))
	w.problem(answer, text, http.StatusServiceUnavailable, "stream_full")
	if answer.Header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q", answer.Header.Get("Retry-After"))
	}
}

func TestServiceIsDown(t *testing.T) {
	t.Parallel()
	// Nothing listens on port 1. A port that was free a moment ago may belong to another test by now.
	w := start(t, nil, "TERRENO_INGRESS_SERVICE_URLS=identity=http://127.0.0.1:1", "TERRENO_INGRESS_SERVICE_URL=http://{service}.invalid:1")
	answer, text := w.do("POST", "/v1/auth/login", nil, strings.NewReader("{}"))
	w.problem(answer, text, http.StatusBadGateway, "service_unreachable")
	if strings.Contains(text, "127.0.0.1") {
		t.Errorf("the response tells the client the address of a service: %s", text)
	}
	if ready := w.internal("/readyz"); !strings.HasPrefix(ready, "200") || !strings.Contains(ready, "ingress/identity") {
		t.Errorf("want ready, and the service that is down named: %s", ready)
	}
	if m := w.internal("/metrics"); !strings.Contains(m, `ingress_requests_total{result="unreachable",service="identity"} 1`) ||
		!strings.Contains(m, `ingress_requests_total{result="timeout",service="gateway"} 0`) {
		t.Errorf("metrics:\n%s", m)
	}
}

func TestServiceClosesTheConnection(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]http.Handler{"identity": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })})
	answer, text := w.do("GET", "/v1/users", nil, nil)
	w.problem(answer, text, http.StatusBadGateway, "service_unreachable")
	if ready := w.internal("/readyz"); strings.Contains(ready, "degraded") {
		t.Errorf("all services accept connections, but: %s", ready)
	}
}

func TestServiceIsSlow(t *testing.T) {
	t.Parallel()
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	w := start(t, map[string]http.Handler{"identity": hang}, "TERRENO_INGRESS_ANSWER_TIMEOUT=1s")
	answer, text := w.do("GET", "/v1/users", nil, nil)
	w.problem(answer, text, http.StatusGatewayTimeout, "service_timeout")

	short := startWith(t, map[string]http.Handler{"identity": hang}, func(in *ingress.Ingress) { in.SetTimeouts(50*time.Millisecond, time.Minute) })
	answer, text = short.do("GET", "/v1/users", nil, nil)
	short.problem(answer, text, http.StatusGatewayTimeout, "service_timeout")
}

// When a connection is not made in time, the ingress answers 502, because the service never received the request.
func TestATimeoutOfTheDialIsNot504(t *testing.T) {
	t.Parallel()
	for op, want := range map[string]bool{"dial": false, "read": true} {
		err := fmt.Errorf("round trip: %w", &net.OpError{Op: op, Net: "tcp", Err: os.ErrDeadlineExceeded})
		if got := ingress.IsTimeout(err); got != want {
			t.Errorf("IsTimeout of a %s timeout = %t, want %t", op, got, want)
		}
	}
	if ingress.IsTimeout(io.ErrUnexpectedEOF) {
		t.Error("IsTimeout is true when a service closes the connection")
	}
}

// When the client does not send its body in time, the ingress must not blame the service.
func TestClientIsSlow(t *testing.T) {
	t.Parallel()
	swallow := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	w := startWith(t, map[string]http.Handler{"identity": swallow}, func(in *ingress.Ingress) { in.SetTimeouts(time.Minute, time.Second) })
	conn, err := net.Dial("tcp", w.clients)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprint(conn, "POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(conn)
	if !strings.HasPrefix(string(text), "HTTP/1.1 408 ") || !strings.Contains(string(text), "body_too_slow") {
		t.Errorf("%s %v", text, err)
	}
}

// A service that hangs takes no slot of another, and one address leaves half of the slots to the others.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}, 10), make(chan struct{})
	w := start(t, map[string]http.Handler{"identity": http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		inside <- struct{}{}
		<-release
	})}, "TERRENO_INGRESS_MAX_REQUESTS=4", "TERRENO_TRUSTED_PROXIES=127.0.0.1")
	done := make(chan int, 10)
	hold := func(from string) {
		go func() {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+w.clients+"/v1/users", nil)
			if err != nil {
				done <- 0
				return
			}
			r.Header.Set("X-Forwarded-For", from)
			answer, err := w.client.Do(r)
			if err != nil {
				done <- 0
				return
			}
			_ = answer.Body.Close()
			done <- answer.StatusCode
		}()
		within(t, "a request arrives", inside)
	}
	get := func(path, from string) (*http.Response, string) {
		return w.do("GET", path, http.Header{"X-Forwarded-For": {from}}, nil)
	}
	hold("192.0.2.1")
	hold("192.0.2.1")
	answer, text := get("/v1/users", "192.0.2.1")
	w.problem(answer, text, http.StatusServiceUnavailable, "overloaded")
	hold("192.0.2.2")
	if answer, _ := get("/v1/zones", "192.0.2.1"); answer.StatusCode != http.StatusOK {
		t.Errorf("a service that hangs stops another: %d", answer.StatusCode)
	}
	close(release)
	for range 3 {
		if status := within(t, "a request ends", done); status != http.StatusOK {
			t.Errorf("a request that was let in: %d", status)
		}
	}
	w.await(func() bool {
		answer, _ := get("/v1/users", "192.0.2.1")
		return answer.StatusCode == http.StatusOK
	}, "the slots did not become free again")
}

func TestConfigNamesAllProblems(t *testing.T) {
	t.Parallel()
	var c ingress.Config
	_, err := config.Load(&c, []string{
		"TERRENO_INGRESS_SERVICE_URL=http://everyone:8080", "TERRENO_INGRESS_SERVICE_URLS=billing=http://b:1,identity=ftp://i,gateway",
		"TERRENO_TRUSTED_PROXIES=proxy", "TERRENO_INGRESS_ANSWER_TIMEOUT=1h", "TERRENO_DRAIN_TIMEOUT=1ms", "TERRENO_INGRESS_MAX_SOCKETS=0",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"{service}", `"billing"`, `"identity=ftp://i"`, `"gateway"`, "TERRENO_TRUSTED_PROXIES", "ANSWER_TIMEOUT", "DRAIN_TIMEOUT", "MAX_SOCKETS"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
	for _, bad := range []string{"http://{service}:8080/api", "https://{service}", "{service}:8080", "http://u:p@{service}:80", "http://"} {
		var c ingress.Config
		if _, err := config.Load(&c, []string{"TERRENO_INGRESS_SERVICE_URL=" + bad}); err == nil || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: %v, want one problem", bad, err)
		}
	}
	var fine ingress.Config
	if _, err := config.Load(&fine, nil); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}
