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

// repeatWindow is how long a client may present a token again whose answer it may never have got.
const repeatWindow = 30 * time.Second

// Judge decides about a token of a family. Generation is 0 when the store no longer has it: tokens are deleted once
// the generation after theirs was presented.
//
// A token may be presented again within the window of its first use, any number of times and even twice at once, as
// long as no token of the next generation was presented: a phone on a bad network repeats what was not answered, and
// gets another token of that next generation. Whichever of them is presented first makes its own generation the used
// one; two holders of two of them part at the latest one window later, and the second is found out.
func Judge(f Family, a Account, generation int64, expires, now time.Time) Verdict {
	switch {
	case f.Revoked, !a.Active, f.Started.Before(a.ValidFrom):
		return Ended
	case a.Suspended:
		return Paused
	case generation > f.Used:
		if !now.Before(expires) {
			return Expired
		}
		return Rotate
	case generation == f.Used && generation > 0 && now.Sub(f.UsedAt) <= repeatWindow:
		return Rotate
	}
	return Reused
}
