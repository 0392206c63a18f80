package keyring

import (
	"crypto/ed25519"
	"slices"
	"time"
)

// Key is one signing key. Its state is a matter of time alone: it is next until SignsFrom, then active until a later
// key is, then retired until every token it signed has ended.
type Key struct {
	ID        string
	SignsFrom time.Time
	Private   ed25519.PrivateKey
}

// Public is the part that everyone may have.
func (k Key) Public() ed25519.PublicKey { return k.Private.Public().(ed25519.PublicKey) }

// Schedule says how long keys live.
type Schedule struct {
	// Lifetime is how long a key signs.
	Lifetime time.Duration
	// Lead is how long a key is published before it signs: longer than a replica takes to load it, a cache to let go of
	// the JWKS without it, and verifiers to look again.
	Lead time.Duration
	// TokenLifetime is how long a retired key is still needed.
	TokenLifetime time.Duration
}

// active returns the key that signs at an instant: the latest that has begun.
func active(keys []Key, now time.Time) (Key, bool) {
	var found Key
	for _, k := range keys {
		if !k.SignsFrom.After(now) && (found.ID == "" || later(k, found)) {
			found = k
		}
	}
	return found, found.ID != ""
}

// later orders keys that begin at one instant too, so that all replicas agree.
func later(a, b Key) bool {
	return a.SignsFrom.After(b.SignsFrom) || a.SignsFrom.Equal(b.SignsFrom) && a.ID > b.ID
}

// nextFrom says whether a key has to be made now, and from when it signs. Without any the first one signs at once.
func (s Schedule) nextFrom(keys []Key, now time.Time) (time.Time, bool) {
	current, ok := active(keys, now)
	if !ok {
		if slices.ContainsFunc(keys, func(k Key) bool { return k.SignsFrom.After(now) }) {
			return time.Time{}, false // a clock behind: the key that another replica just made begins in a moment
		}
		return now, true
	}
	for _, k := range keys {
		if k.SignsFrom.After(now) {
			return time.Time{}, false
		}
	}
	if due := current.SignsFrom.Add(s.Lifetime); now.Before(due.Add(-s.Lead)) {
		return time.Time{}, false
	} else if due.After(now.Add(s.Lead)) {
		return due, true
	}
	return now.Add(s.Lead), true
}

// expired returns the keys of which no token can be good any more. A minute more than the tokens' lifetime covers
// clocks that disagree.
func (s Schedule) expired(keys []Key, now time.Time) []string {
	current, ok := active(keys, now)
	if !ok {
		return nil
	}
	var ids []string
	for _, k := range keys {
		if !later(current, k) {
			continue
		}
		successor := current.SignsFrom
		for _, other := range keys {
			if later(other, k) && other.SignsFrom.Before(successor) {
				successor = other.SignsFrom
			}
		}
		if now.After(successor.Add(s.TokenLifetime + time.Minute)) {
			ids = append(ids, k.ID)
		}
	}
	return ids
}
