package keyring

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	lockSQL   = `SELECT pg_advisory_xact_lock(hashtextextended('identity.signing_key', 0))`
	readSQL   = `SELECT id, signs_from, private FROM identity.signing_key ORDER BY signs_from, id`
	insertSQL = `INSERT INTO identity.signing_key (id, signs_from, private) VALUES ($1, $2, $3)`
	deleteSQL = `DELETE FROM identity.signing_key WHERE id = ANY($1)`
)

func lockKeys(ctx context.Context, tx *sqlx.Tx) error {
	if _, err := tx.ExecContext(ctx, lockSQL); err != nil {
		return fmt.Errorf("lock signing keys: %w", err)
	}
	return nil
}

func readKeys(ctx context.Context, tx *sqlx.Tx) ([]Key, error) {
	var rows []struct {
		ID        string    `db:"id"`
		SignsFrom time.Time `db:"signs_from"`
		Private   []byte    `db:"private"`
	}
	if err := tx.SelectContext(ctx, &rows, readSQL); err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys := make([]Key, len(rows))
	for i, row := range rows {
		if len(row.Private) != ed25519.SeedSize {
			return nil, fmt.Errorf("signing key %s has %d bytes, not %d", row.ID, len(row.Private), ed25519.SeedSize)
		}
		keys[i] = Key{ID: row.ID, SignsFrom: row.SignsFrom.UTC(), Private: ed25519.NewKeyFromSeed(row.Private)}
	}
	return keys, nil
}

func insertKey(ctx context.Context, tx *sqlx.Tx, k Key) error {
	if _, err := tx.ExecContext(ctx, insertSQL, k.ID, k.SignsFrom, k.Private.Seed()); err != nil {
		return fmt.Errorf("insert signing key: %w", err)
	}
	return nil
}

func deleteKeys(ctx context.Context, tx *sqlx.Tx, ids []string) error {
	if _, err := tx.ExecContext(ctx, deleteSQL, pq.Array(ids)); err != nil {
		return fmt.Errorf("delete signing keys: %w", err)
	}
	return nil
}
