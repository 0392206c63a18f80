package session

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/turns"
	"github.com/terreno/terreno/services/identity/internal/keyring"
	"github.com/terreno/terreno/services/identity/internal/password"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

// The reasons why a login or refresh is refused.
var (
	ErrLoginFailed     = errors.New("login failed")
	ErrCompanyRequired = errors.New("several companies have this login")
	errNoRefresh       = errors.New("no refresh token")
	ErrRefreshInvalid  = errors.New("refresh token unknown")
	ErrRefreshExpired  = errors.New("refresh token expired")
	ErrRefreshReused   = errors.New("refresh token used twice")
	ErrRefreshRevoked  = errors.New("session ended")
)

// Tokens are what a client gets.
type Tokens struct {
	Access, Refresh string
	// ExpiresIn is how long the access token is valid.
	ExpiresIn time.Duration
}

// Service signs people in. It uses wall time everywhere.
type Service struct {
	Store     *Store
	Guard     *throttle.Guard
	Passwords *password.Hasher
	// Turns divides logins among the places that they come from. One place with hundreds of guesses must not use up the
	// connections to the database either.
	Turns *turns.Turns
	Keys  *keyring.Ring
	Terms Terms
	// RefreshLifetime is how long a refresh token is valid, counted from the last refresh.
	RefreshLifetime time.Duration
	// Proxies are trusted to say whether a browser uses https.
	Proxies httpx.Proxies
	// Ready returns nil once the first start is done. Before that there may be no user who could sign in.
	Ready   func(ctx context.Context) error
	Wall    clock.Clock
	Log     *slog.Logger
	Results *prometheus.CounterVec
}

func (s *Service) begin(ctx context.Context, a Account) (Tokens, error) {
	now := s.Wall.Now()
	f := Family{ID: uuid.New(), Started: auth.IssuedAt(now, a.ValidFrom), UsedAt: now}
	tokens, err := s.access(ctx, a, f.ID, now)
	if err != nil {
		return Tokens{}, err
	}
	token := newRefreshToken(a.Company, f.ID)
	tokens.Refresh = token.String()
	return tokens, s.Store.Begin(ctx, a, f, token, now.Add(s.RefreshLifetime))
}

// rehash replaces the hash of a password that was just proved right by one with today's parameters. A failure is only
// logged, because the next login tries again.
func (s *Service) rehash(ctx context.Context, a Account, party, right string) {
	hash, err := s.Passwords.Hash(ctx, party, right)
	if err == nil {
		err = s.Store.Rehash(ctx, a, hash)
	}
	if err != nil {
		s.Log.Warn("password could not be hashed anew", "error", err)
	}
}

// Refresh exchanges a refresh token for new tokens, or returns the reason why not: ErrRefresh... or auth.ErrSuspended.
func (s *Service) Refresh(ctx context.Context, presented string) (Tokens, error) {
	old, err := parseRefreshToken(presented)
	if err != nil {
		return Tokens{}, ErrRefreshInvalid
	}
	now := s.Wall.Now()
	next := newRefreshToken(old.company, old.family)
	account, verdict, err := s.Store.Exchange(ctx, old, next, now, now.Add(s.RefreshLifetime))
	if err != nil {
		return Tokens{}, err
	}
	switch verdict {
	case Reused:
		s.Log.Warn("refresh token used twice: session ended", "company", account.Company, "user", account.ID)
		return Tokens{}, ErrRefreshReused
	case Expired:
		return Tokens{}, ErrRefreshExpired
	case Ended:
		return Tokens{}, ErrRefreshRevoked
	case Paused:
		return Tokens{}, auth.ErrSuspended
	}
	tokens, err := s.access(ctx, account, old.family, now)
	tokens.Refresh = next.String()
	return tokens, err
}

// Logout ends the family of a refresh token. A text that is no refresh token has no session to end.
func (s *Service) Logout(ctx context.Context, presented string) error {
	token, err := parseRefreshToken(presented)
	if err != nil {
		return nil //nolint:nilerr // there is nothing to end, and nothing to tell the client
	}
	return s.Store.End(ctx, token, s.Wall.Now())
}

// Sweep forgets the sessions that ended by themselves.
func (s *Service) Sweep(ctx context.Context) error { return s.Store.Sweep(ctx, s.Wall.Now()) }

func (s *Service) access(ctx context.Context, a Account, family uuid.UUID, now time.Time) (Tokens, error) {
	key, err := s.Keys.Signing(ctx)
	if err != nil {
		return Tokens{}, err
	}
	token, err := s.Terms.AccessToken(key.ID, key.Private, a, family, now)
	if err != nil {
		return Tokens{}, err
	}
	return Tokens{Access: token, ExpiresIn: s.Terms.Lifetime}, nil
}
