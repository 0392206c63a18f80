// Package throttle slows down guessing. Attempts are counted in PostgreSQL, so that all replicas count together and a
// restart forgets nothing. What is counted is named by a hash: nobody reads logins or addresses from the table.
//
// An attempt is counted before its password is checked and taken back after it proved right: any number of guesses at
// once cannot pass as one. While somebody waits, further attempts are refused and not counted, so that the time to wait
// is the one that was told. Everything is wall time, of the replica that asks.
package throttle

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

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

// Attempt counts an attempt for every key, or for none and returns how long to wait, when one of them has to.
func (g *Guard) Attempt(ctx context.Context, keys ...Key) (wait time.Duration, err error) {
	keys = inOrder(keys)
	err = g.each(ctx, keys, func(counters []Counter, now time.Time) []Counter {
		wait = 0
		for i, k := range keys {
			wait = max(wait, k.limit.Wait(counters[i], now))
		}
		if wait > 0 {
			return nil
		}
		for i, k := range keys {
			counters[i] = k.limit.Count(counters[i], now)
		}
		return counters
	})
	return wait, err
}

// Succeed forgets the failures of an account and takes the attempt back from its address.
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

// Sweep deletes the counters that no longer matter.
func (g *Guard) Sweep(ctx context.Context) error {
	before := g.wall.Now().Add(-24 * time.Hour)
	return g.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return deleteBefore(ctx, tx, before) })
}

// inOrder is how keys are locked, so that two attempts with keys in common cannot wait for each other.
func inOrder(keys []Key) []Key {
	return slices.SortedFunc(slices.Values(keys), func(a, b Key) int { return bytes.Compare(a.hash[:], b.hash[:]) })
}

// each gives the keys' counters to fn under lock and writes back what it returns; nil writes nothing.
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
		for i, c := range fn(counters, now) {
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
