package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const pageOfCalls = `SELECT d.id, d.event, d.ref, d.body::text AS body, d.state, d.reason, d.status, d.took_ms, d.attempts, d.queued_at, d.done_at
FROM notifier.webhook_delivery d
WHERE d.id_empresa = $1 AND d.webhook_id = $2 AND ($3 = '' OR d.state = $3)
  AND ($4::timestamptz IS NULL OR (d.queued_at, d.id) < ($4, $5))
ORDER BY d.queued_at DESC, d.id DESC LIMIT $6`

// WebhookDelivery is a line of the log of a webhook's calls.
type WebhookDelivery struct {
	ID       string     `db:"id"`
	Event    string     `db:"event"`
	Ref      string     `db:"ref"`
	Body     string     `db:"body"`
	State    string     `db:"state"`
	Reason   string     `db:"reason"`
	Status   int        `db:"status"`
	TookMS   int        `db:"took_ms"`
	Attempts int        `db:"attempts"`
	QueuedAt time.Time  `db:"queued_at"`
	DoneAt   *time.Time `db:"done_at"`
}

// Deliveries returns calls of a webhook, the newest first, or ErrNoWebhook. A state selects those in it.
func (s *Store) Deliveries(ctx context.Context, company, id, state string, after Mark, limit int) (list []WebhookDelivery, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		if _, err := getWebhook(ctx, tx, selectWebhook, company, id); err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &list, pageOfCalls, company, id, state, after.At, after.ID, limit); err != nil {
			return fmt.Errorf("read calls: %w", err)
		}
		return nil
	})
	return list, err
}
