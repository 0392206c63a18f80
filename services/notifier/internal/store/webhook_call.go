package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	// $4 is how many may wait: the count ends there. Nobody removes a webhook between this and the calls that are queued for it.
	selectWanting = `SELECT w.id, (SELECT count(*) FROM (SELECT 1 FROM notifier.webhook_delivery d
    WHERE d.id_empresa = w.id_empresa AND d.webhook_id = w.id AND d.queued_at > $3 AND d.state = 'queued' LIMIT $4) q) AS waiting
FROM notifier.webhook w WHERE w.id_empresa = $1 AND w.active AND (w.events = '{}' OR $2 = ANY (w.events)) ORDER BY w.id FOR KEY SHARE OF w`
	insertCall = `INSERT INTO notifier.webhook_delivery (id_empresa, id, webhook_id, event, ref, body, state, reason, queued_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	selectCall = `SELECT d.id, d.webhook_id, d.event, d.body::text AS body, d.state, d.attempts, d.queued_at, w.url, w.secret, w.old_secret, w.old_secret_until, w.active
FROM notifier.webhook_delivery d JOIN notifier.webhook w ON w.id_empresa = d.id_empresa AND w.id = d.webhook_id
WHERE d.id_empresa = $1 AND d.id = $2`
	updateCall = `UPDATE notifier.webhook_delivery SET state = $3, reason = $4, status = $5, took_ms = $6, attempts = attempts + $7, done_at = $8
WHERE id_empresa = $1 AND id = $2 AND state <> 'sent'`
	// Most calls work, and then nothing about the webhook is written.
	webhookWorks = `UPDATE notifier.webhook SET failing_since = NULL WHERE id_empresa = $1 AND id = $2 AND failing_since IS NOT NULL`
	webhookFails = `UPDATE notifier.webhook SET failing_since = $3 WHERE id_empresa = $1 AND id = $2 AND failing_since IS NULL`
	webhookOff   = `UPDATE notifier.webhook SET active = false, off_reason = $4, version = version + 1
WHERE id_empresa = $1 AND id = $2 AND active AND failing_since <= $3 RETURNING name`
	selectAdmins = `SELECT u.id FROM identity.v_users u WHERE u.id_empresa = $1 AND u.role = 'admin' AND u.active ORDER BY u.id`

	deleteOldCalls = `DELETE FROM notifier.webhook_delivery WHERE ctid IN (
    SELECT d.ctid FROM notifier.webhook_delivery d WHERE d.queued_at < $1 ORDER BY d.queued_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
)

// Call is a call of a webhook that is to be made.
type Call struct {
	ID             string     `db:"id"`
	Webhook        string     `db:"webhook_id"`
	Event          string     `db:"event"`
	Body           string     `db:"body"`
	State          string     `db:"state"`
	Attempts       int        `db:"attempts"`
	QueuedAt       time.Time  `db:"queued_at"`
	URL            string     `db:"url"`
	Secret         string     `db:"secret"`
	OldSecret      string     `db:"old_secret"`
	OldSecretUntil *time.Time `db:"old_secret_until"`
	Active         bool       `db:"active"`
}

// States of a call.
const (
	CallQueued  = "queued"
	CallSent    = "sent"
	CallFailed  = "failed"
	CallExpired = "expired"
)

// CallWebhooks queues a call to each webhook of the change's company that wants an event. ref is what the event is about, such as
// alert/ID. body is JSON, a message of terreno.v1 or anything that encoding/json knows.
func (s *Store) CallWebhooks(ctx context.Context, ch *change.Change, event, ref string, body any) error {
	return callWebhooks(ctx, ch, event, ref, body)
}

func callWebhooks(ctx context.Context, ch *change.Change, event, ref string, body any) error {
	if !webhook.Known(event) {
		return fmt.Errorf("webhooks are told of no event %q", event)
	}
	var wanting []struct {
		ID      string `db:"id"`
		Waiting int    `db:"waiting"`
	}
	if err := ch.Tx.SelectContext(ctx, &wanting, selectWanting, ch.Company, event, ch.At.Add(-webhook.UsefulFor), webhook.MaxQueued); err != nil {
		return fmt.Errorf("read which webhooks want %s: %w", event, err)
	}
	if len(wanting) == 0 {
		return nil
	}
	data, err := encode(body)
	if err != nil {
		return fmt.Errorf("encode the data of %s: %w", event, err)
	}
	for _, w := range wanting {
		if _, err := queueCall(ctx, ch, w.ID, event, ref, data, w.Waiting >= webhook.MaxQueued); err != nil {
			return err
		}
	}
	return nil
}

func encode(body any) (json.RawMessage, error) {
	if m, ok := body.(proto.Message); ok {
		return clientjson.Marshal(m)
	}
	return json.Marshal(body)
}

