package keyring

import (
	"crypto/ed25519"
	"slices"
	"time"
)

// Key is one signing key. Its state follows from the time alone. It is next until SignsFrom, then active until a later
// key is active, then retired until every token it signed has expired.
type Key struct {
	ID        string
	SignsFrom time.Time
	Private   ed25519.PrivateKey
}

// Public is the public half of the key.
func (k Key) Public() ed25519.PublicKey { return k.Private.Public().(ed25519.PublicKey) }

// Schedule says how long keys live.
type Schedule struct {
	// Lifetime is how long a key signs.
	Lifetime time.Duration
	// Lead is how long a key is published before it signs. It must be long enough for every replica to load the key, for
	// caches to drop the JWKS without it, and for verifiers to look again.
	Lead time.Duration
	// TokenLifetime is how long a retired key is still needed.
	TokenLifetime time.Duration
}

// active returns the key that signs at an instant: the key that began to sign last.
func active(keys []Key, now time.Time) (Key, bool) {
	var found Key
	for _, k := range keys {
		if !k.SignsFrom.After(now) && (found.ID == "" || later(k, found)) {
			found = k
		}
	}
	return found, found.ID != ""
}

// later says whether a takes over from b. It also orders keys that begin at the same instant, so that all replicas
// agree.
func later(a, b Key) bool {
	return a.SignsFrom.After(b.SignsFrom) || a.SignsFrom.Equal(b.SignsFrom) && a.ID > b.ID
}

// nextFrom says whether a key has to be made now, and from when it signs. If there is no key yet, the first one signs at
// once.
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

// expired returns the keys whose tokens have all expired. It waits a minute longer than the tokens' lifetime, because
// clocks may disagree.
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
