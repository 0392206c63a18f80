package gateway_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

func TestTheFourHandshakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	token := w.token(t, "acme/boss")
	for name, d := range map[string]dialing{
		"header":      bearer(token),
		"query":       {query: "?token=" + token},
		"subprotocol": {protos: []string{"terreno.v1", "bearer." + token}},
		"frame":       {},
	} {
		c := dial(t, g.URL, d)
		if name == "frame" {
			c.sendEvent(t, "auth", map[string]string{"token": token})
		}
		first := c.next(t)
		var ready struct {
			Cursor  string    `json:"cursor"`
			User    string    `json:"user"`
			Company string    `json:"id_empresa"`
			Expires time.Time `json:"expira"`
			Beat    int       `json:"latido_s"`
		}
		if err := json.Unmarshal(first.Data, &ready); err != nil || first.Event != "listo" {
			t.Fatalf("%s: first frame %s %s: %v", name, first.Event, first.Data, err)
		}
		if ready.User != "boss" || ready.Company != "acme" || ready.Cursor == "" || ready.Beat != 25 || time.Until(ready.Expires) < time.Minute {
			t.Errorf("%s: listo %+v", name, ready)
		}
		if name == "subprotocol" && c.Subprotocol() != "terreno.v1" {
			t.Errorf("subprotocol %q", c.Subprotocol())
		}
	}
}

func TestBadTokensCloseWith4401(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	for name, token := range w.issuer.Bad(t, claims("acme/boss")) {
		c := dial(t, g.URL, bearer(token))
		c.closed(t, 4401, "token_")
		c = dial(t, g.URL, dialing{})
		c.sendEvent(t, "auth", map[string]string{"token": token})
		c.closed(t, 4401, "token_")
		if t.Failed() {
			t.Fatalf("token: %s", name)
		}
	}
	c := dial(t, g.URL, dialing{})
	c.sendEvent(t, "auth", nil)
	c.closed(t, 4401, "token_missing")
	c = dial(t, g.URL, dialing{})
	c.sendEvent(t, "reanudar", nil)
	c.closed(t, 4401, "token_missing")
	dial(t, g.URL, bearer(w.issuer.Forge(t, claims("acme/boss"), func(_, body map[string]any) {
		body["exp"] = time.Now().Add(-time.Second).Unix()
	}))).closed(t, 4401, "token_expired")
}

func TestWhoBelongsToNoCompanyHasNoSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role, tokens_valid_from, version)
		VALUES ('', 'root', 'root', 'platform_admin', now() - interval '1 day', 1)`)
	g := w.gateway(t, nil)
	token := w.issuer.Token(t, auth.Claims{Subject: "root", Role: audience.RolePlatformAdmin})
	dial(t, g.URL, bearer(token)).closed(t, 4403, "no_company")
}

func TestPlainRequestsGetProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	good := "Bearer " + w.token(t, "acme/boss")
	for _, c := range []struct {
		method, path, token string
		upgrade             bool
		status              int
		code                string
	}{
		{"GET", "/ws", "", false, 401, "token_missing"},
		{"GET", "/ws", "Bearer nonsense", false, 401, "token_malformed"},
		{"GET", "/ws", good, false, 426, "upgrade_required"},
		{"POST", "/ws", good, true, 405, "method_not_allowed"},
		{"GET", "/ws/", good, false, 404, "not_found"},
		{"GET", "/wsx", good, true, 404, "not_found"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, g.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.token != "" {
			r.Header.Set("Authorization", c.token)
		}
		if c.upgrade {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
		}
		status, code := ask(t, r)
		if status != c.status || code != c.code {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, status, code, c.status, c.code)
		}
	}
}

func ask(t *testing.T, r *http.Request) (status int, code string) {
	t.Helper()
	answer, err := plainHTTP.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var problem struct{ Code string }
	if err := json.Unmarshal(body, &problem); err != nil || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("answer %d %q: %v", answer.StatusCode, body, err)
	}
	return answer.StatusCode, problem.Code
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.Origins = []string{"*.example.com", "https://App.test"} })
	own := strings.TrimPrefix(g.URL, "http://")
	for origin, allowed := range map[string]bool{
		"":                        true,
		"http://" + own:           true,
		"https://a.example.com":   true,
		"http://a.example.com":    true,
		"https://app.test":        true,
		"http://app.test":         false,
		"https://example.com":     false,
		"https://evil.test":       false,
		"https://app.test.evil":   false,
		"null":                    false,
		"://":                     false,
		"https://a.example.com.x": false,
	} {
		d := bearer(w.token(t, "acme/boss"))
		if origin != "" {
			d.header.Set("Origin", origin)
		}
		c, err := tryDial(t, g.URL, d)
		if (err == nil) != allowed {
			t.Errorf("origin %q: %v", origin, err)
		}
		if c != nil {
			_ = c.CloseNow()
		}
	}
}
