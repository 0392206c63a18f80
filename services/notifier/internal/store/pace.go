package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// OnTheWay is how many pushes of a company may be on their way in each lane. Others are held until some of those have ended. So a
// company with many pushes, calls for help too, delays those of another by no more than these, in the outbox and in the stream.
const OnTheWay = 1000

const (
	// What is tried again delays nobody, but each push that waits for that takes one of the places that the stream has for all companies, so
	// a company may have four times as many of them. What has been on its way for ten minutes may have been lost.
	countRoom = `SELECT greatest(least($2 - count(*) FILTER (WHERE d.attempts = 0), 4 * $2 - count(*)), 0) FROM (
    SELECT d.attempts FROM notifier.delivery d
    WHERE d.id_empresa = $1 AND d.urgent = $3 AND d.state = 'queued' AND d.released_at > now() - interval '10 minutes' LIMIT 5 * $2) d`
	selectRoom = `SELECT CASE WHEN EXISTS (SELECT FROM notifier.delivery h WHERE h.id_empresa = $1 AND h.urgent = $3 AND h.state = 'queued' AND h.released_at IS NULL) THEN 0
    ELSE (` + countRoom + `) END`

	// It reads one row of each company, however many are held.
	selectHolding = `WITH RECURSIVE c AS (
    (SELECT d.id_empresa FROM notifier.delivery d WHERE d.state = 'queued' AND d.released_at IS NULL ORDER BY d.id_empresa LIMIT 1)
    UNION ALL
    SELECT (SELECT d.id_empresa FROM notifier.delivery d WHERE d.state = 'queued' AND d.released_at IS NULL AND d.id_empresa > c.id_empresa
        ORDER BY d.id_empresa LIMIT 1) FROM c WHERE c.id_empresa IS NOT NULL
) SELECT c.id_empresa FROM c WHERE c.id_empresa IS NOT NULL`

	releasePushes = `UPDATE notifier.delivery d SET released_at = now() FROM (
    SELECT h.notification_id, h.token_id FROM notifier.delivery h WHERE h.id_empresa = $1 AND h.urgent = $3 AND h.state = 'queued' AND h.released_at IS NULL
    ORDER BY h.queued_at, h.notification_id, h.token_id LIMIT (` + countRoom + `) FOR UPDATE SKIP LOCKED) h
WHERE d.id_empresa = $1 AND d.notification_id = h.notification_id AND d.token_id = h.token_id RETURNING d.notification_id, d.token_id`

	expirePushes = `UPDATE notifier.delivery d SET state = 'expired', reason = CASE d.reason WHEN '' THEN 'not_sent' ELSE d.reason END, done_at = $1
FROM (SELECT q.id_empresa, q.notification_id, q.token_id FROM notifier.delivery q
    JOIN notifier.notification n ON n.id_empresa = q.id_empresa AND n.id = q.notification_id
    WHERE q.state = 'queued' AND n.useful_until < $2 LIMIT $3 FOR UPDATE OF q SKIP LOCKED) q
WHERE d.id_empresa = q.id_empresa AND d.notification_id = q.notification_id AND d.token_id = q.token_id`
)

// room is how many pushes may go on their way in a lane now. It is 0 while some are held, so that none overtakes them.
func room(ctx context.Context, ch *change.Change, urgent bool) (n int, err error) {
	if err := ch.Tx.GetContext(ctx, &n, selectRoom, ch.Company, OnTheWay, urgent); err != nil {
		return 0, fmt.Errorf("count the pushes on their way: %w", err)
	}
	return n, nil
}

// ReleasePushes gives held pushes to their stream, of each company as many as there is room for. A company that fails keeps no other
// waiting. Any number of replicas may call it.
func (s *Store) ReleasePushes(ctx context.Context) error {
	var companies []string
	if err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &companies, selectHolding) }); err != nil {
		return fmt.Errorf("read whose pushes are held: %w", err)
	}
	var failed []error
	for _, company := range companies {
		if err := s.releaseOf(ctx, company); err != nil {
			failed = append(failed, fmt.Errorf("release pushes of %s: %w", company, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Store) releaseOf(ctx context.Context, company string) error {
	return s.changes.AsWorkerFor(ctx, company, "push", func(ch *change.Change) error {
		for _, urgent := range []bool{true, false} {
			var released []struct {
				Notification string `db:"notification_id"`
				Token        string `db:"token_id"`
			}
			if err := ch.Tx.SelectContext(ctx, &released, releasePushes, company, OnTheWay, urgent); err != nil {
				return err
			}
			for _, r := range released {
				if err := emitPush(ch, urgent, r.Notification, r.Token); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func emitPush(ch *change.Change, urgent bool, notification, token string) error {
	event := "push"
	if urgent {
		event = "urgente"
	}
	return ch.Emit("notificacion", event, token, audience.Audience{}, &terrenov1.Push{NotificationId: notification, TokenId: token})
}

// ExpirePushes ends at most limit pushes that wait although their time was over before an instant, and returns how many. They are held,
// or their message was lost, or is a dead letter.
func (s *Store) ExpirePushes(ctx context.Context, now, before time.Time, limit int) (int64, error) {
	return s.drop(ctx, expirePushes, now, before, limit)
}
