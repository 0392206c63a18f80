package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

type noticePayload struct {
	Conversation string    `json:"conversation"`
	Slot         time.Time `json:"slot"`
}

const (
	// noticeAgain is after how long somebody is told again who has not read since. A notice that a device did not show, because the person
	// wanted quiet, must not be the last.
	noticeAgain = 12 * time.Hour
	// noticeUsers is how many people one event tells, and noticeParts how many events one run of the timer makes at most. It sets the timer
	// again for the others.
	noticeUsers = 256
	noticeParts = 20

	// Locked as by receipts, see there.
	selectNoticed = `SELECT ` + conversationColumns + `, coalesce(v.worker, '') AS worker,
    array(SELECT DISTINCT t FROM unnest(w.teams || v.team) t WHERE t <> '' ORDER BY t) AS teams FROM chat.conversation c
LEFT JOIN activity.v_visit v ON c.visit_id <> '' AND v.id_empresa = c.id_empresa AND v.id = c.visit_id
LEFT JOIN identity.v_users w ON w.id_empresa = c.id_empresa AND w.id = v.worker
WHERE c.id_empresa = $1 AND c.id = $2 FOR KEY SHARE OF c`
	// The newest message that is old enough, and the newest of somebody else than its sender.
	newestOld = `SELECT s.seq, s.sender_id FROM chat.message s WHERE s.id_empresa = $1 AND s.conversation_id = $2 AND s.created_at < $3 AND s.kind <> 'system'
AND s.deleted_at IS NULL AND s.sender_id <> $4 AND s.seq > $5 ORDER BY s.seq DESC LIMIT 1`
	// Whom to tell of the message $3, who are in the conversation: some of $4, all but one, or the only one. A row that changes meanwhile is
	// judged again. An admin is told of a visit in which it takes part.
	noticeWhom = `WITH these AS (
    SELECT u.id FROM identity.v_users u LEFT JOIN chat.member m ON m.id_empresa = u.id_empresa AND m.conversation_id = $2 AND m.user_id = u.id
    WHERE u.id_empresa = $1 AND u.active AND (u.id = $4) = $5 AND u.id > $6 AND (
        $7 IN ('private', 'group') AND m.left_seq IS NULL AND m.joined_seq < $3 OR $7 = 'broadcast' OR $7 = 'team' AND $8 = ANY (u.teams)
        OR $7 = 'visit' AND (u.id = $9 OR u.role = 'admin' AND m.user_id IS NOT NULL OR u.role = 'supervisor' AND u.teams && $10::text[]))
    AND (m.user_id IS NULL OR m.delivered_seq < $3 AND (m.muted_until IS NULL OR m.muted_until <= $11) AND (m.notified_seq <= m.read_seq OR m.notified_at <= $12))
    ORDER BY u.id LIMIT $13),
told AS (
    INSERT INTO chat.member AS m (id_empresa, conversation_id, user_id, role, notified_seq, notified_at)
    SELECT $1, $2, t.id, 'member', $3, $11 FROM these t ORDER BY t.id
    ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET notified_seq = excluded.notified_seq, notified_at = excluded.notified_at
    WHERE m.left_seq IS NULL AND m.delivered_seq < $3 AND (m.muted_until IS NULL OR m.muted_until <= $11) AND (m.notified_seq <= m.read_seq OR m.notified_at <= $12)
    RETURNING m.user_id)
SELECT t.id, told.user_id IS NOT NULL AS told FROM these t LEFT JOIN told ON told.user_id = t.id ORDER BY t.id`
)

// Notify is the effect of a timer: it asks the notifier to tell those in a conversation whose devices have not got its newest message, of
// those that were old enough when the timer was set. Who was told is told of nothing more until it has read, or noticeAgain has passed. The
// mark of who was told and the event are one transaction, so each is told once of a message, whatever is killed. The idempotency key of the
// event is (conversation, seq, user).
func (s *Store) Notify(ctx context.Context, ch *change.Change, t schedule.Timer) error {
	var p noticePayload
	if err := json.Unmarshal(t.Payload, &p); err != nil {
		return fmt.Errorf("read which conversation has news: %w", err)
	}
	a, err := readOne[access](ctx, ch.Tx, "a conversation with news", change.ErrNothing, selectNoticed, ch.Company, p.Conversation)
	if err != nil {
		return err
	}
	type newest struct {
		Seq    int64  `db:"seq"`
		Sender string `db:"sender_id"`
	}
	old := p.Slot.Add(noticeEvery)
	last, err := readOne[newest](ctx, ch.Tx, "the newest message", change.ErrNothing, newestOld, ch.Company, a.ID, old, "", a.GoneSeq)
	if err != nil {
		return err
	}
	left := noticeParts
	if err := s.notify(ctx, ch, &a, last.Seq, last.Sender, last.Sender, false, &left); err != nil {
		return err
	}
	// Its sender lacks perhaps what somebody else wrote before.
	other, err := readOne[newest](ctx, ch.Tx, "the newest message of another", errNone, newestOld, ch.Company, a.ID, old, last.Sender, a.GoneSeq)
	switch {
	case err == errNone: //nolint:errorlint // readOne returns it as it is
	case err != nil:
		return err
	default:
		if err := s.notify(ctx, ch, &a, other.Seq, other.Sender, last.Sender, true, &left); err != nil {
			return err
		}
	}
	if left <= 0 && s.timers != nil { // who was told is not found again
		return s.timers.Set(ctx, ch, KindNotice, t.Key, ch.At, p)
	}
	return nil
}

// notify tells of one message: everybody but one user, or only that one.
func (s *Store) notify(ctx context.Context, ch *change.Change, a *access, seq int64, sender, one string, only bool, left *int) error {
	for after := ""; *left > 0; *left-- {
		var rows []struct {
			ID   string `db:"id"`
			Told bool   `db:"told"`
		}
		if err := ch.Tx.SelectContext(ctx, &rows, noticeWhom, ch.Company, a.ID, seq, one, only, after, a.Kind, a.TeamID, a.Worker, pq.Array([]string(a.Teams)), ch.At,
			ch.At.Add(-noticeAgain), noticeUsers); err != nil {
			return fmt.Errorf("read whom to tell of a message: %w", err)
		}
		var users []string
		for _, r := range rows {
			after = r.ID
			if r.Told {
				users = append(users, r.ID)
			}
		}
		if len(users) > 0 {
			if err := ch.Emit(Domain, EventNotice, a.ID, audience.Audience{}, &terrenov1.ChatNotice{ //nolint:gosec // nobody sends two billion messages in one conversation
				ConversationId: a.ID, Seq: int32(seq), Kind: a.Kind, Title: a.Title, SenderId: sender, Users: users, At: timestamp(&ch.At),
			}); err != nil {
				return err
			}
		}
		if len(rows) < noticeUsers {
			return nil
		}
	}
	return nil
}
