package httpx_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

// Clients that send all before they read anything get the answer, and not a reset connection.
func TestARefusalReachesAClientThatIsStillSending(t *testing.T) {
	t.Parallel()
	w := newClassWorld(t, nil)
	serve := func(h http.Handler) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}
	mux := serve(httpx.Mux(nil, nil))
	proxy := serve(httpx.Linger(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: w.address})))
	for name, c := range map[string]struct {
		address, path, auth string
		status              int
	}{
		"too large":               {w.address, "/v1/uploads", w.of(t, "acme")[1], http.StatusRequestEntityTooLarge},
		"without a token":         {w.address, "/v1/uploads", "", http.StatusUnauthorized},
		"nowhere":                 {w.address, "/v1/nowhere", "", http.StatusNotFound},
		"no service's":            {mux, "/v1/nowhere", "", http.StatusNotFound},
		"not running":             {mux, "/v1/positions", "", http.StatusServiceUnavailable},
		"too large, by a proxy":   {proxy, "/v1/uploads", w.of(t, "acme")[1], http.StatusRequestEntityTooLarge},
		"without a token, by one": {proxy, "/v1/uploads", "", http.StatusUnauthorized},
	} {
		for _, chunked := range []bool{false, true} {
			status, body, err := sendFirst(t, c.address, c.path, c.auth, chunked)
			if err != nil || status != c.status {
				t.Errorf("%s, chunked %v: answer %d %s, %v, want %d", name, chunked, status, body, err, c.status)
			}
		}
	}
}

// sendFirst sends a body of 8 MiB before it reads the answer.
func sendFirst(t *testing.T, address, path, auth string, chunked bool) (status int, body string, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const size = 8 << 20
	head := fmt.Sprintf("Content-Length: %d", size)
	if chunked {
		head = fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x", size)
	}
	send(t, conn, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n%s\r\n", path, auth, head))
	if !chunked {
		send(t, conn, "\r\n")
	}
	if _, err := io.CopyN(conn, zeros{}, size); err != nil {
		return 0, "", fmt.Errorf("cut off while sending: %w", err)
	}
	if chunked {
		send(t, conn, "\r\n0\r\n\r\n")
	}
	status, body = receive(t, conn)
	return status, body, nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
