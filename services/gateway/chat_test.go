package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A chat frame reaches service chat as the request that it stands for, and its answer comes back, of a message as long as one may be.
func TestAMessageOverASocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") || r.Method != http.MethodPost {
			t.Errorf("%s %q", r.Method, r.Header)
		}
		switch r.URL.Path + " " + r.Header.Get("Idempotency-Key") {
		case "/v1/conversations/c1/messages k1":
			rw.WriteHeader(http.StatusCreated)
			_, _ = rw.Write([]byte(`{"got":` + string(body) + `}`))
		case "/v1/conversations/c2/messages k1":
			rw.WriteHeader(http.StatusNotFound)
			_, _ = rw.Write([]byte(`{"code":"conversation_not_found","detail":"There is none."}`))
		default:
			t.Errorf("called %s", r.URL)
		}
	}))
	t.Cleanup(chat.Close)
	g := w.gateway(t, func(s *settings) { s.ServiceURL = chat.URL })
	c := connect(t, g.URL, bearer(w.token(t, "acme/u1")).from(""))
	c.SetReadLimit(1 << 20)
	text := strings.Repeat(`\u0007`, 8000)
	c.send(t, `{"event":"chat:mensaje","id":"f1","data":{"conversation_id":"c1","key":"k1","text":"`+text+`"}}`)
	if got, want := string(c.until(t, "chat:mensaje:ok").Data), `{"ref":"f1","status":201,"data":{"got":{"text":"`+text+`"}}}`; got != want {
		t.Errorf("answer %.100s ..., %d bytes of %d", got, len(got), len(want))
	}
	c.send(t, `{"event":"chat:mensaje","id":"f2","data":{"conversation_id":"c2","key":"k1","text":"hola"}}`)
	if got := string(c.until(t, "error").Data); got != `{"code":"conversation_not_found","detail":"There is none.","ref":"f2"}` {
		t.Errorf("answer %s", got)
	}
}
