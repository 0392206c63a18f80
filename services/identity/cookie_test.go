package identity

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

// browserOf is a browser on a page of the installation's own origin. It keeps what Set-Cookie tells it to.
type browserOf struct {
	w      *world
	origin string
	cookie string // as it is sent: name=value
}

func (w *world) browser() *browserOf { return &browserOf{w: w, origin: w.url} }

func (b *browserOf) send(t *testing.T, path string, content any, header ...string) answer {
	t.Helper()
	if b.origin != "" {
		header = append(header, "Origin", b.origin)
	}
	if b.cookie != "" {
		header = append(header, "Cookie", b.cookie)
	}
	a := b.w.send(t, "POST", path, "", content, header...)
	for _, line := range a.Header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatal(err)
		}
		b.cookie = c.Name + "=" + c.Value
		if c.MaxAge < 0 {
			b.cookie = ""
		}
	}
	return a
}

func (b *browserOf) login(t *testing.T, login string, header ...string) answer {
	t.Helper()
	return b.send(t, "/v1/auth/login", body{"company": "acme", "login": login, "password": secret, "cookie": true}, header...)
}

func (b *browserOf) refresh(t *testing.T) answer {
	t.Helper()
	return b.send(t, "/v1/auth/refresh", nil)
}

// cookieWorld has a company acme with ana and a thief.
func cookieWorld(t *testing.T) (w *world, admin string) {
	t.Helper()
	w = setup(t)
	admin = w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	w.user(t, admin, "ladron", audience.RoleColaborador)
	return w, admin
}

func (b *browserOf) is(t *testing.T, user string) {
	t.Helper()
	a := b.refresh(t).Is(t, http.StatusOK, "")
	claims, err := b.w.verifier.Verify(t.Context(), a.Body["access_token"].(string))
	if err != nil || claims.Subject != user {
		t.Fatalf("signed in as %q, %v; want %s", claims.Subject, err, user)
	}
}

func TestABrowserKeepsItsSessionInACookie(t *testing.T) {
	t.Parallel()
	w, _ := cookieWorld(t)
	b := w.browser()
	a := b.login(t, "ana").Is(t, http.StatusOK, "")
	c, err := http.ParseSetCookie(a.Header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/v1/auth" || c.Domain != "" || c.Secure || c.MaxAge != 720*3600 {
		t.Errorf("cookie %v", c)
	}
	token := c.Value
	for range 3 {
		if strings.Contains(a.Text, "tr1.") || a.Body["refresh_token"] != nil || a.Body["access_token"] == "" {
			t.Fatalf("a script can read the refresh token: %s", a.Text)
		}
		w.clock.Advance(14 * time.Minute)
		a = b.refresh(t).Is(t, http.StatusOK, "")
		if c, err = http.ParseSetCookie(a.Header.Get("Set-Cookie")); err != nil || c.Value == token {
			t.Fatalf("the cookie was not replaced: %v, %v", c, err)
		}
		token = c.Value
	}
	b.is(t, "ana")
}

func TestOverHTTPSTheCookieIsSecure(t *testing.T) {
	t.Parallel()
	w, _ := cookieWorld(t)
	b := w.browser()
	line := b.login(t, "ana", "X-Forwarded-Proto", "https").Is(t, http.StatusOK, "").Header.Get("Set-Cookie")
	if !strings.HasPrefix(line, "__Secure-terreno_refresh=tr1.") || !strings.Contains(line, "; Secure") {
		t.Errorf("cookie %s", line)
	}
	// What came over https does not count over http.
	b.refresh(t).Is(t, http.StatusUnauthorized, "refresh_missing")
	// Nobody but a trusted proxy says that it was https.
	distrustful := setup(t)
	distrustful.proxies = nil
	distrustful.url = distrustful.replica(t)
	distrustful.user(t, distrustful.company(t, "acme"), "ana", audience.RoleColaborador)
	line = distrustful.browser().login(t, "ana", "X-Forwarded-Proto", "https").Is(t, http.StatusOK, "").Header.Get("Set-Cookie")
	if !strings.HasPrefix(line, "terreno_refresh=") || strings.Contains(line, "Secure") {
		t.Errorf("cookie %s", line)
	}
}

