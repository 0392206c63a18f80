package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	deleteOldSilences = `DELETE FROM inactivity.silence WHERE ctid IN (SELECT s.ctid FROM inactivity.silence s WHERE s.ended_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`
	deleteOldStates   = `DELETE FROM inactivity.device_state WHERE ctid IN (SELECT s.ctid FROM inactivity.device_state s WHERE s.received_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`
)

// Prune removes silences that ended, and states that were received, before an instant. Each statement removes at most limit rows. It
// returns the most that one of them removed: if that is less than limit, nothing is left.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (most int64, err error) {
	for _, statement := range []string{deleteOldSilences, deleteOldStates} {
		err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
			result, err := tx.ExecContext(ctx, statement, before, limit)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			most = max(most, n)
			return err
		})
		if err != nil {
			return most, fmt.Errorf("remove old silences and states: %w", err)
		}
	}
	return most, nil
}
