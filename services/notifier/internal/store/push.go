package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	// A token that moved to another person since is not the notification's any more. Nor is one that came with an access token which is
	// refused by now, although internal/devices may not have removed it yet.
	selectPushes = `SELECT k.n, d.state, d.reason, d.attempts, o.kind, o.ref, o.title, o.body, o.useful_until,
    o.read_at IS NOT NULL OR o.opened_at IS NOT NULL AS seen, coalesce(c.suspended, false) AS suspended, coalesce(u.active, false) AS active,
    coalesce(t.token, '') AS token
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k(id_empresa, notification_id, token_id, n)
JOIN notifier.delivery d ON d.id_empresa = k.id_empresa AND d.notification_id = k.notification_id AND d.token_id = k.token_id
JOIN notifier.notification o ON o.id_empresa = k.id_empresa AND o.id = k.notification_id
LEFT JOIN identity.v_directory_companies c ON c.id = k.id_empresa
LEFT JOIN identity.v_directory_users u ON u.id_empresa = k.id_empresa AND u.id = o.user_id
LEFT JOIN notifier.push_token t ON t.id_empresa = k.id_empresa AND t.id = k.token_id AND t.user_id = o.user_id
    AND t.seen_at >= date_trunc('milliseconds', u.tokens_valid_from)`

	// What was sent stays sent: another process may have sent it while this one was thought dead.
	updatePushes = `UPDATE notifier.delivery AS d SET state = r.state, reason = r.reason, attempts = r.attempts, done_at = r.done_at, message_id = r.message_id
FROM json_to_recordset($1::json) AS r(id_empresa text, notification_id text, token_id text, state text, reason text, attempts integer, done_at timestamptz, message_id text)
WHERE d.id_empresa = r.id_empresa AND d.notification_id = r.notification_id AND d.token_id = r.token_id AND d.state <> 'sent'`

	deleteTokens = `DELETE FROM notifier.push_token t USING unnest($1::text[], $2::text[]) AS k(id_empresa, id)
WHERE t.id_empresa = k.id_empresa AND t.id = k.id`
)

// States of a delivery.
const (
	DeliveryQueued  = "queued"
	DeliverySent    = "sent"
	DeliveryFailed  = "failed"
	DeliverySkipped = "skipped"
	DeliveryExpired = "expired"
)

// PushKey names a push: one notification on its way to one device.
type PushKey struct {
	Company      string `json:"id_empresa"`
	Notification string `json:"notification_id"`
	// Token is the id of the device's token.
	Token string `json:"token_id"`
}

// Push is a push as it stands now.
type Push struct {
	State, Reason          string
	Attempts               int
	Kind, Ref, Title, Body string
	UsefulUntil            time.Time `db:"useful_until"`
	// Seen says that its person has read the notification already.
	Seen bool
	// Suspended says that the company is, and Active that the person still belongs to it.
	Suspended, Active bool
	// Token is the device's, or empty when the person has lost the device.
	Token string

	wishes wishes
}

// PushResult is what becomes of a push.
type PushResult struct {
	PushKey
	State  string `json:"state"`
	Reason string `json:"reason"`
	// Attempts are the sends so far that count.
	Attempts int `json:"attempts"`
	// DoneAt is when it ended, by domain time, or nil while it goes on.
	DoneAt *time.Time `json:"done_at"`
	// MessageID is FCM's name for it.
	MessageID string `json:"message_id"`
	// DropToken says that the token is of no use any more.
	DropToken bool `json:"-"`
}

// Pushes reads pushes of any companies, in the order of the keys. A push that is gone is nil.
func (s *Store) Pushes(ctx context.Context, keys []PushKey) ([]*Push, error) {
	companies, notifications, tokens := make([]string, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		companies[i], notifications[i], tokens[i] = k.Company, k.Notification, k.Token
	}
	var rows []struct {
		N int
		Push
	}
	pushes := make([]*Push, len(keys))
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(ctx, &rows, selectPushes, pq.Array(companies), pq.Array(notifications), pq.Array(tokens)); err != nil {
			return err
		}
		for i, r := range rows {
			pushes[r.N-1] = &rows[i].Push
		}
		return addWishes(ctx, tx, companies, notifications, pushes)
	})
	if err != nil {
		return nil, fmt.Errorf("read pushes: %w", err)
	}
	return pushes, nil
}

// EndPushes writes what became of pushes of any companies, and drops the tokens that are of no use.
func (s *Store) EndPushes(ctx context.Context, results []PushResult) error {
	list, err := json.Marshal(results)
	if err != nil {
		return fmt.Errorf("encode what became of pushes: %w", err)
	}
	var companies, tokens []string
	for _, r := range results {
		if r.DropToken {
			companies, tokens = append(companies, r.Company), append(tokens, r.Token)
		}
	}
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, updatePushes, string(list)); err != nil {
			return err
		}
		if len(tokens) == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, deleteTokens, pq.Array(companies), pq.Array(tokens))
		return err
	})
	if err != nil {
		return fmt.Errorf("write what became of pushes: %w", err)
	}
	return nil
}
