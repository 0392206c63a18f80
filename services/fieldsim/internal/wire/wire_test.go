package wire_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

// serve runs a server until the test ends and returns its host:port.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestOneConnectionCarriesManyRequests(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body)
	})
	c, err := wire.Dial(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i := range 3 {
		body := strings.Repeat("x", i*5000)
		status, answer, err := c.Do(wire.Request(http.MethodPost, "/", "tok", []byte(body), wire.Header{Name: "Content-Type", Value: "text/plain"}))
		if want := "POST Bearer tok text/plain " + body; err != nil || status != http.StatusAccepted || string(answer) != want {
			t.Fatalf("request %d: %d, %v, %d bytes of %d", i, status, err, len(answer), len(want))
		}
	}
}

// The server is another implementation of WebSocket. It writes texts of all three lengths, pings, and closes.
func TestASocketReadsWhatAnotherImplementationWrites(t *testing.T) {
	t.Parallel()
	texts := []string{"", "listo", strings.Repeat("a", 125), strings.Repeat("b", 126), strings.Repeat("c", 70_000)}
	ponged := make(chan error, 1)
	addr := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tok" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		ctx := conn.CloseRead(t.Context())
		ponged <- conn.Ping(ctx)
		for _, text := range texts {
			if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
				t.Error(err)
			}
		}
		_ = conn.Close(4403, "revoked")
	})
	if _, err := wire.Open(t.Context(), addr, "/ws", "other"); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a refused handshake: %v", err)
	}
	s, err := wire.Open(t.Context(), addr, "/ws", "tok")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, want := range texts {
		got, err := s.Next()
		if err != nil || string(got) != want {
			t.Fatalf("got %d bytes, %v; want %d", len(got), err, len(want))
		}
	}
	_, err = s.Next()
	if closed, ok := errors.AsType[*wire.ClosedError](err); !ok || closed.Code != 4403 {
		t.Errorf("at the end: %v", err)
	}
	if err := <-ponged; err != nil {
		t.Errorf("ping: %v", err)
	}
}