// Cross-site request forgery: another page makes ana's browser send her cookie, or makes it sign in as the thief.
func TestAPageOfAnotherOriginCanDoNothing(t *testing.T) {
	t.Parallel()
	w, _ := cookieWorld(t)
	b := w.browser()
	b.login(t, "ana").Is(t, http.StatusOK, "")
	for _, origin := range []string{"https://evil.example", "http://sub.127.0.0.1:1", "null", "http://", w.url + ".evil.example", ""} {
		b.origin = origin
		b.refresh(t).Is(t, http.StatusForbidden, "origin_not_allowed")
		b.send(t, "/v1/auth/logout", nil).Is(t, http.StatusForbidden, "origin_not_allowed")
		a := b.login(t, "ladron").Is(t, http.StatusForbidden, "origin_not_allowed")
		if a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%q set a cookie", origin)
		}
	}
	b.origin = w.url
	b.is(t, "ana")
}

// Session fixation: the thief plants a cookie before ana signs in, and then waits to be signed in as her.
func TestAPlantedCookieIsNeverKept(t *testing.T) {
	t.Parallel()
	w, _ := cookieWorld(t)
	thief, ana := w.browser(), w.browser()
	thief.login(t, "ladron").Is(t, http.StatusOK, "")
	planted := thief.cookie
	ana.cookie = planted
	ana.login(t, "ana").Is(t, http.StatusOK, "")
	if ana.cookie == planted {
		t.Fatal("ana has the thief's cookie")
	}
	thief.refresh(t).Is(t, http.StatusUnauthorized, "refresh_revoked") // her login ended what she brought
	ana.is(t, "ana")
	// Another host of the domain plants one beside hers: which is whose cannot be told, so neither counts.
	thief.login(t, "ladron").Is(t, http.StatusOK, "")
	both := ana.cookie + "; " + thief.cookie
	for _, cookies := range []string{both, thief.cookie + "; " + ana.cookie} {
		victim := &browserOf{w: w, origin: w.url, cookie: cookies}
		victim.refresh(t).Is(t, http.StatusUnauthorized, "refresh_invalid")
	}
	ana.is(t, "ana")
}

func TestLogoutOfABrowser(t *testing.T) {
	t.Parallel()
	w, _ := cookieWorld(t)
	b := w.browser()
	b.login(t, "ana").Is(t, http.StatusOK, "")
	stolen := b.cookie
	b.send(t, "/v1/auth/logout", nil).Is(t, http.StatusNoContent, "")
	if b.cookie != "" {
		t.Errorf("the browser keeps %s", b.cookie)
	}
	b.send(t, "/v1/auth/logout", nil).Is(t, http.StatusNoContent, "")
	b.refresh(t).Is(t, http.StatusUnauthorized, "refresh_missing")
	(&browserOf{w: w, origin: w.url, cookie: stolen}).refresh(t).Is(t, http.StatusUnauthorized, "refresh_revoked")
}

func TestLogoutEverywhereReachesBrowsers(t *testing.T) {
	t.Parallel()
	w, admin := cookieWorld(t)
	office, home := w.browser(), w.browser()
	access := office.login(t, "ana").Is(t, http.StatusOK, "").Body["access_token"].(string)
	home.login(t, "ana").Is(t, http.StatusOK, "")
	phone := w.login(t, "acme", "ana")
	w.send(t, "POST", "/v1/users/ana/revoke", admin, nil).Is(t, http.StatusNoContent, "")
	if code := w.refused(t, access); code != "token_revoked" {
		t.Errorf("the access token: %s", code)
	}
	for _, b := range []*browserOf{office, home} {
		b.refresh(t).Is(t, http.StatusUnauthorized, "refresh_revoked")
		if b.cookie != "" {
			t.Errorf("the browser keeps %s", b.cookie)
		}
	}
	w.refresh(t, phone.refresh).Is(t, http.StatusUnauthorized, "refresh_revoked")
}

// A cookie and a body are two ways of one session: each is judged as the other, and none turns into the other.
func TestTheCookieIsJudgedAsTheTokenInABody(t *testing.T) {
	t.Parallel()
	w, _ := cookieWorld(t)
	b := w.browser()
	b.login(t, "ana").Is(t, http.StatusOK, "")
	old := b.cookie
	for range 2 {
		b.refresh(t).Is(t, http.StatusOK, "")
	}
	thief := &browserOf{w: w, origin: w.url, cookie: old}
	thief.refresh(t).Is(t, http.StatusUnauthorized, "refresh_reused")
	b.refresh(t).Is(t, http.StatusUnauthorized, "refresh_revoked")

	phone := w.login(t, "acme", "ana")
	b.cookie = "terreno_refresh=nonsense"
	a := b.send(t, "/v1/auth/refresh", body{"refresh_token": phone.refresh}).Is(t, http.StatusOK, "")
	if a.Header.Get("Set-Cookie") != "" || a.Body["refresh_token"] == nil {
		t.Errorf("a token in the body became a cookie: %v", a)
	}
}
