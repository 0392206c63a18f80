package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

const (
	lookupTimeout = 2 * time.Second
	// newsLag is how long after a token was issued a message may still come that is older than the token. The issuer's
	// clock may be ahead of the clock of NATS, and its outbox may be behind.
	newsLag = time.Minute
)

// Revoked says whether a token with a valid signature must be refused. It returns auth.ErrRevoked when the session ended,
// or when the user is unknown, inactive, has another role, or had all tokens of that age revoked. It returns
// auth.ErrSuspended when the company is suspended, and auth.ErrUnavailable while it cannot tell.
//
// A young token may be ahead of the messages about its user, who was just created or just got another role. So before
// Revoked refuses a young token, it reads that user from identity's view. It does this at most 20 times a second, for one
// company at most half as often, and for at most 2 s, or until ctx ends. Beyond these limits it returns auth.ErrUnavailable,
// and the client tries again.
func (d *Directory) Revoked(ctx context.Context, c auth.Claims) error {
	known, young, verdict := d.judge(c)
	if verdict == nil || !young {
		return verdict
	}
	if err := d.lookUp(ctx, c); err != nil {
		if known && !errors.Is(err, errBudget) {
			return verdict
		}
		return auth.ErrUnavailable.Because(err)
	}
	_, _, verdict = d.judge(c)
	return verdict
}

// Judge is like Revoked, but it never waits, because it uses only what is in memory. It judges a known user by what the
// directory knows. For a young token of an unknown user it returns auth.ErrUnavailable.
func (d *Directory) Judge(c auth.Claims) error {
	known, young, verdict := d.judge(c)
	if verdict != nil && young && !known {
		return auth.ErrUnavailable.Because(verdict)
	}
	return verdict
}

// judge uses only what is in memory. known means that the directory knows the user and the company. young means that the
// token may be ahead of the directory.
func (d *Directory) judge(c auth.Claims) (known, young bool, verdict error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if !d.loaded {
		return false, false, auth.ErrUnavailable.Because(errors.New("directory is not loaded yet"))
	}
	if _, ended := d.sessions[sessionKey{c.Company, c.Session}]; ended && c.Session != "" {
		return true, false, auth.ErrRevoked.Because(errors.New("its session ended"))
	}
	young = c.IssuedAt.Add(newsLag).After(d.caughtUp)
	if c.Company == "" {
		young = c.IssuedAt.Add(newsLag).After(d.polled)
	}
	company, ok := d.company(c.Company)
	if !ok && c.Company != "" {
		return false, young, auth.ErrRevoked.Because(errors.New("unknown company"))
	}
	u, ok := d.user(c.Company, c.Subject)
	if !ok {
		return false, young, auth.ErrRevoked.Because(errors.New("unknown user"))
	}
	// A newer version of the user cannot make this token valid again.
	young = young && !c.IssuedAt.Before(u.TokensValidFrom)
	switch {
	case company.Suspended:
		return true, young, auth.ErrSuspended
	case !u.Active:
		return true, young, auth.ErrRevoked.Because(errors.New("inactive user"))
	case u.Role != c.Role:
		return true, young, auth.ErrRevoked.Because(fmt.Errorf("the role is now %s", u.Role))
	case c.IssuedAt.Before(u.TokensValidFrom):
		return true, young, auth.ErrRevoked.Because(errors.New("issued before the user's tokens were revoked"))
	}
	return true, young, nil
}

// errBudget means that the directory asked nothing, so what it knows may be too old to refuse a token.
var errBudget = errors.New("too many young tokens to look up")

func (d *Directory) lookUp(ctx context.Context, c auth.Claims) error {
	if !d.lookups.take(time.Now(), c.Company) {
		return errBudget
	}
	d.metrics.lookups.Inc()
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	found, err := readOne(ctx, d.db, d.location, c.Company, c.Subject)
	if err != nil {
		return fmt.Errorf("look up a user: %w", err)
	}
	d.learn(found...)
	return nil
}
