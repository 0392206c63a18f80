package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/services/activity/internal/shift"
)

const selectLocks = `SELECT a.from_at, a.until_at, a.approved_at FROM activity.hours_approval a
WHERE a.id_empresa = $1 AND a.user_id = $2 AND a.reopened_at IS NULL AND a.until_at > $3`

// readLocks returns the approved times of a user that last beyond an instant.
func readLocks(ctx context.Context, tx *sqlx.Tx, company, user string, from time.Time) (locks []shift.Lock, err error) {
	var rows []struct {
		From  time.Time `db:"from_at"`
		Until time.Time `db:"until_at"`
		Since time.Time `db:"approved_at"`
	}
	if err := tx.SelectContext(ctx, &rows, selectLocks, company, user, from); err != nil {
		return nil, fmt.Errorf("read approved hours: %w", err)
	}
	for _, r := range rows {
		locks = append(locks, shift.Lock{From: r.From.UTC(), Until: r.Until.UTC(), Since: r.Since.UTC()})
	}
	return locks, nil
}
