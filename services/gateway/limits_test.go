package gateway_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/proto/audience"
)

func TestASlowReaderIsClosedAndMissesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.QueueBytes, s.narrow = 128<<10, true })
	slow := connectNarrow(t, g.URL, w.token(t, "acme/boss"))
	fast := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	all := audience.Audience{Roles: []string{"admin"}}
	filler := strings.Repeat("x", 60<<10)
	const events = 12
	for i := range events {
		header := map[string][]string{}
		if err := all.Set(header); err != nil {
			t.Fatal(err)
		}
		w.publish(t, "acme", "alerta", "nueva", fmt.Sprint(i), header, []byte(`{"id":"`+filler+`"}`))
		// A slow neighbour does not delay the fast client.
		fast.until(t, "alerta:nueva")
	}
	got := 0
	for {
		f, err := slow.read(t)
		if err != nil {
			if websocket.CloseStatus(err) != 4408 {
				t.Fatalf("the slow one ended with %v", err)
			}
			break
		}
		if f.Event == "alerta:nueva" {
			got++
		}
	}
	if got == 0 || got >= events {
		t.Fatalf("the slow one got %d of %d before it was closed", got, events)
	}
	back := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(slow.cursor))
	for ; got < events; got++ {
		back.until(t, "alerta:nueva")
	}
}

// connectNarrow opens a socket with a small buffer on the client's side.
func connectNarrow(t *testing.T, url, token string) *client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		return conn, err
	}}
	conn, _, err := websocket.Dial(t.Context(), url+"/ws?desde=", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	c := &client{Conn: conn}
	c.until(t, "listo")
	return c
}

func TestBadFramesEndTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	for name, c := range map[string]struct {
		kind websocket.MessageType
		text string
		code websocket.StatusCode
	}{
		"not JSON":    {websocket.MessageText, "hola", 4400},
		"no event":    {websocket.MessageText, `{"data":1}`, 4400},
		"an array":    {websocket.MessageText, `[]`, 4400},
		"binary":      {websocket.MessageBinary, `{"event":"ping"}`, 4400},
		"bad auth":    {websocket.MessageText, `{"event":"auth","data":7}`, 4400},
		"10 MB":       {websocket.MessageText, `{"event":"` + strings.Repeat("x", 10<<20), 1009},
		"64 KiB + 1":  {websocket.MessageText, strings.Repeat(" ", 64<<10+1), 1009},
		"only blanks": {websocket.MessageText, strings.Repeat(" ", 64<<10), 4400},
	} {
		t.Run(name, func(t *testing.T) {
			s := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
			go func() { _ = s.Write(context.WithoutCancel(t.Context()), c.kind, []byte(c.text)) }()
			s.closed(t, c.code, "")
		})
	}
}

func TestAFrameFloodEndsTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
	go func() {
		for range 1000 {
			if err := c.Write(context.WithoutCancel(t.Context()), websocket.MessageText, []byte(`{"event":"ping"}`)); err != nil {
				return
			}
		}
	}()
	c.closed(t, 4429, "frame_flood")
}

func TestUnknownEventsAndPing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
	c.send(t, `{"event":"chat:editado","data":{"text":"hola"},"id":"k1"}`)
	f := c.until(t, "error")
	const served = "It serves auth, reanudar, ping, alerta:panico, chat:entregado, chat:escribiendo, chat:leido, chat:mensaje."
	if !strings.Contains(string(f.Data), `"code":"unknown_event"`) || !strings.Contains(string(f.Data), `"ref":"k1"`) || !strings.Contains(string(f.Data), served) {
		t.Errorf("error %s", f.Data)
	}
	c.send(t, `{"event":"ping"}`)
	c.until(t, "pong")
}

func TestSocketsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.UserSockets, s.CompanySockets, s.MaxSockets = 2, 3, 4 })
	for _, who := range []string{"acme/boss", "acme/boss"} {
		connect(t, g.URL, bearer(w.token(t, who)))
	}
	dial(t, g.URL, bearer(w.token(t, "acme/boss"))).closed(t, 4409, "too_many_sockets")
	third := connect(t, g.URL, bearer(w.token(t, "acme/u1")))
	dial(t, g.URL, bearer(w.token(t, "acme/u2"))).closed(t, 4409, "too_many_sockets")
	// A refused socket counts until its closing handshake ends.
	eventually(t, "the refused ones are gone", func() error {
		if n := g.count(t, "gateway_sockets"); n != 3 {
			return fmt.Errorf("%d sockets", n)
		}
		return nil
	})
	connect(t, g.URL, bearer(w.token(t, "beta/boss")))
	dial(t, g.URL, bearer(w.token(t, "beta/u1"))).closed(t, 4409, "too_many_sockets")
	late := dial(t, g.URL, dialing{})
	late.sendEvent(t, "auth", map[string]string{"token": w.token(t, "beta/u1")})
	late.closed(t, 4409, "too_many_sockets")
	// Places are given back.
	if err := third.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the place is free", func() error {
		c, err := tryDial(t, g.URL, bearer(w.token(t, "acme/u2")))
		if err != nil {
			return err
		}
		_, err = c.read(t)
		return err
	})
}

// TestPendingSocketsTakeNoPlaceFromOthers: sockets that never send a token are bounded, in all and for each address.
// Signed-in sockets do not notice them.
func TestPendingSocketsTakeNoPlaceFromOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.MaxPending, s.AddressPending, s.MaxSockets = 6, 4, 3 })
	from := func(address string) dialing { return dialing{header: http.Header{"X-Forwarded-For": {address}}} }
	var waiting []*client
	for i := range 4 {
		// All these addresses belong to one subscriber, who has a whole network in IPv6.
		waiting = append(waiting, dial(t, g.URL, from(fmt.Sprintf("2001:db8::%d", i+1))))
	}
	refused := func(d dialing) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		if d.header != nil {
			r.Header = d.header.Clone()
		}
		for name, value := range map[string]string{
			"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		} {
			r.Header.Set(name, value)
		}
		if status, code := ask(t, r); status != http.StatusServiceUnavailable || code != "too_many_sockets" {
			t.Errorf("one more: %d %s", status, code)
		}
	}
	refused(from("2001:db8::ffff"))
	for i := range 2 {
		waiting = append(waiting, dial(t, g.URL, from(fmt.Sprintf("203.0.113.%d", i+1))))
	}
	refused(from("198.51.100.1"))
	refused(dialing{header: http.Header{"Authorization": {"Bearer nonsense"}}})
	for _, who := range []string{"acme/boss", "acme/u1", "beta/boss"} {
		connect(t, g.URL, bearer(w.token(t, who)))
	}
	if n := g.count(t, "gateway_pending_sockets"); n != 6 {
		t.Errorf("%d pending", n)
	}
	// All places are taken. Neither a signed-in socket nor a pending one gets a place until a socket leaves.
	refused(bearer(w.token(t, "beta/u1")))
	_ = waiting[0].CloseNow()
	eventually(t, "the place is free", func() error {
		c, err := tryDial(t, g.URL, from("2001:db8::9"))
		if err == nil {
			waiting = append(waiting, c)
		}
		return err
	})
}
