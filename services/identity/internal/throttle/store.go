package throttle

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	readCounters = `SELECT key, level, at FROM identity.login_attempt WHERE key = ANY($1)`
	// The update changes no value. With it the statement locks the row whether it was there or is new.
	lockCounter = `INSERT INTO identity.login_attempt AS a (key, level, at, until) VALUES ($1, 0, $2, $2)
ON CONFLICT (key) DO UPDATE SET level = a.level RETURNING level, at`
	writeCounter  = `UPDATE identity.login_attempt SET level = $2, at = $3, until = $4 WHERE key = $1`
	deleteCounter = `DELETE FROM identity.login_attempt WHERE key = $1`
	// The rows that matter longest stay. An attacker who floods the table with new logins pushes out only their own
	// rows. A sweep skips the rows that an attempt holds: it would lock them in another order, and the two could deadlock.
	deleteCounters = `DELETE FROM identity.login_attempt WHERE key IN (SELECT key FROM identity.login_attempt
WHERE until < $1 OR key IN (SELECT key FROM identity.login_attempt ORDER BY until DESC OFFSET $2) FOR UPDATE SKIP LOCKED)`

	knownPlaces = `SELECT key FROM identity.login_place WHERE key = ANY($1) AND at > $2`
	insertPlace = `INSERT INTO identity.login_place (key, account, at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET at = $3`
	// The newest places of each account stay.
	dropPlaces   = `DELETE FROM identity.login_place WHERE key IN (SELECT key FROM identity.login_place WHERE account = $1 ORDER BY at DESC OFFSET $2)`
	deletePlaces = `DELETE FROM identity.login_place WHERE at < $1`
)

func read(ctx context.Context, tx *sqlx.Tx, keys []Key) ([]Counter, error) {
	hashes := make(pq.ByteaArray, len(keys))
	for i, k := range keys {
		hashes[i] = k.hash[:]
	}
	var rows []struct {
		Key   []byte    `db:"key"`
		Level float64   `db:"level"`
		At    time.Time `db:"at"`
	}
	if err := tx.SelectContext(ctx, &rows, readCounters, hashes); err != nil {
		return nil, fmt.Errorf("read counters: %w", err)
	}
	counters := make([]Counter, len(keys))
	for i, k := range keys {
		for _, row := range rows {
			if string(row.Key) == string(k.hash[:]) {
				counters[i] = Counter{Level: row.Level, At: row.At}
			}
		}
	}
	return counters, nil
}

func lock(ctx context.Context, tx *sqlx.Tx, k Key, now time.Time) (Counter, error) {
	var c Counter
	if err := tx.QueryRowContext(ctx, lockCounter, k.hash[:], now).Scan(&c.Level, &c.At); err != nil {
		return Counter{}, fmt.Errorf("lock a counter: %w", err)
	}
	return c, nil
}

func write(ctx context.Context, tx *sqlx.Tx, k Key, c Counter) error {
	query, args := writeCounter, []any{k.hash[:], c.Level, c.At, k.limit.Forgotten(c)}
	if c.Level <= 0 {
		query, args = deleteCounter, args[:1]
	}
	if _, err := tx.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("write a counter: %w", err)
	}
	return nil
}

func sweep(ctx context.Context, tx *sqlx.Tx, now time.Time) error {
	if _, err := tx.ExecContext(ctx, deleteCounters, now, maxCounters); err != nil {
		return fmt.Errorf("sweep counters: %w", err)
	}
	if _, err := tx.ExecContext(ctx, deletePlaces, now.Add(-placeLifetime)); err != nil {
		return fmt.Errorf("sweep places: %w", err)
	}
	return nil
}

func readPlaces(ctx context.Context, tx *sqlx.Tx, keys pq.ByteaArray, since time.Time) (known [][]byte, err error) {
	if err := tx.SelectContext(ctx, &known, knownPlaces, keys, since); err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	return known, nil
}

func writePlace(ctx context.Context, tx *sqlx.Tx, key, account []byte, now time.Time) error {
	if _, err := tx.ExecContext(ctx, insertPlace, key, account, now); err != nil {
		return fmt.Errorf("keep a place: %w", err)
	}
	if _, err := tx.ExecContext(ctx, dropPlaces, account, maxPlaces); err != nil {
		return fmt.Errorf("drop old places: %w", err)
	}
	return nil
}
