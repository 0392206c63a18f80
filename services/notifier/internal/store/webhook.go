package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// Refusals of webhooks.
var (
	ErrNoWebhook       = errors.New("no such webhook")
	ErrWebhookChanged  = errors.New("the webhook has another version")
	ErrTooManyWebhooks = errors.New("too many webhooks")
	ErrTooManyTests    = errors.New("too many tests of a webhook wait")
)

const (
	webhookColumns = `w.id, w.name, w.url, w.events, w.active, w.off_reason, w.failing_since, w.old_secret_until, w.created_at, w.created_by, w.version`
	selectWebhooks = `SELECT ` + webhookColumns + ` FROM notifier.webhook w WHERE w.id_empresa = $1 ORDER BY w.name, w.id`
	selectWebhook  = `SELECT ` + webhookColumns + ` FROM notifier.webhook w WHERE w.id_empresa = $1 AND w.id = $2`
	lockWebhook    = selectWebhook + ` FOR UPDATE`
	selectSecret   = `SELECT w.secret FROM notifier.webhook w WHERE w.id_empresa = $1 AND w.id = $2 AND w.version = $3`
	insertWebhook  = `INSERT INTO notifier.webhook (id_empresa, id, name, url, events, secret, active, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	// A person who turns a webhook on again gives it another three days.
	updateWebhook = `UPDATE notifier.webhook SET name = $3, url = $4, events = $5, active = $6, off_reason = '', failing_since = NULL,
    version = version + 1 WHERE id_empresa = $1 AND id = $2`
	rotateWebhook = `UPDATE notifier.webhook SET old_secret = secret, old_secret_until = $4, secret = $3, version = version + 1
WHERE id_empresa = $1 AND id = $2`
	forgetSecrets = `UPDATE notifier.webhook SET old_secret = '', old_secret_until = NULL WHERE old_secret_until <= $1`
	deleteWebhook = `DELETE FROM notifier.webhook WHERE id_empresa = $1 AND id = $2`
	// Two admins who add webhooks at the same moment do it one after the other.
	lockWebhooksOf = `SELECT pg_advisory_xact_lock(hashtextextended('notifier.webhook ' || $1, 0))`
	countWebhooks  = `SELECT count(*) FROM notifier.webhook WHERE id_empresa = $1`
)

// Webhook is where a company wants to be called, without its secret.
type Webhook struct {
	ID   string `db:"id"`
	Name string `db:"name"`
	URL  string `db:"url"`
	// Events are what it asked for; all when it is empty.
	Events pq.StringArray `db:"events"`
	Active bool           `db:"active"`
	// OffReason says why the service turned it off; empty when a person did.
	OffReason    string     `db:"off_reason"`
	FailingSince *time.Time `db:"failing_since"`
	// OldSecretUntil is until when calls are signed with the secret before the last change too.
	OldSecretUntil *time.Time `db:"old_secret_until"`
	CreatedAt      time.Time  `db:"created_at"`
	CreatedBy      string     `db:"created_by"`
	Version        int64      `db:"version"`
}

// Webhooks returns the webhooks of a company, by name.
func (s *Store) Webhooks(ctx context.Context, company string) (all []Webhook, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &all, selectWebhooks, company)
	})
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	return all, nil
}

// Webhook returns one webhook of a company, or ErrNoWebhook.
func (s *Store) Webhook(ctx context.Context, company, id string) (w Webhook, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		w, err = getWebhook(ctx, tx, selectWebhook, company, id)
		return err
	})
	return w, err
}

func getWebhook(ctx context.Context, tx *sqlx.Tx, query, company, id string) (w Webhook, err error) {
	switch err := tx.GetContext(ctx, &w, query, company, id); {
	case errors.Is(err, sql.ErrNoRows):
		return Webhook{}, ErrNoWebhook
	case err != nil:
		return Webhook{}, fmt.Errorf("read a webhook: %w", err)
	}
	return w, nil
}

// CreateWebhook adds a webhook to the change's company, with a secret of its own.
func (s *Store) CreateWebhook(ctx context.Context, ch *change.Change, id string, d webhook.Draft) (Webhook, error) {
	if _, err := ch.Tx.ExecContext(ctx, lockWebhooksOf, ch.Company); err != nil {
		return Webhook{}, fmt.Errorf("lock the webhooks of a company: %w", err)
	}
	var there int
	if err := ch.Tx.GetContext(ctx, &there, countWebhooks, ch.Company); err != nil {
		return Webhook{}, fmt.Errorf("count webhooks: %w", err)
	}
	if there >= webhook.MaxWebhooks {
		return Webhook{}, ErrTooManyWebhooks
	}
	if _, err := ch.Tx.ExecContext(ctx, insertWebhook, ch.Company, id, d.Name, d.URL, pq.Array(d.Events), webhook.NewSecret(), d.Active, ch.At, ch.By); err != nil {
		return Webhook{}, fmt.Errorf("add a webhook: %w", err)
	}
	return s.changedWebhook(ctx, ch, "webhook.created", Webhook{}, id)
}

// ChangeWebhook replaces what an admin writes of a webhook, if it still has the version that the admin saw.
func (s *Store) ChangeWebhook(ctx context.Context, ch *change.Change, id string, d webhook.Draft, version int64) (Webhook, error) {
	before, err := getWebhook(ctx, ch.Tx, lockWebhook, ch.Company, id)
	if err != nil {
		return Webhook{}, err
	}
	if before.Version != version {
		return before, ErrWebhookChanged
	}
	if _, err := ch.Tx.ExecContext(ctx, updateWebhook, ch.Company, id, d.Name, d.URL, pq.Array(d.Events), d.Active); err != nil {
		return Webhook{}, fmt.Errorf("change a webhook: %w", err)
	}
	return s.changedWebhook(ctx, ch, "webhook.changed", before, id)
}

// RotateSecret gives a webhook another secret. Calls are signed with both for a day.
func (s *Store) RotateSecret(ctx context.Context, ch *change.Change, id string) (Webhook, error) {
	before, err := getWebhook(ctx, ch.Tx, lockWebhook, ch.Company, id)
	if err != nil {
		return Webhook{}, err
	}
	if _, err := ch.Tx.ExecContext(ctx, rotateWebhook, ch.Company, id, webhook.NewSecret(), ch.At.Add(webhook.OldSecretFor)); err != nil {
		return Webhook{}, fmt.Errorf("change the secret of a webhook: %w", err)
	}
	return s.changedWebhook(ctx, ch, "webhook.secret_rotated", before, id)
}

// Secret returns the secret of a webhook that still has this version; empty when it has another. Only the answer that made the secret
// shows it, and a repetition of that answer.
func (s *Store) Secret(ctx context.Context, ch *change.Change, w Webhook) (secret string, err error) {
	err = ch.Tx.GetContext(ctx, &secret, selectSecret, ch.Company, w.ID, w.Version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the secret of a webhook: %w", err)
	}
	return secret, nil
}

// ForgetSecrets removes the secrets before the last change with which no call is signed any more.
func (s *Store) ForgetSecrets(ctx context.Context, now time.Time) error {
	_, err := s.drop(ctx, forgetSecrets, now)
	return err
}

// DeleteWebhook removes a webhook with the log of its calls.
func (s *Store) DeleteWebhook(ctx context.Context, ch *change.Change, id string) error {
	before, err := getWebhook(ctx, ch.Tx, lockWebhook, ch.Company, id)
	if err != nil {
		return err
	}
	if _, err := ch.Tx.ExecContext(ctx, deleteWebhook, ch.Company, id); err != nil {
		return fmt.Errorf("remove a webhook: %w", err)
	}
	return ch.Log(change.Logged{What: "webhook.deleted", Entity: "webhook/" + id, Before: loggedWebhook(before)})
}

// changedWebhook logs a change and returns the webhook as it is now.
func (s *Store) changedWebhook(ctx context.Context, ch *change.Change, what string, before Webhook, id string) (Webhook, error) {
	after, err := getWebhook(ctx, ch.Tx, selectWebhook, ch.Company, id)
	if err != nil {
		return Webhook{}, err
	}
	line := change.Logged{What: what, Entity: "webhook/" + id, After: loggedWebhook(after)}
	if before.ID != "" {
		line.Before = loggedWebhook(before)
	}
	return after, ch.Log(line)
}

// loggedWebhook is what the log of changes keeps. The address may hold a secret of the receiver's beyond its host.
func loggedWebhook(w Webhook) any {
	host := ""
	if u, err := url.Parse(w.URL); err == nil {
		host = u.Host
	}
	return struct {
		Name   string   `json:"name"`
		Host   string   `json:"host"`
		Events []string `json:"events"`
		Active bool     `json:"active"`
	}{w.Name, host, w.Events, w.Active}
}
