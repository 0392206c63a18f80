// Package throttle slows down password guessing. It counts attempts in PostgreSQL, so that all replicas count together
// and a restart forgets nothing. A hash names each counter, so nobody can read logins or addresses from the table.
//
// The guard counts an attempt before the password is checked, and takes it back when the password proves right. So any
// number of guesses at once cannot pass as one. While a client has to wait, the guard refuses further attempts without
// counting them. They write nothing, and the wait stays as long as the client was told. All times are wall time of the
// replica that handles the attempt.
//
// The guard counts guesses by login and by place. Strangers can exhaust some counters: those of a login from everywhere
// and of a place for all logins. These do not hold up an account at a place where it has signed in before, so no
// stranger can keep people out at their own office.
package throttle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
)

// Guard counts attempts.
type Guard struct {
	db   *db.DB
	wall clock.Clock
}

// WaitError says how long somebody must wait before the next attempt.
type WaitError struct{ Wait time.Duration }

func (e *WaitError) Error() string { return fmt.Sprintf("throttled for %v", e.Wait) }

// NewGuard returns a guard on the service's database.
func NewGuard(d *db.DB, wall clock.Clock) *Guard { return &Guard{db: d, wall: wall} }

const (
	// maxCounters is how many counters a sweep leaves. Until the next sweep the table grows by at most what the passwords
	// of a minute write: every attempt that counts hashes one (password.Hasher), and writes 8 counters at most for each.
	maxCounters = 200_000
	// SweepEvery is how often to call Sweep.
	SweepEvery = time.Minute
	// maxPlaces is how many places of an account are kept.
	maxPlaces = 16
	// placeLifetime is how long a place is kept after the last success there.
	placeLifetime = 180 * 24 * time.Hour
)

// errRefused rolls back the transaction of a refused attempt.
var errRefused = errors.New("an attempt has to wait")

// Attempt counts an attempt for every key. When one of the keys has to wait, it counts nothing and returns the longest
// wait.
func (g *Guard) Attempt(ctx context.Context, keys ...Key) (wait time.Duration, err error) {
	keys = inOrder(keys)
	longest := func(counters []Counter, now time.Time) (wait time.Duration) {
		for i, k := range keys {
			wait = max(wait, k.limit.Wait(counters[i], now))
		}
		return wait
	}
	err = g.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		counters, err := read(ctx, tx, keys)
		if err == nil {
			wait = longest(counters, g.wall.Now())
		}
		return err
	})
	if err != nil || wait > 0 {
		return wait, err
	}
	err = g.each(ctx, keys, func(counters []Counter, now time.Time) []Counter {
		if wait = longest(counters, now); wait > 0 {
			return nil
		}
		for i, k := range keys {
			counters[i] = k.limit.Count(counters[i], now)
		}
		return counters
	})
	if errors.Is(err, errRefused) {
		err = nil
	}
	return wait, err
}

// Known says for each account whether it has signed in at the place before.
func (g *Guard) Known(ctx context.Context, at Place, accounts ...Target) ([]bool, error) {
	keys := make(pq.ByteaArray, len(accounts))
	for i, a := range accounts {
		sum := hash(a.hash, at.near)
		keys[i] = sum[:]
	}
	known := make([]bool, len(accounts))
	err := g.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		found, err := readPlaces(ctx, tx, keys, g.wall.Now().Add(-placeLifetime))
		for i := range keys {
			known[i] = slices.ContainsFunc(found, func(key []byte) bool { return bytes.Equal(key, keys[i]) })
		}
		return err
	})
	return known, err
}

// Remember records that an account has signed in at the place.
func (g *Guard) Remember(ctx context.Context, at Place, account Target) error {
	key, owner := hash(account.hash, at.near), hash(account.hash)
	return g.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return writePlace(ctx, tx, key[:], owner[:], g.wall.Now()) })
}

// Succeed forgets the failures of a login at its place. From the counters that the login shares with others, it takes
// back this attempt only.
func (g *Guard) Succeed(ctx context.Context, keys ...Key) error {
	keys = inOrder(keys)
	return g.each(ctx, keys, func(counters []Counter, now time.Time) []Counter {
		for i, k := range keys {
			if k.kept {
				counters[i] = k.limit.Refund(counters[i], now)
			} else {
				counters[i] = Counter{At: now}
			}
		}
		return counters
	})
}

// Undo takes back an attempt that ended without a verdict on the password.
func (g *Guard) Undo(ctx context.Context, keys ...Key) error {
	keys = inOrder(keys)
	return g.each(ctx, keys, func(counters []Counter, now time.Time) []Counter {
		for i, k := range keys {
			counters[i] = k.limit.Refund(counters[i], now)
		}
		return counters
	})
}

// Sweep deletes the counters and places that no longer matter, and the counters beyond maxCounters.
func (g *Guard) Sweep(ctx context.Context) error {
	return g.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return sweep(ctx, tx, g.wall.Now()) })
}

// inOrder sorts keys into the order in which they are locked, so that two attempts with keys in common cannot deadlock.
func inOrder(keys []Key) []Key {
	return slices.SortedFunc(slices.Values(keys), func(a, b Key) int { return bytes.Compare(a.hash[:], b.hash[:]) })
}

// each locks the keys' counters, passes them to fn and writes back what fn returns. When fn returns nil, each writes
// nothing and returns errRefused.
func (g *Guard) each(ctx context.Context, keys []Key, fn func([]Counter, time.Time) []Counter) error {
	err := g.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		now := g.wall.Now()
		counters := make([]Counter, len(keys))
		for i, k := range keys {
			c, err := lock(ctx, tx, k, now)
			if err != nil {
				return err
			}
			counters[i] = c
		}
		after := fn(counters, now)
		if after == nil {
			return errRefused
		}
		for i, c := range after {
			if err := write(ctx, tx, keys[i], c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count attempts: %w", err)
	}
	return nil
}
