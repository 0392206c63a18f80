// Package throttle slows down guessing. Attempts are counted in PostgreSQL, so that all replicas count together and a
// restart forgets nothing. What is counted is named by a hash: nobody reads logins or addresses from the table.
//
// An attempt is counted before its password is checked and taken back after it proved right: any number of guesses at
// once cannot pass as one. While somebody waits, further attempts are refused and not counted, so that the time to wait
// is the one that was told; they write nothing. Everything is wall time, of the replica that asks.
//
// Guesses are counted by login and place. What others can exhaust (a login from everywhere, a place for all logins) does
// not hold up an account at a place where it has signed in before: no stranger keeps somebody out of their office.
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

// NewGuard returns a guard on the service's database.
func NewGuard(d *db.DB, wall clock.Clock) *Guard { return &Guard{db: d, wall: wall} }

const (
	// maxCounters is how many counters a sweep leaves.
	maxCounters = 200_000
	// maxPlaces is how many places of an account are kept.
	maxPlaces = 16
	// placeLifetime is how long a place is kept after the last success there.
	placeLifetime = 180 * 24 * time.Hour
)

// errRefused rolls a refused attempt back.
var errRefused = errors.New("an attempt has to wait")

// Attempt counts an attempt for every key, or for none and returns how long to wait, when one of them has to.
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
		wait = longest(counters, g.wall.Now())
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

// Known says of each account whether it has signed in at the place before.
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

// Remember keeps that an account has signed in at the place.
func (g *Guard) Remember(ctx context.Context, at Place, account Target) error {
	key, owner := hash(account.hash, at.near), hash(account.hash)
	return g.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return writePlace(ctx, tx, key[:], owner[:], g.wall.Now()) })
}

// Succeed forgets the failures of a login at its place and takes the attempt back from what it shares with others.
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

// Undo takes an attempt back that came to nothing.
func (g *Guard) Undo(ctx context.Context, keys ...Key) error {
	keys = inOrder(keys)
	return g.each(ctx, keys, func(counters []Counter, now time.Time) []Counter {
		for i, k := range keys {
			counters[i] = k.limit.Refund(counters[i], now)
		}
		return counters
	})
}

// Sweep deletes the counters and places that no longer matter, and counters beyond the bound.
func (g *Guard) Sweep(ctx context.Context) error {
	return g.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return sweep(ctx, tx, g.wall.Now()) })
}

// inOrder is how keys are locked, so that two attempts with keys in common cannot wait for each other.
func inOrder(keys []Key) []Key {
	return slices.SortedFunc(slices.Values(keys), func(a, b Key) int { return bytes.Compare(a.hash[:], b.hash[:]) })
}

// each gives the keys' counters to fn under lock and writes back what it returns; nil is errRefused, and nothing is written.
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
