package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
)

// Delivery is what became of a notification on its way to one device.
type Delivery struct {
	Notification string     `db:"notification_id"`
	Token        string     `db:"token_id"`
	Platform     string     `db:"platform"`
	State        string     `db:"state"`
	Reason       string     `db:"reason"`
	Attempts     int        `db:"attempts"`
	QueuedAt     time.Time  `db:"queued_at"`
	DoneAt       *time.Time `db:"done_at"`
}

// ToldFilter selects notifications in the log. A field that is empty has no effect.
type ToldFilter struct{ Ref, User, Kind string }

const (
	selectDeliveries = `SELECT d.notification_id, d.token_id, d.platform, d.state, d.reason, d.attempts, d.queued_at, d.done_at
FROM notifier.delivery d WHERE d.id_empresa = $1 AND d.notification_id = ANY ($2) ORDER BY d.notification_id, d.token_id`
	countTold = `SELECT count(*) FROM notifier.notification n WHERE n.id_empresa = $1 AND n.ref = $2`
)

var (
	seesAlert  = `SELECT EXISTS (SELECT FROM notifier.alert a WHERE ` + visibleAlerts + ` AND a.id = $5)`
	selectTold = `SELECT n.*, coalesce((SELECT u.name FROM identity.v_users u WHERE u.id = n.user_id), '') AS user_name FROM (
    SELECT ` + notificationColumns + ` FROM notifier.notification n
    WHERE n.id_empresa = $1 AND ` + visible.Where("n.user_id", 2) + ` AND ($5 = '' OR n.ref = $5) AND ($6 = '' OR n.user_id = $6)
      AND ($7 = '' OR n.kind = $7) AND ($8::timestamptz IS NULL OR (n.created_at, n.id) < ($8, $9))
    ORDER BY n.created_at DESC, n.id DESC LIMIT $10) n
ORDER BY n.created_at DESC, n.id DESC`
)

// Told returns what people were told whom the viewer may see, and what became of it on each device. The newest comes first.
func (s *Store) Told(ctx context.Context, who auth.Claims, f ToldFilter, after Mark, limit int) (list []Notification, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		list, err = readTold(ctx, tx, who, f, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of notifications: %w", err)
	}
	return list, nil
}

// ToldOfAlert returns who was told of an alert that the viewer may see, as Told does, or ErrNotFound. all is how many notifications there are,
// also of people whom the viewer may not see.
func (s *Store) ToldOfAlert(ctx context.Context, who auth.Claims, alert string, after Mark, limit int) (list []Notification, all int, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		var sees bool
		if err := tx.GetContext(ctx, &sees, seesAlert, append(visible.Viewer(who), alert)...); err != nil {
			return err
		}
		if !sees {
			return ErrNotFound
		}
		if err := tx.GetContext(ctx, &all, countTold, who.Company, "alert/"+alert); err != nil {
			return err
		}
		list, err = readTold(ctx, tx, who, ToldFilter{Ref: "alert/" + alert}, after, limit)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read who was told of an alert: %w", err)
	}
	return list, all, nil
}

func readTold(ctx context.Context, tx *sqlx.Tx, who auth.Claims, f ToldFilter, after Mark, limit int) (list []Notification, err error) {
	args := append(visible.Viewer(who), f.Ref, f.User, f.Kind, after.At, after.ID, limit)
	if err := tx.SelectContext(ctx, &list, selectTold, args...); err != nil {
		return nil, err
	}
	at := make(map[string]*Notification, len(list))
	var ids []string
	for i := range list {
		at[list[i].ID], ids = &list[i], append(ids, list[i].ID)
	}
	var deliveries []Delivery
	if err := tx.SelectContext(ctx, &deliveries, selectDeliveries, who.Company, pq.Array(ids)); err != nil {
		return nil, err
	}
	for _, d := range deliveries {
		at[d.Notification].Deliveries = append(at[d.Notification].Deliveries, d)
	}
	return list, nil
}
