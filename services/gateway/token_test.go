package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// shortLife is that of a token whose end a test waits for. A busy machine must open a socket in it.
const shortLife = 8 * time.Second

func TestATokenIsRefreshedInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	short := claims("acme/boss")
	short.ExpiresAt = time.Now().Add(shortLife)
	c := connect(t, g.URL, bearer(w.issuer.Token(t, short)).from(""))
	c.sendEvent(t, "auth", map[string]string{"token": w.token(t, "acme/boss")})
	ok := c.until(t, "auth:ok")
	if !strings.Contains(string(ok.Data), "expira") {
		t.Errorf("auth:ok %s", ok.Data)
	}
	// The first token has expired before the second event. The socket lives on with the second token.
	w.event(t, "acme", "alerta", "before", audience.Audience{Roles: []string{"admin"}})
	c.expect(t, "alerta:nueva before")
	<-time.After(time.Until(short.ExpiresAt) + 200*time.Millisecond)
	w.event(t, "acme", "alerta", "after", audience.Audience{Roles: []string{"admin"}})
	c.expect(t, "alerta:nueva after")
}

func TestARefreshThatIsNoGoodLeavesTheOldToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	for name, token := range w.issuer.Bad(t, claims("acme/boss")) {
		c.send(t, `{"event":"auth","data":{"token":"`+token+`"},"id":"k7"}`)
		f := c.until(t, "error")
		if !strings.Contains(string(f.Data), `"ref":"k7"`) || !strings.Contains(string(f.Data), `"code":"token_`) || f.ID != "" {
			t.Errorf("%s: %s, id %q", name, f.Data, f.ID)
		}
	}
	w.event(t, "acme", "alerta", "a1", audience.Audience{Roles: []string{"admin"}})
	c.expect(t, "alerta:nueva a1")
}

func TestATokenOfSomebodyElseClosesWith4403(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	for _, other := range []string{"acme/u1", "beta/boss"} {
		c := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
		c.sendEvent(t, "auth", map[string]string{"token": w.token(t, other)})
		c.closed(t, 4403, "other_user")
	}
}

func TestASocketEndsWithItsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	short := claims("acme/boss")
	short.ExpiresAt = time.Now().Add(shortLife).Truncate(time.Second)
	c := connect(t, g.URL, bearer(w.issuer.Token(t, short)))
	c.closed(t, 4401, "token_expired")
	if early := time.Until(short.ExpiresAt); early > 0 {
		t.Errorf("closed %v before the token ran out", early)
	}
}

// TestRevocationsCloseWithinASecond: on every gateway, and only for that user or company. A busy machine may stand still for longer than
// that, so the best of three counts.
func TestRevocationsCloseWithinASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const rounds = 3
	for n := range rounds {
		company := fmt.Sprint("c", n)
		w.company(t, company, false)
		w.user(t, company, directory.User{ID: "boss", Role: audience.RoleAdmin})
		w.user(t, "acme", directory.User{ID: fmt.Sprint("w", n), Role: audience.RoleColaborador})
	}
	instances := []*instance{w.gateway(t, nil), w.gateway(t, nil)}
	dialAll := func(who string) (sockets []*client) {
		for _, g := range instances {
			sockets = append(sockets, connect(t, g.URL, bearer(w.token(t, who)).from("")))
		}
		return sockets
	}
	others := dialAll("acme/boss")
	// closes returns how long somebody's sockets stay open after tell.
	closes := func(who, reason string, tell func()) time.Duration {
		t.Helper()
		sockets := dialAll(who)
		tell()
		start := time.Now() // What the test writes to the database before takes its own time.
		for _, c := range sockets {
			c.closed(t, 4403, reason)
		}
		return time.Since(start)
	}
	revoked, suspended := time.Hour, time.Hour
	for n := range rounds {
		user, company := fmt.Sprint("w", n), fmt.Sprint("c", n)
		revoked = min(revoked, closes("acme/"+user, "token_revoked", func() {
			w.tellUser(t, "acme", directory.User{
				ID: user, Role: audience.RoleColaborador, TokensValidFrom: auth.ValidFrom(time.Now().Add(10*time.Second), time.Time{}),
			})
		}))
		suspended = min(suspended, closes(company+"/boss", "company_suspended", func() { w.tellCompany(t, company, true) }))
		if max(revoked, suspended) <= time.Second {
			break
		}
	}
	if max(revoked, suspended) > time.Second {
		t.Errorf("a revocation took %v, a suspension %v", revoked, suspended)
	}
	dial(t, instances[0].URL, bearer(w.token(t, "acme/w0"))).closed(t, 4403, "token_revoked")
	dial(t, instances[1].URL, bearer(w.token(t, "c0/boss"))).closed(t, 4403, "company_suspended")
	w.event(t, "acme", "alerta", "a1", audience.Audience{Roles: []string{"admin"}})
	for _, c := range others {
		c.expect(t, "alerta:nueva a1")
	}
}

// TestASessionThatEndedClosesItsSockets: on every gateway, as soon as the message comes. The sockets of the user's other
// sessions stay open.
func TestASessionThatEndedClosesItsSockets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	instances := []*instance{w.gateway(t, nil), w.gateway(t, nil)}
	token := func(session string) string {
		return w.issuer.Forge(t, claims("acme/boss"), func(_, body map[string]any) { body[auth.ClaimSession] = session })
	}
	var ended, others []*client
	for _, g := range instances {
		ended = append(ended, connect(t, g.URL, bearer(token("s1")).from("")))
		others = append(others, connect(t, g.URL, bearer(token("s2")).from("")), connect(t, g.URL, bearer(w.token(t, "acme/boss")).from("")))
	}
	// The clients wait less than the minute after which a gateway checks all its sockets.
	w.tell(t, "acme", "sesion", "s1", &terrenov1.DirectorySession{Id: "s1", TokensUntilMs: time.Now().Add(time.Hour).UnixMilli()})
	for _, c := range ended {
		c.closed(t, 4403, "token_revoked")
	}
	dial(t, instances[0].URL, bearer(token("s1"))).closed(t, 4403, "token_revoked")
	w.event(t, "acme", "alerta", "a1", admins)
	for _, c := range others {
		c.expect(t, "alerta:nueva a1")
	}
}

func TestARefreshOfARevokedUserCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := claims("acme/boss")
	old.IssuedAt = time.Now().Add(-time.Hour)
	w.exec(t, `UPDATE identity.users SET tokens_valid_from = now() - interval '10 minutes', version = 100 WHERE id = 'boss'`)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
	c.sendEvent(t, "auth", map[string]string{"token": w.issuer.Token(t, old)})
	c.closed(t, 4403, "token_revoked")
}
