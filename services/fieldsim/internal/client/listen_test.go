package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

// A phone listens with its own session, and hangs up when it is told to.
func TestListen(t *testing.T) {
	t.Parallel()
	fake := servertest.New(servertest.Options{Password: "secret"})
	came, left := make(chan string, 1), make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/", fake)
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		if err := conn.Write(r.Context(), websocket.MessageText, []byte(`{"event":"listo"}`)); err != nil {
			t.Error(err)
		}
		came <- r.Header.Get("Authorization") + " " + r.URL.RawQuery // whoever hears of it may hang up
		_, _, _ = conn.Read(r.Context())
		close(left)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	p := setup(server.Client(), func(o *client.Options) { o.BaseURL = server.URL }).client.Phone("campo01", "d")
	ctx, hangUp := context.WithCancel(t.Context())
	read, err := p.Listen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := <-came; !strings.HasPrefix(got, "Bearer ") || !strings.HasSuffix(got, " desde=") || len(got) < 20 {
		t.Errorf("%q", got)
	}
	ended := make(chan struct{})
	go func() {
		read()
		close(ended)
	}()
	hangUp()
	<-ended
	<-left
	server.Config.Handler = http.NotFoundHandler()
	if _, err := p.Listen(t.Context()); err == nil {
		t.Error("it listens to a server without sockets")
	}
}
