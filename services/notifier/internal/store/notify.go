package store

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

const (
	insertNotification = `INSERT INTO notifier.notification (id_empresa, id, user_id, kind, ref, title, body, urgent, created_at, useful_until, skipped)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`
	selectDevices = `SELECT t.user_id, t.id, t.platform, t.language FROM notifier.push_token t
WHERE t.id_empresa = $1 AND t.user_id = ANY ($2) ORDER BY t.user_id, t.id`
	insertDelivery = `INSERT INTO notifier.delivery (id_empresa, notification_id, token_id, platform, state, queued_at)
VALUES ($1, $2, $3, $4, 'queued', $5) ON CONFLICT DO NOTHING`
)

// Reasons why a notification goes to no device.
const skippedNoDevice = "no_device"

type device struct {
	User     string `db:"user_id"`
	ID       string `db:"id"`
	Platform string `db:"platform"`
	Language string `db:"language"`
}

// Notify tells people something, in the caller's change, which is of one company: each notice is written once, whatever repeats, and a
// push to each device of its person is on its way when the change is committed. It is the only way to tell people something.
func (s *Store) Notify(ctx context.Context, ch *change.Change, notices []notice.Notice) (told notice.Told, err error) {
	users := make([]string, len(notices))
	for i, n := range notices {
		users[i] = n.User
	}
	var all []device
	if err := ch.Tx.SelectContext(ctx, &all, selectDevices, ch.Company, pq.Array(users)); err != nil {
		return told, fmt.Errorf("read the devices of people: %w", err)
	}
	devices := map[string][]device{}
	for _, d := range all {
		devices[d.User] = append(devices[d.User], d)
	}
	for _, n := range notices {
		of := devices[n.User]
		isNew, err := writeNotice(ctx, ch, n, of)
		if err != nil {
			return told, err
		}
		if !isNew {
			told.Known = append(told.Known, n.User)
			continue
		}
		told.People, told.Devices = append(told.People, n.User), told.Devices+len(of)
	}
	return told, nil
}

// writeNotice stores a notice and queues its pushes; isNew is false when it was told before.
func writeNotice(ctx context.Context, ch *change.Change, n notice.Notice, devices []device) (isNew bool, err error) {
	language, skipped := "", skippedNoDevice
	for _, d := range devices {
		language, skipped = d.Language, ""
	}
	name := n.Text
	if name == "" {
		name = n.Kind
	}
	text, err := notice.Write(name, language, n.Args)
	if err != nil {
		return false, err
	}
	id := n.ID(ch.Company)
	done, err := ch.Tx.ExecContext(ctx, insertNotification, ch.Company, id, n.User, n.Kind, n.Ref, text.Title, text.Body, n.Urgent, ch.At,
		n.Until.UTC().Truncate(time.Millisecond), skipped)
	if err != nil {
		return false, fmt.Errorf("write a notification: %w", err)
	}
	if rows, err := done.RowsAffected(); err != nil || rows == 0 {
		return false, err
	}
	event := "push"
	if n.Urgent {
		event = "urgente"
	}
	for _, d := range devices {
		if _, err := ch.Tx.ExecContext(ctx, insertDelivery, ch.Company, id, d.ID, d.Platform, ch.At); err != nil {
			return false, fmt.Errorf("queue a push: %w", err)
		}
		if err := ch.Emit("notificacion", event, d.ID, audience.Audience{}, &terrenov1.Push{NotificationId: id, TokenId: d.ID}); err != nil {
			return false, err
		}
	}
	return true, nil
}
