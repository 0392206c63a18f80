// Package keyring keeps the Ed25519 keys that sign access tokens. The keys live in PostgreSQL, where only identity's
// worker role can read them. All replicas use the same keys.
//
// A key's state follows from the time (Key), so replicas need to agree on nothing but the rows. Each replica loads the
// rows again once a minute. The next key is published five minutes before it signs. That leaves a minute for the slowest
// replica to load it, a minute of Cache-Control, and time for verifiers to look again. So no verifier ever meets a token
// whose key it could not fetch. A retired key stays published until every token that it signed has expired. While the
// database is away, a replica goes on using the keys it loaded last.
package keyring

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
)

const reloadEvery = time.Minute

// ErrNoKey says that no key signs yet: identity has not finished its first start.
var ErrNoKey = errors.New("no signing key yet")

// Ring is one replica's view of the keys. It is safe for concurrent use and starts no goroutine.
type Ring struct {
	db       *db.DB
	wall     clock.Clock
	schedule Schedule
	log      *slog.Logger

	mu     sync.Mutex
	keys   []Key
	loaded time.Time
}

// NewRing returns a ring that loads the keys when they are first asked for.
func NewRing(d *db.DB, wall clock.Clock, s Schedule, log *slog.Logger) *Ring {
	return &Ring{db: d, wall: wall, schedule: s, log: log}
}

// Signing returns the key that signs now, or ErrNoKey.
func (r *Ring) Signing(ctx context.Context) (Key, error) {
	keys, err := r.current(ctx)
	if err != nil {
		return Key{}, err
	}
	if k, ok := active(keys, r.wall.Now()); ok {
		return k, nil
	}
	return Key{}, ErrNoKey
}

// Published returns every key whose tokens a verifier may meet, now or soon.
func (r *Ring) Published(ctx context.Context) ([]Key, error) { return r.current(ctx) }

// Tend makes the next key when it is time and drops the keys that are no longer needed. The first replica to come does
// the work, and the others find nothing to do.
func (r *Ring) Tend(ctx context.Context) error {
	return r.change(ctx, func(keys []Key, now time.Time) (time.Time, bool) { return r.schedule.nextFrom(keys, now) })
}

// Rotate makes a key that takes over as soon as it has been published long enough, however old the active key is. If
// there is a next key already, Rotate keeps it, and the new key comes after it.
func (r *Ring) Rotate(ctx context.Context) error {
	return r.change(ctx, func(_ []Key, now time.Time) (time.Time, bool) { return now.Add(r.schedule.Lead), true })
}

func (r *Ring) change(ctx context.Context, next func([]Key, time.Time) (time.Time, bool)) error {
	var keys []Key
	err := r.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		var err error
		if keys, err = readKeys(ctx, tx); err != nil {
			return err
		}
		now := r.wall.Now()
		if gone := r.schedule.expired(keys, now); len(gone) > 0 {
			if err := deleteKeys(ctx, tx, gone); err != nil {
				return err
			}
			r.log.Info("signing keys dropped", "keys", gone)
		}
		from, ok := next(keys, now)
		if !ok {
			return nil
		}
		k, err := newKey(from)
		if err != nil {
			return err
		}
		r.log.Info("signing key made", "key", k.ID, "signs_from", from)
		return insertKey(ctx, tx, k)
	})
	if err != nil {
		return fmt.Errorf("tend the signing keys: %w", err)
	}
	_, err = r.load(ctx)
	return err
}

func newKey(from time.Time) (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("make a signing key: %w", err)
	}
	return Key{ID: uuid.NewString(), SignsFrom: from, Private: private}, nil
}

// current returns keys that were read at most a minute ago. If they cannot be read now, it returns those read last.
func (r *Ring) current(ctx context.Context) ([]Key, error) {
	r.mu.Lock()
	keys, fresh := r.keys, r.wall.Now().Sub(r.loaded) < reloadEvery
	r.mu.Unlock()
	if fresh && len(keys) > 0 {
		return keys, nil
	}
	loaded, err := r.load(ctx)
	if err != nil && len(keys) > 0 {
		r.log.Warn("signing keys could not be read again", "error", err)
		return keys, nil
	}
	return loaded, err
}

func (r *Ring) load(ctx context.Context) (keys []Key, err error) {
	now := r.wall.Now()
	err = r.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		keys, err = readKeys(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load the signing keys: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.loaded = keys, now
	return keys, nil
}
