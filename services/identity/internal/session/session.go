package session

import (
	"time"

	"github.com/google/uuid"
)

// Account is the user that a session belongs to, as the database has it at the moment of the decision.
type Account struct {
	Company string // empty: a platform admin
	ID      string
	Role    string
	Teams   []string
	Active  bool
	// Suspended says that the company is suspended. It is never set for a platform admin.
	Suspended bool
	// Sessions and tokens that began before ValidFrom are revoked.
	ValidFrom time.Time
	// PasswordHash is empty when the user has no password yet. Only login reads it.
	PasswordHash string
}

// Family is one login and every refresh token that came from it. A refresh with a token of generation n makes one of
// generation n+1.
type Family struct {
	ID uuid.UUID
	// Started is the iat of the family's first token. A revocation thus ends the family and its tokens by one comparison.
	Started time.Time
	// Used is the highest generation that a client presented. UsedAt is when a client first presented it.
	Used    int64
	UsedAt  time.Time
	Revoked bool
}

// Verdict says what happens to a refresh token that a client presents.
type Verdict int

const (
	// Rotate gives the client a token of the next generation.
	Rotate Verdict = iota
	// Reused says that somebody else has the token too. The family ends.
	Reused
	// Expired says that nobody used the token in time.
	Expired
	// Ended says that the family or its user was revoked.
	Ended
	// Paused says that the company is suspended. The token stays valid for when the company is resumed.
	Paused
)

// siblingWindow is how long several tokens that were made from the same token stay valid side by side. A client that
// refreshes twice at once may keep either answer.
const siblingWindow = 30 * time.Second

// Judge decides about a token of a family. Generation is 0 when the store no longer has the token.
//
// A client may present the newest presented token again, however late, until a token of the next generation is presented. A
// phone whose answer was lost in a tunnel comes back hours later with the token it has, and must not be signed out for that.
// Forgotten makes this safe: of the tokens made from one token only one can ever be used. When two clients hold the token,
// the second finds its token gone. That is Reused, and the family ends for both.
func Judge(f Family, a Account, generation int64, expires, now time.Time) Verdict {
	switch {
	case f.Revoked, !a.Active, f.Started.Before(a.ValidFrom):
		return Ended
	case a.Suspended:
		return Paused
	case generation == 0, generation < f.Used:
		return Reused
	case !now.Before(expires):
		return Expired
	}
	return Rotate
}

// Forgotten returns a generation. When a token is rotated, all other tokens of the family up to that generation are deleted.
// It is normally the token's own generation. When the token is presented again after siblingWindow, it is the next one:
// another client may hold a token of the next generation, and only one of the two clients may go on.
func Forgotten(f Family, generation int64, now time.Time) int64 {
	if generation == f.Used && now.Sub(f.UsedAt) > siblingWindow {
		return generation + 1
	}
	return generation
}
