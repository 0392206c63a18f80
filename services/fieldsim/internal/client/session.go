package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
)

// ErrLoginRefused means that the server refused the login. Another attempt at once will not help.
var ErrLoginRefused = errors.New("login refused")

// refreshAhead is how long before its expiry a token is replaced. For a short token it is a quarter of the token's life.
const refreshAhead = time.Minute

type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int    `json:"expires_in"` // seconds
}

// session holds the tokens of one phone. Their expiry is in wall time.
type session struct {
	access, refresh string
	renewAt         time.Time
	user            string
}

// authorize makes sure that the phone has an access token that has not expired.
func (p *Phone) authorize(ctx context.Context) error {
	s := &p.session
	if s.access != "" && time.Now().Before(s.renewAt) {
		return nil
	}
	if s.refresh != "" {
		err := p.renew(ctx)
		if err == nil || ctx.Err() != nil || notProcessed(err) {
			return err
		}
		// Refresh tokens rotate, and the server takes a second use for theft. So the phone never sends a refresh token again
		// when the response was lost or the server refused the token.
		s.refresh = ""
	}
	return p.login(ctx)
}

func (p *Phone) login(ctx context.Context) error {
	select {
	case p.c.logins <- struct{}{}:
		defer func() { <-p.c.logins }()
	case <-ctx.Done():
		return ctx.Err()
	}
	body, err := json.Marshal(map[string]string{"company": p.c.o.Company, "login": p.name, "password": p.c.o.Password})
	if err != nil {
		return fmt.Errorf("encode login: %w", err)
	}
	if err := p.obtain(ctx, "/v1/auth/login", body); err != nil {
		switch status(err) {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
			return fmt.Errorf("log in %s: %w: %w", p.name, ErrLoginRefused, err)
		}
		return fmt.Errorf("log in %s: %w", p.name, err)
	}
	p.c.o.Ledger.Count(func(r *ledger.Report) { r.Logins++ })
	return nil
}

func (p *Phone) renew(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"refresh_token": p.session.refresh})
	if err != nil {
		return fmt.Errorf("encode refresh: %w", err)
	}
	if err := p.obtain(ctx, "/v1/auth/refresh", body); err != nil {
		return fmt.Errorf("refresh token of %s: %w", p.name, err)
	}
	p.c.o.Ledger.Count(func(r *ledger.Report) { r.Refreshes++ })
	return nil
}

func (p *Phone) obtain(ctx context.Context, path string, body []byte) error {
	var t tokens
	if err := p.c.post(ctx, request{path: path, body: body}, &t); err != nil {
		return err
	}
	life := time.Duration(t.ExpiresIn) * time.Second
	if t.AccessToken == "" || life <= 0 {
		return fmt.Errorf("the response has no token, or the token's life is %v", life)
	}
	p.session = session{
		access: t.AccessToken, refresh: t.RefreshToken, user: subject(t.AccessToken),
		renewAt: time.Now().Add(life - min(refreshAhead, life/4)),
	}
	return nil
}

// notProcessed reports whether the server answered without processing the request.
func notProcessed(err error) bool {
	switch status(err) {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable:
		return true
	}
	return false
}

// subject reads the sub of a JWT without checking the token, so that the ledger has the server's id of the user. It returns
// "" when the token is not a JWT.
func subject(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Sub string `json:"sub"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	return claims.Sub
}
