package socket_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/gateway/internal/socket"
)

func TestASocketEndsAtTheExpiryOfItsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	expires := w.wall.Now().Add(time.Hour).Truncate(time.Second)
	c := w.dial(t, w.token(t, "boss", expires), "")
	c.expect(t, "listo")
	expiry := w.timer(t, 0)
	if want := expires.Sub(w.wall.Now()); expiry.after != want {
		t.Errorf("armed for %v, want %v", expiry.after, want)
	}
	w.wall.Set(expires)
	expiry.fire()
	c.closed(t, 4401, "token_expired")
}

// TestARefreshOutlivesTheTimerOfTheOldToken: the timer may fire at the moment of the refresh, and the clock may go back.
func TestARefreshOutlivesTheTimerOfTheOldToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.wall.Now().Add(time.Hour).Truncate(time.Second)
	c := w.dial(t, w.token(t, "boss", first), "?desde=")
	c.expect(t, "listo")
	old := w.timer(t, 0)
	c.send(t, fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, w.token(t, "boss", first.Add(time.Hour))))
	c.expect(t, "auth:ok")
	if !w.timer(t, 0).stopped {
		t.Error("the old timer still runs")
	}
	w.wall.Set(first)
	old.fire()
	c.send(t, `{"event":"ping"}`)
	c.expect(t, "pong")
	again := w.timer(t, 2)
	if again.after != time.Hour {
		t.Errorf("armed again for %v", again.after)
	}
	w.wall.Set(first.Add(time.Hour))
	again.fire()
	c.closed(t, 4401, "token_expired")
}

func TestASocketWithoutATokenHasSomeTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, "", "")
	patienceForToken := w.timer(t, 0)
	if patienceForToken.after != time.Minute {
		t.Errorf("armed for %v", patienceForToken.after)
	}
	patienceForToken.fire()
	c.closed(t, 4401, "token_missing")
	in := w.dial(t, "", "")
	w.timer(t, 1)
	in.send(t, fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, w.token(t, "boss", time.Time{})))
	in.expect(t, "listo")
	if !w.timer(t, 1).stopped {
		t.Error("the time still runs with a token")
	}
}

func TestWhereASocketBegins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	at := w.hub.Frontier()
	other := at.Clone()
	other[1].Seq = 7
	token := w.token(t, "boss", time.Time{})
	for name, c := range map[string]struct {
		query, frame string
		want         string
		asked        bool
	}{
		"handshake":          {query: "?desde=" + other.String(), want: other.String(), asked: true},
		"handshake, empty":   {query: "?desde=", want: at.String()},
		"handshake, no such": {query: "?desde=x", want: "", asked: true},
		"frame":              {frame: `{"event":"reanudar","data":{"desde":"` + other.String() + `"}}`, want: other.String(), asked: true},
		"frame, empty":       {frame: `{"event":"reanudar"}`, want: at.String()},
		"frame, no such":     {frame: `{"event":"reanudar","data":{"desde":"x"}}`, want: "", asked: true},
		"frame, bad data":    {frame: `{"event":"reanudar","data":[]}`, want: "", asked: true},
	} {
		s := w.dial(t, token, c.query)
		s.expect(t, "listo")
		if c.frame != "" {
			s.send(t, c.frame)
		}
		got := <-w.resumed
		text := ""
		if got.from != nil {
			text = got.from.String()
		}
		if text != c.want || got.asked != c.asked {
			t.Errorf("%s: began at %q, asked %v; want %q, %v", name, text, got.asked, c.want, c.asked)
		}
		_ = s.CloseNow()
	}
}

func TestTheGraceEndsOnceOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, w.token(t, "boss", time.Time{}), "")
	c.expect(t, "listo")
	grace := w.timer(t, 1)
	if grace.after != 2*time.Minute {
		t.Errorf("armed for %v", grace.after)
	}
	grace.fire()
	if got := <-w.resumed; got.asked || got.from.String() != w.hub.Frontier().String() {
		t.Errorf("began at %v, asked %v", got.from, got.asked)
	}
	grace.fire()
	c.send(t, `{"event":"reanudar","data":{"desde":"`+w.hub.Frontier().String()+`"},"id":"k"}`)
	if data := c.expect(t, "error"); !strings.Contains(string(data), `"resume_late"`) || !strings.Contains(string(data), `"ref":"k"`) {
		t.Errorf("error %s", data)
	}
	c.expect(t, "recargar")
	_ = c.CloseNow()
	w.ended(t)
	// Nothing may start for a socket that has ended.
	grace.fire()
	w.timer(t, 0).fire()
	if len(w.resumed) != 0 {
		t.Error("resumed twice")
	}
}

