package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/socket"
)

// service stands for the services behind the gateway. It answers each call with what it reads from answers.
type service struct {
	calls   chan string
	answers chan forward.Answer
}

func (s *service) send(ctx context.Context, event, _, token string, data json.RawMessage) (forward.Answer, error) {
	s.calls <- event + " " + token + " " + string(data)
	select {
	case a := <-s.answers:
		if a.Status == 0 {
			return a, errors.New("nobody answers")
		}
		return a, nil
	case <-ctx.Done():
		return forward.Answer{}, ctx.Err()
	}
}

func forwarding(t *testing.T, change func(*socket.Config)) (*world, *service) {
	t.Helper()
	s := &service{calls: make(chan string, 100), answers: make(chan forward.Answer, 100)}
	return newWorld(t, func(c *socket.Config, b *socket.Backend) {
		b.Forward = s.send
		if change != nil {
			change(c)
		}
	}), s
}

func called(t *testing.T, s *service) string {
	t.Helper()
	select {
	case call := <-s.calls:
		return call
	case <-time.After(patience):
		t.Fatal("nothing was forwarded")
		return ""
	}
}

func TestACallForHelpIsForwarded(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	token := w.token(t, "ana", time.Now().Add(time.Hour))
	c := w.dial(t, "", "")
	c.send(t, fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, token))
	c.expect(t, "listo")
	s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{"id":"p1"}`)}
	c.send(t, `{"event":"alerta:panico","id":"f1","data":{"key":"k","lat":1}}`)
	if got, want := called(t, s), "alerta:panico "+token+` {"key":"k","lat":1}`; got != want {
		t.Errorf("forwarded %s, want %s", got, want)
	}
	if got := string(c.expect(t, "alerta:panico:ok")); got != `{"ref":"f1","status":201,"data":{"id":"p1"}}` {
		t.Errorf("answer %s", got)
	}
	// A refreshed token is the one that goes with the next call.
	next := w.token(t, "ana", time.Now().Add(2*time.Hour))
	c.send(t, fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, next))
	c.expect(t, "auth:ok")
	s.answers <- forward.Answer{Status: 403, Body: json.RawMessage(`{"code":"company_suspended","detail":"No.","status":403}`)}
	c.send(t, `{"event":"alerta:panico","id":"f2"}`)
	if got := called(t, s); !strings.Contains(got, next) {
		t.Errorf("forwarded %s", got)
	}
	if got := string(c.expect(t, "error")); got != `{"code":"company_suspended","detail":"No.","ref":"f2"}` {
		t.Errorf("answer %s", got)
	}
	for _, a := range []forward.Answer{{}, {Status: 502, Body: json.RawMessage(`[]`)}} {
		s.answers <- a
		c.send(t, `{"event":"alerta:panico","id":"f3"}`)
		if got := string(c.expect(t, "error")); !strings.HasPrefix(got, `{"code":"service_unreachable"`) || !strings.HasSuffix(got, `"ref":"f3"}`) {
			t.Errorf("answer %s", got)
		}
	}
	// Somebody without a token calls nobody.
	stranger := w.dial(t, "", "")
	stranger.send(t, `{"event":"alerta:panico"}`)
	stranger.closed(t, 4401, "token_missing")
}

// A socket that has used up its frames may still call for help, a few times. Afterwards it is a flood like any other.
func TestACallForHelpIsNoFlood(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, func(c *socket.Config) { c.FramesPerSecond, c.FrameBurst = 0.0001, 3 })
	c := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	c.expect(t, "listo")
	for range 3 {
		c.send(t, `{"event":"ping"}`)
		c.expect(t, "pong")
	}
	for range 5 {
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
		c.send(t, `{"event":"alerta:panico"}`)
		c.expect(t, "alerta:panico:ok")
	}
	c.send(t, `{"event":"ping"}`)
	c.closed(t, 4429, "frame_flood")
	mad := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	mad.expect(t, "listo")
	go func() {
		for range 200 {
			if mad.Write(context.WithoutCancel(t.Context()), 1, []byte(`{"event":"alerta:panico"}`)) != nil {
				return
			}
		}
	}()
	mad.closed(t, 4429, "frame_flood")
	close(s.answers)
}

// Many requests of one socket wait for their answers no more than a few at a time, and its other frames are served meanwhile. A request goes
// on when its socket ends, and a drain waits for it.
func TestRequestsAreBoundedAndOutliveTheirSocket(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	c.expect(t, "listo")
	for range 4 {
		c.send(t, `{"event":"alerta:panico"}`)
		called(t, s)
	}
	c.send(t, `{"event":"alerta:panico","id":"fifth"}`)
	if got := string(c.expect(t, "error")); !strings.HasPrefix(got, `{"code":"overloaded"`) || !strings.Contains(got, "fifth") {
		t.Errorf("answer %s", got)
	}
	c.send(t, `{"event":"ping"}`)
	c.expect(t, "pong")
	_ = c.CloseNow()
	drained := make(chan struct{})
	go func() {
		w.Drain(context.WithoutCancel(t.Context()))
		close(drained)
	}()
	for range 4 {
		select {
		case <-drained:
			t.Fatal("the drain did not wait for a call for help")
		default:
		}
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
	}
	select {
	case <-drained:
	case <-time.After(patience):
		t.Fatal("the drain does not end")
	}
}
