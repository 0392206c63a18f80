package session

import (
	"time"

	"github.com/google/uuid"
)

// Account is whom a session belongs to, as the database knows them at the moment of deciding.
type Account struct {
	Company string // empty: a platform admin
	ID      string
	Role    string
	Teams   []string
	Active  bool
	// The company's; never set for a platform admin.
	Suspended bool
	// Sessions and tokens that began before are revoked.
	ValidFrom time.Time
	// The hash of the password, empty when the user has none yet. Only login reads it.
	PasswordHash string
}

// Family is one login and every refresh token that came from it. A refresh with a token of generation n makes one of
// generation n+1.
type Family struct {
	ID uuid.UUID
	// Started is the iat of its first token, so that a revocation ends the family and its tokens by one comparison.
	Started time.Time
	// Used is the highest generation that was presented, UsedAt when it was presented first.
	Used    int64
	UsedAt  time.Time
	Revoked bool
}

// Verdict is what happens to a refresh token that a client presents.
type Verdict int

const (
	// Rotate gives the client a token of the next generation.
	Rotate Verdict = iota
	// Reused says that somebody else has the token: the family ends.
	Reused
	// Expired says that nobody used it in time.
	Expired
	// Ended says that the family was revoked, or its user.
	Ended
	// Paused says that the company is suspended. The token stays good for when it is resumed.
	Paused
)

// siblingWindow is how long tokens that were made of one and the same token stand side by side: a client that refreshes
// twice at once may keep either answer.
const siblingWindow = 30 * time.Second

// Judge decides about a token of a family. Generation is 0 when the store no longer has it.
//
// The newest token that was presented may be presented again until one of the next generation is, however late: a phone
// whose answer was lost in a tunnel comes back hours later with what it has, and must not be signed out for it. What
// makes that safe is Forgotten: of the tokens made of one token only one can ever be used, so that of two holders the
// second finds the token gone, which is Reused, and the family ends for both.
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

// Forgotten returns the generation up to which all other tokens of the family are deleted when one is rotated: its own and
// those before; the next as well when it is presented again after the window, since whoever holds one of those then
// stands against whoever presents this one.
func Forgotten(f Family, generation int64, now time.Time) int64 {
	if generation == f.Used && now.Sub(f.UsedAt) > siblingWindow {
		return generation + 1
	}
	return generation
}