func (w *world) ended(t *testing.T) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for w.Open() > 0 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d sockets are left", w.Open())
		}
	}
}

func TestJudgement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	c.expect(t, "listo")
	w.judge(auth.ErrUnavailable)
	w.judge(errors.New("some defect"))
	w.Changed("beta")
	c.send(t, `{"event":"ping"}`)
	c.expect(t, "pong")
	w.judge(auth.ErrSuspended.Because(errors.New("why")))
	c.closed(t, 4403, "company_suspended")
}

func TestARevocationBetweenVerifyAndEntryIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.judge(auth.ErrRevoked)
	w.dial(t, w.token(t, "boss", time.Time{}), "").closed(t, 4403, "token_revoked")
}

func TestADefectEndsOneSocketAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *socket.Config, b *socket.Backend) {
		verify := b.Verify
		b.Verify = func(ctx context.Context, token string) (auth.Claims, error) {
			if token == "boom" {
				panic("boom")
			}
			return verify(ctx, token)
		}
	})
	other := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	other.expect(t, "listo")
	c := w.dial(t, "", "")
	c.send(t, `{"event":"auth","data":{"token":"boom"}}`)
	c.closed(t, 1011, "internal")
	other.send(t, `{"event":"ping"}`)
	other.expect(t, "pong")
}

func TestTokensThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.issuer.SetDown(true)
	w.dial(t, w.token(t, "boss", time.Time{}), "").closed(t, 1013, "unavailable")
}

// TestRefusedSocketsTakeNoPlaceFromOthers: a user has too many sockets, and the refused ones never answer the closing
// frame. Others do not notice.
func TestRefusedSocketsTakeNoPlaceFromOthers(t *testing.T) {
	t.Parallel()
	const ofOneUser = 20
	w := newWorld(t, func(c *socket.Config, _ *socket.Backend) { c.MaxSockets = ofOneUser + 2 })
	token := w.token(t, "boss", time.Time{})
	for range ofOneUser {
		w.dial(t, token, "").expect(t, "listo")
	}
	w.dial(t, token, "")
	w.dial(t, "", "").send(t, `{"event":"auth","data":{"token":"`+token+`"}}`)
	for range 2 {
		w.dial(t, w.token(t, "other", time.Time{}), "").expect(t, "listo")
	}
	w.dial(t, token, "").closed(t, 4409, "too_many_sockets")
}

func TestAPeerThatDoesNotReadIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *socket.Config, _ *socket.Backend) {
		c.Wire.WriteTimeout, c.Wire.CloseTimeout, c.QueueBytes = 100*time.Millisecond, 100*time.Millisecond, 1<<30
	})
	c := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	c.expect(t, "listo")
	<-w.resumed
	// The peer reads nothing until the kernel's buffer is full and the write has timed out.
	for deadline := time.Now().Add(patience); w.Open() > 0 && time.Now().Before(deadline); {
		w.hub.Beat(0, 1)
	}
	w.ended(t)
}

func TestASilentPeerIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *socket.Config, _ *socket.Backend) {
		c.Wire.IdleTimeout, c.PingEvery = 5*time.Second, 100*time.Millisecond
	})
	quiet := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	quiet.expect(t, "listo")
	alive := w.dial(t, w.token(t, "boss", time.Time{}), "?desde=")
	alive.expect(t, "listo")
	// A peer that reads also answers the pings. The quiet peer does not read.
	reading := make(chan error, 1)
	go func() {
		_, _, err := alive.Read(context.WithoutCancel(t.Context()))
		reading <- err
	}()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for w.Open() != 1 {
		select {
		case err := <-reading:
			t.Fatalf("the one that answers was cut: %v", err)
		case <-deadline:
			t.Fatal("the quiet one is not cut")
		case <-tick.C:
		}
	}
	_ = alive.CloseNow()
	if err := <-reading; err == nil {
		t.Error("the one that answers was sent something")
	}
}
