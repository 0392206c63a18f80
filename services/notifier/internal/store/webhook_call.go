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
	// onStream holds for a call d that has a message on the stream. A message that has shown no sign of life for so long was lost: a call is
	// tried, or waits for a hand, far more often.
	onStream  = `d.state = 'queued' AND d.streamed_at > now() - interval '3 hours'`
	suspended = `EXISTS (SELECT 1 FROM identity.v_directory_companies c WHERE c.id = w.id_empresa AND c.suspended)`
	// $4 and $5 are how many may wait and be on the stream: the counts end there. Nobody removes a webhook between this and the calls that
	// are queued for it.
	selectWanting = `SELECT w.id, (SELECT count(*) FROM (SELECT 1 FROM notifier.webhook_delivery d
    WHERE d.id_empresa = w.id_empresa AND d.webhook_id = w.id AND d.queued_at > $3 AND d.state = 'queued' LIMIT $4) q) AS waiting,
    (SELECT count(*) FROM (SELECT 1 FROM notifier.webhook_delivery d
    WHERE d.id_empresa = w.id_empresa AND d.webhook_id = w.id AND ` + onStream + ` LIMIT $5) q) AS on_stream
FROM notifier.webhook w WHERE w.id_empresa = $1 AND w.active AND (w.events = '{}' OR $2 = ANY (w.events)) AND NOT ` + suspended + `
ORDER BY w.id FOR KEY SHARE OF w`
	insertCall = `INSERT INTO notifier.webhook_delivery (id_empresa, id, webhook_id, event, ref, body, state, reason, queued_at, done_at, streamed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $11 THEN now() END)`
	countTests = `SELECT count(*) FROM notifier.webhook_delivery d WHERE d.id_empresa = $1 AND d.webhook_id = $2 AND d.event = $3 AND d.state = 'queued'`

	selectCall = `SELECT d.id, d.webhook_id, d.event, d.body::text AS body, d.state, d.attempts, d.queued_at, w.url, w.secret, w.old_secret, w.old_secret_until, w.active,
    w.events = '{}' OR d.event = ANY (w.events) AS wanted, ` + suspended + ` AS suspended
FROM notifier.webhook_delivery d JOIN notifier.webhook w ON w.id_empresa = d.id_empresa AND w.id = d.webhook_id
WHERE d.id_empresa = $1 AND d.id = $2`
	updateCall = `UPDATE notifier.webhook_delivery SET state = $3, reason = $4, status = $5, took_ms = $6, attempts = attempts + $7, done_at = $8,
    streamed_at = CASE WHEN $3 = 'queued' THEN now() END
WHERE id_empresa = $1 AND id = $2 AND state <> 'sent'`
	// Of the calls that wait, the oldest take the places on the stream that are free.
	streamWaiting = `UPDATE notifier.webhook_delivery AS u SET streamed_at = now() WHERE u.id_empresa = $1 AND u.id IN (
    SELECT d.id FROM notifier.webhook_delivery d WHERE d.id_empresa = $1 AND d.webhook_id = $2 AND d.state = 'queued' AND (` + onStream + `) IS NOT TRUE
    ORDER BY d.queued_at, d.id LIMIT greatest(0, $3 - (SELECT count(*) FROM notifier.webhook_delivery d
        WHERE d.id_empresa = $1 AND d.webhook_id = $2 AND ` + onStream + `)) FOR UPDATE SKIP LOCKED) RETURNING u.id`
	selectStuck = `SELECT d.id_empresa, d.webhook_id FROM notifier.webhook_delivery d WHERE d.state = 'queued' GROUP BY d.id_empresa, d.webhook_id
HAVING count(*) FILTER (WHERE ` + onStream + `) < least($1, count(*)) LIMIT $2`
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
	// Wanted says that the webhook still asks for the event, and Suspended that its company is.
	Wanted    bool `db:"wanted"`
	Suspended bool `db:"suspended"`
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
		ID       string `db:"id"`
		Waiting  int    `db:"waiting"`
		OnStream int    `db:"on_stream"`
	}
	if err := ch.Tx.SelectContext(ctx, &wanting, selectWanting, ch.Company, event, ch.At.Add(-webhook.UsefulFor), webhook.MaxQueued, webhook.MaxOnStream); err != nil {
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
		c := newCall{hook: w.ID, event: event, ref: ref, data: data, stream: w.OnStream < webhook.MaxOnStream}
		if w.Waiting >= webhook.MaxQueued {
			c.refused = webhook.ReasonBacklog
		}
		if _, err := queueCall(ctx, ch, c); err != nil {
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

// newCall is a call that is to be queued.
type newCall struct {
	hook, event, ref string
	data             json.RawMessage
	// stream puts it on the stream; otherwise it waits until a call of its webhook is over.
	stream bool
	// refused says why it only stands in the log.
	refused string
}

// queueCall writes a call, and sends it on its way if it may go now.
func queueCall(ctx context.Context, ch *change.Change, c newCall) (id string, err error) {
	made, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	id = made.String()
	body, err := webhook.Body(id, c.event, ch.Company, c.ref, ch.At, c.data)
	if errors.Is(err, webhook.ErrBody) {
		// The alert is stored all the same, and the log says why nobody was called.
		c.refused = webhook.ReasonTooLarge
		body, err = webhook.Body(id, c.event, ch.Company, c.ref, ch.At, nil)
	}
	if err != nil {
		return "", err
	}
	state, stream := CallQueued, c.stream && c.refused == ""
	var done *time.Time
	if c.refused != "" {
		state, done = CallFailed, &ch.At
	}
	if _, err := ch.Tx.ExecContext(ctx, insertCall, ch.Company, id, c.hook, c.event, c.ref, string(body), state, c.refused, ch.At, done, stream); err != nil {
		return "", fmt.Errorf("queue a call: %w", err)
	}
	if !stream {
		return id, nil
	}
	return id, emitCall(ch, c.hook, id)
}

func emitCall(ch *change.Change, hook, id string) error {
	return ch.Emit("notificacion", "webhook", hook, audience.Audience{}, &terrenov1.WebhookCall{WebhookId: hook, DeliveryId: id})
}

// streamNext puts calls of a webhook that wait on the stream, as many as there is room for.
func streamNext(ctx context.Context, ch *change.Change, hook string) error {
	var ids []string
	if err := ch.Tx.SelectContext(ctx, &ids, streamWaiting, ch.Company, hook, webhook.MaxOnStream); err != nil {
		return fmt.Errorf("find calls that wait: %w", err)
	}
	for _, id := range ids {
		if err := emitCall(ch, hook, id); err != nil {
			return err
		}
	}
	return nil
}

// StreamWaiting puts calls on the stream for which there is room although no call of their webhook is over: their message was lost, or
// the last call before them ended when they were not yet stored. It looks at limit webhooks at most.
func (s *Store) StreamWaiting(ctx context.Context, limit int) error {
	var hooks []struct {
		Company string `db:"id_empresa"`
		ID      string `db:"webhook_id"`
	}
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &hooks, selectStuck, webhook.MaxOnStream, limit)
	})
	if err != nil {
		return fmt.Errorf("find webhooks whose calls wait: %w", err)
	}
	var errs []error
	for _, h := range hooks {
		errs = append(errs, s.changes.AsWorkerFor(ctx, h.Company, "webhooks", func(ch *change.Change) error { return streamNext(ctx, ch, h.ID) }))
	}
	return errors.Join(errs...)
}

// TestWebhook queues a call that says that it is a test, whatever the webhook asked for and although it may be off.
func (s *Store) TestWebhook(ctx context.Context, ch *change.Change, id string) (delivery string, err error) {
	if _, err := getWebhook(ctx, ch.Tx, lockWebhook, ch.Company, id); err != nil {
		return "", err
	}
	var waiting int
	if err := ch.Tx.GetContext(ctx, &waiting, countTests, ch.Company, id, webhook.EventTest); err != nil {
		return "", fmt.Errorf("count tests: %w", err)
	}
	if waiting >= webhook.MaxTests {
		return "", ErrTooManyTests
	}
	return queueCall(ctx, ch, newCall{hook: id, event: webhook.EventTest, ref: "webhook/" + id, data: json.RawMessage(`{"test":true}`), stream: true})
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
		if o.State == CallQueued {
			return nil
		}
		return streamNext(ctx, ch, c.Webhook)
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
	return s.drop(ctx, deleteOldCalls, before, limit)
}
