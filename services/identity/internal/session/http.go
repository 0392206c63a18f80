package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/identity/internal/keyring"
	"github.com/terreno/terreno/services/identity/internal/password"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

type loginInput struct {
	Browser
	Body struct {
		Company  string `json:"company,omitempty" maxLength:"256" doc:"id_empresa, in capital or small letters; may be left out when only one company has the login"`
		Login    string `json:"login" minLength:"1" maxLength:"256" doc:"e-mail address, phone or payroll number"`
		Password string `json:"password" minLength:"1" maxLength:"1024"`
		Cookie   bool   `json:"cookie,omitempty" doc:"for pages of this origin: the refresh token comes in a cookie that no script can read, and not in the answer"`
	}
}

// RefreshInputBody is how clients that are no browser send the token. Without a body the cookie counts.
type RefreshInputBody struct {
	RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"256"`
}

type refreshInput struct {
	Browser
	Body *RefreshInputBody
}

type tokensOutput struct {
	CacheControl string `header:"Cache-Control"`
	SetCookie    string `header:"Set-Cookie"`
	Body         struct {
		AccessToken  string `json:"access_token" doc:"send it as Authorization: Bearer"`
		RefreshToken string `json:"refresh_token,omitempty" doc:"opaque; good for one refresh, keep the newest; absent when it is in the cookie"`
		TokenType    string `json:"token_type" example:"Bearer"`
		ExpiresIn    int64  `json:"expires_in" doc:"seconds that the access token is good"`
	}
}

// Register adds login, refresh and logout to the API.
func (s *Service) Register(api huma.API) {
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Security: httpx.Public(), Tags: []string{"auth"},
			MaxBodyBytes: 8 << 10,
		}
	}
	huma.Register(api, op("login", "/v1/auth/login", "Sign in"), s.login)
	huma.Register(api, op("refresh", "/v1/auth/refresh", "Exchange a refresh token for new tokens"), s.refresh)
	logout := op("logout", "/v1/auth/logout", "End the session of a refresh token")
	logout.DefaultStatus = http.StatusNoContent
	huma.Register(api, logout, s.logout)
}

func (s *Service) login(ctx context.Context, in *loginInput) (*tokensOutput, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, httpx.Unavailable(err)
	}
	if in.Body.Cookie && !in.same() {
		return nil, errOtherOrigin
	}
	tokens, err := s.Login(ctx, Credentials{
		Company: in.Body.Company, Login: in.Body.Login, Password: in.Body.Password, Address: httpx.ClientAddress(ctx),
	})
	s.count("login", err)
	if err != nil || !in.Body.Cookie {
		return output(tokens), problem(err)
	}
	if old := in.token(s.Proxies); old != "" {
		if err := s.Logout(ctx, old); err != nil {
			return nil, problem(err)
		}
	}
	return s.inCookie(&in.Browser, tokens), nil
}

func (s *Service) refresh(ctx context.Context, in *refreshInput) (*tokensOutput, error) {
	if in.Body != nil {
		tokens, err := s.Refresh(ctx, in.Body.RefreshToken)
		s.count("refresh", err)
		return output(tokens), problem(err)
	}
	presented := in.token(s.Proxies)
	if presented == "" {
		return nil, problem(errNoRefresh)
	}
	if !in.same() {
		return nil, errOtherOrigin
	}
	tokens, err := s.Refresh(ctx, presented)
	s.count("refresh", err)
	if err != nil {
		return nil, in.forget(s.Proxies, problem(err))
	}
	return s.inCookie(&in.Browser, tokens), nil
}

type logoutOutput struct {
	SetCookie string `header:"Set-Cookie"`
}

func (s *Service) logout(ctx context.Context, in *refreshInput) (*logoutOutput, error) {
	if in.Body != nil {
		return nil, problem(s.Logout(ctx, in.Body.RefreshToken))
	}
	presented := in.token(s.Proxies)
	if presented == "" {
		return &logoutOutput{}, nil
	}
	if !in.same() {
		return nil, errOtherOrigin
	}
	return &logoutOutput{in.keep(s.Proxies, "", 0)}, problem(s.Logout(ctx, presented))
}

// inCookie answers with a refresh token that no script can read.
func (s *Service) inCookie(b *Browser, t Tokens) *tokensOutput {
	out := output(t)
	out.SetCookie, out.Body.RefreshToken = b.keep(s.Proxies, t.Refresh, s.RefreshLifetime), ""
	return out
}

func output(t Tokens) *tokensOutput {
	out := &tokensOutput{CacheControl: "no-store"}
	out.Body.AccessToken, out.Body.RefreshToken = t.Access, t.Refresh
	out.Body.TokenType, out.Body.ExpiresIn = "Bearer", int64(t.ExpiresIn.Seconds())
	return out
}

// answers maps an error to what the client reads. One sentence covers every failed login.
var answers = []struct {
	err          error
	status       int
	code, detail string
}{
	{ErrLoginFailed, http.StatusUnauthorized, "login_failed", "The login or the password is wrong, or the account is not active. Check both, or ask your administrator."},
	{ErrCompanyRequired, http.StatusConflict, "company_required", "This login and password are good in more than one company. Send the company as well."},
	{errNoRefresh, http.StatusUnauthorized, "refresh_missing", "There is no refresh token: neither in the body nor in a cookie. Sign in."},
	{ErrRefreshInvalid, http.StatusUnauthorized, "refresh_invalid", "This is not a refresh token of ours. Sign in again."},
	{ErrRefreshExpired, http.StatusUnauthorized, "refresh_expired", "The refresh token has expired. Sign in again."},
	{ErrRefreshReused, http.StatusUnauthorized, "refresh_reused", "The refresh token was used before, so the session was ended on all sides. Sign in again."},
	{ErrRefreshRevoked, http.StatusUnauthorized, "refresh_revoked", "The session was ended. Sign in again."},
}

func problem(err error) error {
	if err == nil {
		return nil
	}
	for _, a := range answers {
		if errors.Is(err, a.err) {
			return httpx.Problem(a.status, a.code, a.detail)
		}
	}
	if t, ok := errors.AsType[*throttle.WaitError](err); ok {
		return httpx.Problem(http.StatusTooManyRequests, "login_throttled",
			"Too many attempts failed. Wait as long as Retry-After says, then try again.", httpx.RetryAfter(t.Wait))
	}
	if db.IsUnavailable(err) || errors.Is(err, keyring.ErrNoKey) || errors.Is(err, password.ErrBusy) {
		return httpx.Unavailable(err)
	}
	return err
}

// NewResults returns the counter of logins and refreshes by result.
func NewResults(metrics prometheus.Registerer) *prometheus.CounterVec {
	results := obs.Register(metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "identity_sessions_total", Help: "Logins and refreshes by result: ok, throttled, suspended, error, or the code of the refusal.",
	}, []string{"operation", "result"}))
	for _, operation := range []string{"login", "refresh"} {
		results.WithLabelValues(operation, "ok")
	}
	return results
}

func (s *Service) count(operation string, err error) {
	result := "error"
	for _, a := range answers {
		if errors.Is(err, a.err) {
			result = a.code
		}
	}
	_, throttled := errors.AsType[*throttle.WaitError](err)
	switch {
	case err == nil:
		result = "ok"
	case throttled:
		result = "throttled"
	case errors.Is(err, auth.ErrSuspended):
		result = "suspended"
	}
	s.Results.WithLabelValues(operation, result).Inc()
}
