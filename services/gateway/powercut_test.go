package gateway_test

import (
	"fmt"
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
)

// TestAPowerCutThatTakesTheEndOfAStreamIsReloaded: the stream's sequences are used again after it. Who was told of a message
// that is lost must reload, on a gateway that saw the loss and on a new one. Who was only told of what is still there misses
// nothing.
func TestAPowerCutThatTakesTheEndOfAStreamIsReloaded(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t, natstest.WithTCP())
	addr := nats.Addr()
	w := newWorldOn(t, nats)
	w.publisher = nats.BusAt(t, bus.Admin, addr)
	over := func(s *settings) { s.bus = nats.BusAt(t, "gateway", addr) }
	g := w.gateway(t, over)
	token := func() dialing { return bearer(w.token(t, "acme/boss")) }

	s := connect(t, g.URL, token().from(""))
	kept := cursorAfter(t, w, s, "kept")
	files := nats.Copy(t)
	open := connect(t, g.URL, token().from(kept))
	lost := cursorAfter(t, w, open, "lost")
	atTheEnd := cursorAfter(t, w, open, "lost-too")
	_ = s.CloseNow()

	nats.LoseSince(t, files)
	var want []string
	for i := range 3 {
		id := fmt.Sprintf("again%d", i)
		w.event(t, "acme", "alerta", id, admins)
		want = append(want, "alerta:nueva "+id)
	}
	if f := open.until(t, "recargar"); string(f.Data) != `{"dominios":["alerta"]}` {
		t.Errorf("recargar of the socket that stayed open: %s", f.Data)
	}
	g.caughtUp(t, w)
	fresh := w.gateway(t, over)
	fresh.caughtUp(t, w)
	for name, on := range map[string]*instance{"the gateway that saw it": g, "a new gateway": fresh} {
		for at, c := range map[string]string{"one before the end": lost, "the end": atTheEnd} {
			on.caughtUp(t, w)
			back := connect(t, on.URL, token().from(c))
			f := back.next(t)
			for f.Event == "latido" {
				f = back.next(t)
			}
			if f.Event != "recargar" || string(f.Data) != `{"dominios":["alerta"]}` {
				t.Errorf("%s, cursor at %s: %s %s", name, at, f.Event, f.Data)
			}
			again := connect(t, on.URL, token().from(back.cursor))
			id := fmt.Sprintf("live%d", len(want))
			w.event(t, "acme", "alerta", id, admins)
			again.expect(t, "alerta:nueva "+id)
			want = append(want, "alerta:nueva "+id)
			_ = back.CloseNow()
			_ = again.CloseNow()
		}
	}
	for _, on := range []*instance{g, fresh} {
		on.caughtUp(t, w)
		connect(t, on.URL, token().from(kept)).expect(t, want...)
	}
}

// cursorAfter publishes an event and returns the cursor of the socket that read it.
func cursorAfter(t *testing.T, w *world, c *client, id string) string {
	t.Helper()
	w.event(t, "acme", "alerta", id, admins)
	c.expect(t, "alerta:nueva "+id)
	return c.cursor
}
