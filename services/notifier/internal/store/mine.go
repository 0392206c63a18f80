package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// ErrNoNotification says that the user has no notification with this id.
var ErrNoNotification = errors.New("no such notification")

// Notification is what a person was told.
type Notification struct {
	ID          string     `db:"id"`
	User        string     `db:"user_id"`
	UserName    string     `db:"user_name"`
	Kind        string     `db:"kind"`
	Ref         string     `db:"ref"`
	Title       string     `db:"title"`
	Body        string     `db:"body"`
	Urgent      bool       `db:"urgent"`
	CreatedAt   time.Time  `db:"created_at"`
	UsefulUntil time.Time  `db:"useful_until"`
	Skipped     string     `db:"skipped"`
	DeliveredAt *time.Time `db:"delivered_at"`
	OpenedAt    *time.Time `db:"opened_at"`
	ReadAt      *time.Time `db:"read_at"`
	// Deliveries are filled by the log alone.
	Deliveries []Delivery `db:"-"`
}

// Mark selects a part of a list that begins with the newest, of alerts, notifications or calls of webhooks: what is older than the one of
// the instant At that has the id ID. With At nil it is the whole list. It is the cursor of a client.
type Mark struct {
	At *time.Time `json:"t"`
	ID string     `json:"i"`
}

const (
	notificationColumns = `n.id, n.user_id, n.kind, n.ref, n.title, n.body, n.urgent, n.created_at, n.useful_until, n.skipped, n.delivered_at,
    n.opened_at, n.read_at`
	selectMine = `SELECT ` + notificationColumns + ` FROM notifier.notification n
WHERE n.id_empresa = $1 AND n.user_id = $2 AND n.skipped <> '` + notice.SkippedOutdated + `' AND (NOT $3 OR n.read_at IS NULL) AND ($4::timestamptz IS NULL OR (n.created_at, n.id) < ($4, $5))
ORDER BY n.created_at DESC, n.id DESC LIMIT $6`
	countUnread = `SELECT count(*) FROM notifier.notification n
WHERE n.id_empresa = $1 AND n.user_id = $2 AND n.read_at IS NULL AND n.skipped <> '` + notice.SkippedOutdated + `'`
	lockMine = `SELECT ` + notificationColumns + ` FROM notifier.notification n WHERE n.id_empresa = $1 AND n.user_id = $2 AND n.id = $3 FOR UPDATE`
	markMine = `UPDATE notifier.notification SET delivered_at = coalesce(delivered_at, $3), opened_at = $4, read_at = coalesce(read_at, $4)
WHERE id_empresa = $1 AND id = $2`
	// Two requests of one person wait for each other row by row, in the same order.
	readMine = `UPDATE notifier.notification SET read_at = $5 WHERE id_empresa = $1 AND id IN (
    SELECT n.id FROM notifier.notification n
    WHERE n.id_empresa = $1 AND n.user_id = $2 AND n.read_at IS NULL AND (n.created_at, n.id) <= ($3, $4) ORDER BY n.id FOR UPDATE)`
)

// Mine returns notifications of the user itself, the newest first, and how many of all are unread.
func (s *Store) Mine(ctx context.Context, who auth.Claims, onlyUnread bool, after Mark, limit int) (list []Notification, unread int, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(ctx, &list, selectMine, who.Company, who.Subject, onlyUnread, after.At, after.ID, limit); err != nil {
			return err
		}
		return tx.GetContext(ctx, &unread, countUnread, who.Company, who.Subject)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read notifications: %w", err)
	}
	return list, unread, nil
}

// MarkShown notes that the phone showed a notification of its user, and that the user opened it if opened. Who opened one has read it. The
// first time counts: first says that the phone had not shown it before. The error for somebody else's is ErrNoNotification.
func (s *Store) MarkShown(ctx context.Context, ch *change.Change, who auth.Claims, id string, opened bool) (n Notification, first bool, err error) {
	err = ch.Tx.GetContext(ctx, &n, lockMine, who.Company, who.Subject, id)
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, ErrNoNotification
	}
	if err != nil {
		return n, false, fmt.Errorf("lock a notification: %w", err)
	}
	first = n.DeliveredAt == nil
	if !first && (!opened || n.OpenedAt != nil) {
		return n, false, nil
	}
	at := ch.At
	if first {
		n.DeliveredAt = &at
	}
	if opened && n.OpenedAt == nil {
		n.OpenedAt = &at
		if n.ReadAt == nil {
			n.ReadAt = &at
		}
	}
	if _, err := ch.Tx.ExecContext(ctx, markMine, who.Company, id, at, n.OpenedAt); err != nil {
		return n, false, fmt.Errorf("mark a notification: %w", err)
	}
	return n, first, nil
}

// Read marks a notification of the user and all older ones as read. It returns how many are left unread. The error for somebody else's
// is ErrNoNotification.
func (s *Store) Read(ctx context.Context, ch *change.Change, who auth.Claims, id string) (unread int, err error) {
	var n Notification
	err = ch.Tx.GetContext(ctx, &n, lockMine, who.Company, who.Subject, id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNoNotification
	}
	if err != nil {
		return 0, fmt.Errorf("lock a notification: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, readMine, who.Company, who.Subject, n.CreatedAt, n.ID, ch.At); err != nil {
		return 0, fmt.Errorf("mark notifications as read: %w", err)
	}
	if err := ch.Tx.GetContext(ctx, &unread, countUnread, who.Company, who.Subject); err != nil {
		return 0, fmt.Errorf("count unread notifications: %w", err)
	}
	return unread, nil
}
