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
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

// pipes is a listener whose connections are net.Pipes: inside synctest their deadlines run on the bubble's clock.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(t *testing.T) net.Conn {
	t.Helper()
	client, server := net.Pipe()
	select {
	case p.conns <- server:
	case <-p.closed:
		t.Fatal("the listener is closed")
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// rawAPI takes any body and answers after the time that its query names.
func rawAPI() http.Handler {
	api := httpx.NewAPI("raw", httpx.Options{Log: slog.New(slog.DiscardHandler), Timeout: 24 * time.Hour})
	type input struct {
		Wait    string `query:"wait"`
		RawBody []byte
	}
	huma.Register(api.Huma, op("raw", "POST", "/v1/raw", httpx.Public()), func(ctx context.Context, in *input) (*struct{ Body int }, error) {
		if d, err := time.ParseDuration(in.Wait); err == nil {
			select {
			case <-time.After(d):
			case <-ctx.Done():
				return nil, fmt.Errorf("wait: %w", context.Cause(ctx))
			}
		}
		return &struct{ Body int }{len(in.RawBody)}, nil
	})
	return api.Handler()
}

func run(ctx context.Context, h http.Handler, ln net.Listener) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- httpx.Serve(ctx, ln, h, httpx.ServeOptions{DrainTimeout: 20 * time.Second}) }()
	return ended
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// receive reads one answer; status 0 is a connection that was closed without one.
func receive(t *testing.T, c net.Conn) (status int, body string) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return 0, ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

const post = "POST /v1/raw%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"

func TestTimeouts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent   string
		status int
		body   string
		after  time.Duration
	}{
		"a header that never ends":   {"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: 1", 0, "", 10 * time.Second},
		"no request at all":          {"", 0, "", 10 * time.Second},
		"a body that never ends":     {fmt.Sprintf(post, "", 100) + "half", 408, "body_too_slow", httpx.PublicBodyTimeout},
		"a handler slower than that": {fmt.Sprintf(post, "?wait=90s", 4) + "body", 200, "4", 90 * time.Second},
		"a handler that never ends":  {fmt.Sprintf(post, "?wait=3h", 4) + "body", 0, "", 3 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				ln := newPipes()
				ended := run(ctx, rawAPI(), ln)
				conn := ln.dial(t)
				start := time.Now()
				if c.sent != "" {
					send(t, conn, c.sent)
				}
				status, body := receive(t, conn)
				if took := time.Since(start); status != c.status || !strings.Contains(body, c.body) || took != c.after {
					t.Errorf("answer %d %q after %v, want %d %q after %v", status, body, took, c.status, c.body, c.after)
				}
				_ = conn.Close()
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestHeaderTooLarge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ln := newPipes()
		ended := run(ctx, rawAPI(), ln)
		conn := ln.dial(t)
		go func() {
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 80<<10)+"\r\n\r\n")
		}()
		if status, _ := receive(t, conn); status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("status %d", status)
		}
		_ = conn.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestDrain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wait   string
		status int
		took   time.Duration
		fails  bool
	}{
		"in time":  {"15s", 200, 10 * time.Second, false},
		"too late": {"1h", 0, 20 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				ln := newPipes()
				ended := run(ctx, rawAPI(), ln)
				conn := ln.dial(t)
				send(t, conn, fmt.Sprintf(post, "?wait="+c.wait, 4)+"body")
				stopped := time.Now().Add(5 * time.Second)
				time.AfterFunc(5*time.Second, cancel)
				status, _ := receive(t, conn)
				err := <-ended
				if status != c.status || (err != nil) != c.fails {
					t.Errorf("answer %d, Serve returned %v", status, err)
				}
				if took := time.Since(stopped); took < c.took || took > c.took+time.Second {
					t.Errorf("drained for %v, want %v", took, c.took)
				}
				select {
				case <-ln.closed:
				default:
					t.Error("the listener is still open")
				}
			})
		})
	}
}

func TestServeReturnsWhenItCannotAccept(t *testing.T) {
	t.Parallel()
	ln := newPipes()
	_ = ln.Close()
	if err := httpx.Serve(t.Context(), ln, rawAPI(), httpx.ServeOptions{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("error = %v", err)
	}
}

// A mux answers a path with two slashes itself. This answer is not sniffed either.
func TestWhatAMuxAnswersItselfIsNotSniffed(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	mux := http.NewServeMux()
	mux.Handle("/v1/", http.NotFoundHandler())
	go func() { ended <- httpx.Serve(ctx, ln, mux, httpx.ServeOptions{}) }()
	a, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(&http.Request{
		Method: "GET", Header: http.Header{}, URL: &url.URL{Scheme: "http", Host: ln.Addr().String(), Path: "/v1//users"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = a.Body.Close()
	if a.StatusCode/100 != 3 || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s %v", a.Status, a.Header)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
