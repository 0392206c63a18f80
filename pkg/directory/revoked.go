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
	// How late news of what was done before a token was issued may come: the issuer's clock may be ahead of NATS', and its
	// outbox may be behind.
	newsLag = time.Minute
)

// Revoked says whether a token that holds otherwise is no good any more: auth.ErrRevoked when its session ended, or its
// user is unknown, inactive, of another role or has tokens valid from later only; auth.ErrSuspended when its company is;
// and auth.ErrUnavailable while that cannot be told.
//
// A young token may be ahead of its news: somebody who was just made, or just got another role. So before it refuses one of
// those, it asks identity's view about that user, for 2 s or until ctx ends. It asks at most 20 times a second, and of one
// company at most half as often. Beyond that the answer is auth.ErrUnavailable: the client tries again.
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

// Judge is Revoked by memory alone: it never waits. Who is known is judged by what is known; a young token of somebody
// unknown is auth.ErrUnavailable.
func (d *Directory) Judge(c auth.Claims) error {
	known, young, verdict := d.judge(c)
	if verdict != nil && young && !known {
		return auth.ErrUnavailable.Because(verdict)
	}
	return verdict
}

// judge goes by what is held: known says that user and company are, young that the token may be ahead of it.
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
	// No later version of the user lets this token through again.
	young = young && !c.IssuedAt.Before(u.TokensValidFrom)
	switch {
	case company.Suspended:
		return true, young, auth.ErrSuspended
	case !u.Active:
		return true, young, auth.ErrRevoked.Because(errors.New("inactive user"))
	case u.Role != c.Role:
		return true, young, auth.ErrRevoked.Because(fmt.Errorf("role is %s now", u.Role))
	case c.IssuedAt.Before(u.TokensValidFrom):
		return true, young, auth.ErrRevoked.Because(errors.New("issued before the user's tokens were revoked"))
	}
	return true, young, nil
}

// errBudget says that nothing was asked, so that what is held may be too old to refuse by.
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
