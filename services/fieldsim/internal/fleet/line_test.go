package fleet

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

// A phone has one socket while it sends, none while it is off the air, and a new one after the server ended it.
func TestALine(t *testing.T) {
	t.Parallel()
	var sockets atomic.Int32
	end, ended := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/", servertest.New(servertest.Options{Password: "secret"}))
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		sockets.Add(1) // Before the answer: who has it may count.
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { ended <- struct{}{} }()
		defer func() { _ = conn.CloseNow() }()
		hungUp := conn.CloseRead(r.Context())
		select {
		case <-end:
		case <-hungUp.Done():
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	w := setup(server.Client(), Options{Trace: load(t, "austin-2015-06-07"), Logins: logins(4), Cadence: phone.Cadence{}, Office: "boss"})
	w.o.Client = client.New(client.Options{
		BaseURL: server.URL, Company: "demo", Password: "secret", HTTP: server.Client(), Ledger: ledger.New(true), Log: w.o.Log, Parallel: 1, Logins: 1, Timeout: 30 * time.Second,
	})
	var l line
	defer l.close()
	sender := w.o.Client.Phone("campo01", "d")
	l.open(t.Context(), sender)
	l.open(t.Context(), sender)
	if n := sockets.Load(); n != 1 {
		t.Errorf("%d sockets at once", n)
	}
	end <- struct{}{}
	<-ended
	<-l.ended
	l.open(t.Context(), sender)
	l.close()
	<-ended
	l.close()
	if n := sockets.Load(); n != 2 {
		t.Errorf("%d sockets in all", n)
	}
	listening := 0
	for _, m := range w.members() {
		if m.listens {
			listening++
		}
	}
	if listening != 3 {
		t.Errorf("%d of 4 people have the app open", listening)
	}
}
