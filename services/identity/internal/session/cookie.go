package session

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/terreno/terreno/pkg/httpx"
)

// A browser's refresh token is in a cookie, where no script can read it. Against other sites that make a browser send it:
//
//   - SameSite=Strict: the browser sends the cookie only for pages of this site.
//   - Browser.same: a page of another origin of the same site may neither use a cookie nor get one set.
//   - A login always begins a new session, and ends the one whose cookie came with it. A cookie that somebody planted is
//     never kept.
//   - Of two cookies with the same name one may be planted, for example by another host of the domain. Then neither counts.
const (
	plainCookie = "terreno_refresh"
	// secureCookie is the name over https. The prefix stops pages of http addresses from setting it.
	secureCookie = "__Secure-terreno_refresh"
	// authPath is where the cookie is sent, and nowhere else.
	authPath = "/v1/auth"
)

var errOtherOrigin = httpx.Problem(http.StatusForbidden, "origin_not_allowed",
	"Only a page of this origin may use the cookie of a session. Other clients send the refresh token in the body. A proxy in front must pass the Host header on.")

// Browser is what a request says about the browser that sent it. Embed it in an operation's input.
type Browser struct{ request *http.Request }

// Resolve keeps the request. huma calls it.
func (b *Browser) Resolve(ctx huma.Context) []error {
	b.request, _ = humago.Unwrap(ctx)
	return nil
}

// same reports whether a page of this origin sent the request. Browsers name the origin of every POST, and a page cannot
// change that header. A request without it is from no page.
func (b *Browser) same() bool {
	origin, err := url.Parse(b.request.Header.Get("Origin"))
	return err == nil && origin.Host != "" && strings.EqualFold(origin.Host, b.request.Host)
}

// secure reports whether the browser uses https, here or up to a proxy that is trusted.
func (b *Browser) secure(trusted httpx.Proxies) bool {
	if b.request.TLS != nil {
		return true
	}
	forwarded := strings.Split(strings.Join(b.request.Header.Values("X-Forwarded-Proto"), ","), ",")
	return trusted.Trusts(b.request.RemoteAddr) && strings.TrimSpace(forwarded[len(forwarded)-1]) == "https"
}

func (b *Browser) cookieName(trusted httpx.Proxies) string {
	if b.secure(trusted) {
		return secureCookie
	}
	return plainCookie
}

// token returns the refresh token in the cookie, or "" without a cookie. Two cookies give a text that is no token.
func (b *Browser) token(trusted httpx.Proxies) string {
	switch found := b.request.CookiesNamed(b.cookieName(trusted)); len(found) {
	case 0:
		return ""
	case 1:
		return found[0].Value
	default:
		return "two cookies"
	}
}

// forget makes a refusal remove the cookie, so that the browser does not send it again. A refusal for the moment, such as a
// database that is away, leaves the cookie.
func (b *Browser) forget(trusted httpx.Proxies, refused error) error {
	if p, ok := errors.AsType[*httpx.ProblemDetails](refused); ok && p.Status == http.StatusUnauthorized {
		httpx.Header("Set-Cookie", b.keep(trusted, "", 0))(p)
	}
	return refused
}

// keep returns the Set-Cookie header that keeps a token for a time. An empty token removes the cookie.
func (b *Browser) keep(trusted httpx.Proxies, token string, lifetime time.Duration) string {
	c := http.Cookie{
		Name: b.cookieName(trusted), Value: token, Path: authPath, MaxAge: int(lifetime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: b.secure(trusted),
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c.String()
}