// queueCall writes a call and sends it on its way, unless too many wait for the same webhook: then it only stands in the log.
func queueCall(ctx context.Context, ch *change.Change, hook, event, ref string, data json.RawMessage, full bool) (id string, err error) {
	made, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	id = made.String()
	body, err := webhook.Body(id, event, ch.Company, ref, ch.At, data)
	if err != nil {
		return "", err
	}
	state, reason := CallQueued, ""
	var done *time.Time
	if full {
		state, reason, done = CallFailed, webhook.ReasonBacklog, &ch.At
	}
	if _, err := ch.Tx.ExecContext(ctx, insertCall, ch.Company, id, hook, event, ref, string(body), state, reason, ch.At, done); err != nil {
		return "", fmt.Errorf("queue a call: %w", err)
	}
	if full {
		return id, nil
	}
	return id, ch.Emit("notificacion", "webhook", hook, audience.Audience{}, &terrenov1.WebhookCall{WebhookId: hook, DeliveryId: id})
}

// TestWebhook queues a call that says that it is a test, whatever the webhook asked for and although it may be off.
func (s *Store) TestWebhook(ctx context.Context, ch *change.Change, id string) (delivery string, err error) {
	if _, err := getWebhook(ctx, ch.Tx, lockWebhook, ch.Company, id); err != nil {
		return "", err
	}
	return queueCall(ctx, ch, id, webhook.EventTest, "webhook/"+id, json.RawMessage(`{"test":true}`), false)
}

// Call reads a call that is to be made, or ErrNoWebhook when it or its webhook was removed.
func (s *Store) Call(ctx context.Context, company, id string) (c Call, err error) {
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &c, selectCall, company, id) })
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Call{}, ErrNoWebhook
	case err != nil:
		return Call{}, fmt.Errorf("read a call: %w", err)
	}
	return c, nil
}

// CallOutcome is what became of an attempt.
type CallOutcome struct {
	// State is CallQueued when another attempt follows.
	State, Reason string
	Status        int
	Took          time.Duration
	// Tried says that the webhook was called.
	Tried bool
}

// EndCall writes what became of an attempt. A webhook of which a call was given up, and of which none has worked for three days, is
// turned off, and the company's admins are told; off says so.
func (s *Store) EndCall(ctx context.Context, company string, c Call, o CallOutcome) (off bool, err error) {
	err = s.changes.AsWorkerFor(ctx, company, "webhooks", func(ch *change.Change) (err error) {
		// The webhook first and then the call, as in the removal of a webhook with its calls.
		if off, err = s.judgeWebhook(ctx, ch, c.Webhook, o); err != nil {
			return err
		}
		var done *time.Time
		if o.State != CallQueued {
			done = &ch.At
		}
		tried := 0
		if o.Tried {
			tried = 1
		}
		if _, err := ch.Tx.ExecContext(ctx, updateCall, company, c.ID, o.State, o.Reason, o.Status, o.Took.Milliseconds(), tried, done); err != nil {
			return fmt.Errorf("write what became of a call: %w", err)
		}
		return nil
	})
	return off, err
}

// judgeWebhook notes whether a webhook works, and turns it off when it has failed for long enough.
func (s *Store) judgeWebhook(ctx context.Context, ch *change.Change, id string, o CallOutcome) (off bool, err error) {
	switch {
	case o.State == CallSent:
		_, err = ch.Tx.ExecContext(ctx, webhookWorks, ch.Company, id)
	case o.Tried:
		_, err = ch.Tx.ExecContext(ctx, webhookFails, ch.Company, id, ch.At)
	}
	if err != nil {
		return false, fmt.Errorf("write whether a webhook works: %w", err)
	}
	if o.State == CallFailed && o.Tried {
		return s.turnOff(ctx, ch, id)
	}
	return false, nil
}

// turnOff turns a webhook off that has failed for long enough.
func (s *Store) turnOff(ctx context.Context, ch *change.Change, id string) (off bool, err error) {
	var name string
	err = ch.Tx.GetContext(ctx, &name, webhookOff, ch.Company, id, ch.At.Add(-webhook.OffAfter), webhook.ReasonFailing)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("turn a webhook off: %w", err)
	}
	var admins []string
	if err := ch.Tx.SelectContext(ctx, &admins, selectAdmins, ch.Company); err != nil {
		return false, fmt.Errorf("read the admins of a company: %w", err)
	}
	notices := make([]notice.Notice, len(admins))
	for i, user := range admins {
		notices[i] = notice.Notice{
			User: user, Kind: notice.KindWebhookOff, Ref: "webhook/" + id, Once: ch.At.Format(time.DateOnly), Args: map[string]string{"name": name},
			Until: ch.At.Add(webhook.UsefulFor),
		}
	}
	if _, err := s.Notify(ctx, ch, notices); err != nil {
		return false, err
	}
	return true, ch.Log(change.Logged{What: "webhook.turned_off", Entity: "webhook/" + id, After: map[string]string{"reason": webhook.ReasonFailing}})
}

// PruneCalls removes calls that were queued before an instant, at most limit of them in one transaction. It returns how many.
func (s *Store) PruneCalls(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, deleteOldCalls, before, limit)
		if err != nil {
			return err
		}
		removed, err = result.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove old calls: %w", err)
	}
	return removed, nil
}
