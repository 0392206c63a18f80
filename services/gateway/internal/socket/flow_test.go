package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/socket"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// TestEventsAreWholeFromJoinToDrain: events come without a pause, so writes are always pending, while sockets join and while
// the gateway drains. Each socket gets all events from its first one to the closing frame, once and in order.
func TestEventsAreWholeFromJoinToDrain(t *testing.T) {
	t.Parallel()
	const sockets = 15
	w := newWorld(t, func(c *socket.Config, _ *socket.Backend) {
		c.QueueBytes, c.DrainSpread = 1<<30, 100*time.Millisecond
	})
	ctx, stop := context.WithCancel(t.Context())
	var publishing, reading sync.WaitGroup
	publishing.Go(func() {
		tick := time.NewTicker(100 * time.Microsecond)
		defer tick.Stop()
		for seq := uint64(1); ctx.Err() == nil; seq++ {
			w.hub.Event(0, &tail.Message{
				Tenant: "acme", Seq: seq, StoredAt: w.wall.Now(), Audience: audience.Audience{Roles: []string{audience.RoleAdmin}},
				Event: &protocol.Event{Name: "alerta:nueva", Data: fmt.Append(nil, seq)},
			})
			<-tick.C
		}
	})
	for range sockets {
		c := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
		c.expect(t, "listo")
		<-w.resumed
		began := make(chan struct{})
		reading.Go(func() { c.whole(t, began) })
		<-began
	}
	w.Drain(ctx)
	reading.Wait()
	stop()
	publishing.Wait()
}

// whole reads events until the socket is closed, and checks that none is missing. It closes began after some of them.
func (c client) whole(t *testing.T, began chan<- struct{}) {
	begin := sync.OnceFunc(func() { close(began) })
	defer begin()
	last := 0
	for n := 0; ; n++ {
		if n == 50 {
			begin()
		}
		event, data, err := c.next(t)
		if err != nil {
			var end websocket.CloseError
			if !errors.As(err, &end) || end.Code != protocol.Restart.Code {
				t.Errorf("ended with %v after %d", err, last)
			}
			break
		}
		seq := 0
		if err := json.Unmarshal(data, &seq); err != nil || event != "alerta:nueva" {
			t.Errorf("got %s %s", event, data)
		}
		if last > 0 && seq != last+1 {
			t.Errorf("got %d after %d", seq, last)
		}
		last = seq
	}
}
