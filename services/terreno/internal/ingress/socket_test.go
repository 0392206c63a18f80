package ingress_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/terreno/internal/ingress"
)

// sockets sends each frame back to the client. Like the gateway, it refuses foreign origins.
func sockets(t *testing.T) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"terreno"}})
		if err != nil {
			return
		}
		defer func() { _ = c.CloseNow() }()
		for {
			kind, text, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if string(text) == "bye" {
				_ = c.Close(4401, "token expired")
				return
			}
			if err := c.Write(context.Background(), kind, text); err != nil {
				t.Log(err)
				return
			}
		}
	})
}

func (w *world) dial(origin string) (*websocket.Conn, *http.Response, error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return websocket.Dial(ctx, "ws://"+w.clients+"/ws?token=x", &websocket.DialOptions{
		Subprotocols: []string{"terreno"}, HTTPHeader: http.Header{"Origin": {origin}},
	})
}

func (w *world) socket() *websocket.Conn {
	w.t.Helper()
	c, _, err := w.dial("http://" + w.clients)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func (w *world) echo(c *websocket.Conn, text string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		w.t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || string(got) != text {
		w.t.Fatalf("sent %q, received %q: %v", text, got, err)
	}
}

// The time limits of requests do not apply to a socket. Close codes and the Origin header pass through the ingress.
func TestSocketHasNoTimeLimit(t *testing.T) {
	t.Parallel()
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	w := startWith(t, map[string]http.Handler{"gateway": sockets(t), "identity": hang},
		func(in *ingress.Ingress) { in.SetTimeouts(time.Second, time.Second) })
	c := w.socket()
	if c.Subprotocol() != "terreno" {
		t.Errorf("subprotocol %q", c.Subprotocol())
	}
	w.echo(c, "one")
	for range 2 { // After the second request, the socket has been open for longer than the limit of a request.
		answer, text := w.do("GET", "/v1/users", nil, nil)
		w.problem(answer, text, http.StatusGatewayTimeout, "service_timeout")
	}
	w.echo(c, "two")
	if err := c.Write(t.Context(), websocket.MessageText, []byte("bye")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Read(t.Context()); websocket.CloseStatus(err) != 4401 {
		t.Errorf("closed with %v, want 4401", err)
	}
	if _, answer, err := w.dial("http://evil.example"); err == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("a socket with a foreign origin: %v", err)
	}
}

func TestTooManySockets(t *testing.T) {
	t.Parallel()
	w := start(t, map[string]http.Handler{"gateway": sockets(t)}, "TERRENO_INGRESS_MAX_SOCKETS=1", "TERRENO_INGRESS_MAX_REQUESTS=1")
	c := w.socket()
	w.echo(c, "one")
	if _, answer, err := w.dial("http://" + w.clients); err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a second socket: %v", err)
	}
	// A socket does not occupy the slot of a request.
	if answer, text := w.do("GET", "/v1/users", nil, nil); answer.StatusCode != http.StatusOK {
		t.Errorf("a request beside the socket: %d %s", answer.StatusCode, text)
	}
	_ = c.Close(websocket.StatusNormalClosure, "")
	w.await(func() bool {
		c, _, err := w.dial("http://" + w.clients)
		if err == nil {
			_ = c.CloseNow()
		}
		return err == nil
	}, "the slot of the socket did not become free again")
}

// After the stop signal, the ingress answers open requests, cuts sockets and accepts no new requests.
func TestDrain(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}), make(chan struct{})
	w := start(t, map[string]http.Handler{
		"gateway": sockets(t),
		"identity": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inside <- struct{}{}
			<-release
			_, _ = fmt.Fprint(w, "done")
		}),
	})
	c := w.socket()
	w.echo(c, "one")
	done := make(chan string, 1)
	go func() {
		_, text := w.do("GET", "/v1/users", nil, nil)
		done <- text
	}()
	within(t, "the request arrives", inside)
	w.stop()
	w.await(func() bool {
		fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := fresh.Get("http://" + w.clients + "/v1/zones")
		if err == nil {
			_ = answer.Body.Close()
		}
		return err != nil
	}, "new requests are still accepted")
	close(release)
	if text := within(t, "the request ends", done); text != "done" {
		t.Errorf("the response of the open request is %q", text)
	}
	if err := w.wait(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if _, _, err := c.Read(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("the socket is still open: %v", err)
	}
}
