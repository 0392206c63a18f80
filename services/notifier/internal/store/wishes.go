package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/services/notifier/internal/notice"
)

const selectWishes = `SELECT k.n, p.off, p.quiet_from, p.quiet_until, coalesce(c.zone, '') AS zone
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(id_empresa, notification_id, n)
JOIN notifier.notification o ON o.id_empresa = k.id_empresa AND o.id = k.notification_id
JOIN notifier.preference p ON p.id_empresa = o.id_empresa AND p.user_id = o.user_id
LEFT JOIN identity.v_directory_companies c ON c.id = k.id_empresa`

// wishes are what a person wants, and the time zone of its company. zone is nil for a person who decided nothing.
type wishes struct {
	notice.Preferences
	zone *time.Location
}

// Skips returns why a push that waited is not sent at an instant, or an empty text: its person may have turned the kind off meanwhile, or
// it may be a quiet hour by now.
func (p *Push) Skips(at time.Time, urgent bool) string {
	if p.wishes.zone == nil {
		return ""
	}
	return p.wishes.Skips(notice.Notice{Kind: p.Kind, Urgent: urgent}, at, p.wishes.zone)
}

// addWishes adds to pushes what their people want. A push that is gone is nil.
func addWishes(ctx context.Context, tx *sqlx.Tx, companies, notifications []string, pushes []*Push) error {
	var rows []struct {
		N int
		recipient
	}
	if err := tx.SelectContext(ctx, &rows, selectWishes, pq.Array(companies), pq.Array(notifications)); err != nil {
		return fmt.Errorf("read what people want to be told: %w", err)
	}
	for _, r := range rows {
		if p := pushes[r.N-1]; p != nil {
			p.wishes = wishes{r.preferences(), zoneOf(r.Zone)}
		}
	}
	return nil
}
