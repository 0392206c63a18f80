package throttle

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// The update changes nothing: it makes the row there and locks it, new or old.
	lockCounter = `INSERT INTO identity.login_attempt AS a (key, level, at) VALUES ($1, 0, $2)
ON CONFLICT (key) DO UPDATE SET level = a.level RETURNING level, at`
	writeCounter   = `UPDATE identity.login_attempt SET level = $2, at = $3 WHERE key = $1`
	deleteCounters = `DELETE FROM identity.login_attempt WHERE at < $1`
)

func lock(ctx context.Context, tx *sqlx.Tx, k Key, now time.Time) (Counter, error) {
	var c Counter
	if err := tx.QueryRowContext(ctx, lockCounter, k.hash[:], now).Scan(&c.Level, &c.At); err != nil {
		return Counter{}, fmt.Errorf("lock a counter: %w", err)
	}
	return c, nil
}

func write(ctx context.Context, tx *sqlx.Tx, k Key, c Counter) error {
	if _, err := tx.ExecContext(ctx, writeCounter, k.hash[:], c.Level, c.At); err != nil {
		return fmt.Errorf("write a counter: %w", err)
	}
	return nil
}

func deleteBefore(ctx context.Context, tx *sqlx.Tx, at time.Time) error {
	if _, err := tx.ExecContext(ctx, deleteCounters, at); err != nil {
		return fmt.Errorf("sweep counters: %w", err)
	}
	return nil
}
