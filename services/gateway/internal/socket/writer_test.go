package socket_test

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/socket"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// event sends an event of many bytes to all sockets.
func (w *world) event(seq uint64) {
	w.hub.Event(0, &tail.Message{
		Tenant: "acme", Seq: seq, StoredAt: w.wall.Now(), Audience: audience.Audience{Roles: []string{audience.RoleAdmin}},
		Event: &protocol.Event{Name: "alerta:nueva", Data: append(append([]byte{'"'}, bytes.Repeat([]byte("x"), 30<<10)...), '"')},
	})
}

// TestAStuckClientStopsNobody: one client does not read, and the gateway waits for it for an hour. Others get each event at
// once. When the company is suspended, the stuck one ends too.
func TestAStuckClientStopsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *socket.Config, _ *socket.Backend) {
		c.Wire.WriteTimeout, c.Wire.IdleTimeout, c.QueueBytes = time.Hour, time.Hour, 1<<30
	})
	for range 3 {
		w.dial(t, w.token(t, "boss", time.Time{}), "?desde=").expect(t, "listo")
		<-w.resumed
	}
	alive := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	alive.SetReadLimit(1 << 20)
	alive.expect(t, "listo")
	<-w.resumed
	// The kernel's buffers hold some megabytes for each of the stuck ones.
	for seq := range uint64(1000) {
		w.event(seq + 1)
		alive.expect(t, "alerta:nueva")
	}
	alive.send(t, `{"event":"ping"}`)
	alive.expect(t, "pong")
	if w.Open() != 4 {
		t.Errorf("%d sockets are open", w.Open())
	}
	w.judge(auth.ErrSuspended)
	alive.closed(t, 4403, "company_suspended")
	w.ended(t)
}

// TestAnIdleSocketHasOneGoroutine: also after it has served a frame and a ping of its client. It is not parallel, because
// it looks at all goroutines of the process.
func TestAnIdleSocketHasOneGoroutine(t *testing.T) {
	const sockets = 20
	w := newWorld(t, nil)
	var reading sync.WaitGroup
	defer reading.Wait()
	for range sockets {
		c := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
		c.expect(t, "listo")
		<-w.resumed
		c.send(t, `{"event":"ping"}`)
		c.expect(t, "pong")
		reading.Go(func() {
			if event, _, err := c.next(t); err == nil {
				t.Errorf("an idle client got %s", event)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := c.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.CloseNow() }()
	}
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		waiting, others := socketGoroutines()
		if waiting == sockets && others == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d goroutines wait and %d do something else, for %d idle sockets", waiting, others, sockets)
		}
	}
}

// stackHas says whether a goroutine of the process is in a function.
func stackHas(function string) bool {
	stacks := make([]byte, 4<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), function)
}

// socketGoroutines counts the goroutines of the sockets: those that wait for a frame, and others.
func socketGoroutines() (waiting, others int) {
	stacks := make([]byte, 4<<20)
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		switch {
		case strings.Contains(stack, "socket.(*Socket).wait("):
			waiting++
		case strings.Contains(stack, "socket.(*Socket).") || strings.Contains(stack, "relay.(*Relay).run"):
			others++
		}
	}
	return waiting, others
}

// TestPingsAreLimitedToo: the library answers a ping, so it costs as much as a frame.
func TestPingsAreLimitedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *socket.Config, _ *socket.Backend) { c.FramesPerSecond, c.FrameBurst = 0, 10 })
	c := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	c.expect(t, "listo")
	pings := make(chan int, 1)
	go func() {
		n := 0
		for c.Ping(context.WithoutCancel(t.Context())) == nil {
			n++
		}
		pings <- n
	}()
	c.closed(t, 4429, "frame_flood")
	if n := <-pings; n < 10 || n > 11 {
		t.Errorf("%d pings were answered, want about 10", n)
	}
}

// TestASocketThatEndsWhileItEntersLeavesNothing: its token is still being checked when the time for it is over.
func TestASocketThatEndsWhileItEntersLeavesNothing(t *testing.T) {
	t.Parallel()
	asked, answer := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(_ *socket.Config, b *socket.Backend) {
		verify := b.Verify
		b.Verify = func(ctx context.Context, token string) (auth.Claims, error) {
			close(asked)
			<-answer
			return verify(ctx, token)
		}
	})
	c := w.dial(t, "", "")
	c.send(t, `{"event":"auth","data":{"token":"`+w.token(t, "boss", time.Time{})+`"}}`)
	<-asked
	w.timer(t, 0).fire()
	c.closed(t, 4401, "token_missing")
	// It ends once its reader does.
	for deadline := time.Now().Add(patience); !stackHas("socket.(*Socket).end(") && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	close(answer)
	w.ended(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, timer := range w.timers {
		if !timer.stopped {
			t.Errorf("timer %d, of %v, still runs", i, timer.after)
		}
	}
	w.hub.Expire()
	if n := w.hub.Rooms(); n != 0 {
		t.Errorf("%d rooms still have members", n)
	}
}
