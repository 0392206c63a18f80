package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	// After is the last user of the run before, if there were too many for one.
	After string `json:"after,omitempty"`
}

const (
	// noticeAgain is after how long somebody is told again who has not read since. A notice that a device did not show, because the person
	// wanted quiet, must not be the last.
	noticeAgain = 12 * time.Hour
	// noticeUsers is how many people one event tells, and noticeParts how many events one run of the timer makes at most. It sets the timer
	// again for the others.
	noticeUsers = 256
	noticeParts = 20

	// Locked as by receipts, see there. The title is how people call it: a team by its name, a visit by its place.
	selectNoticed = `SELECT c.id, c.kind, c.visit_id, c.team_id, coalesce(nullif(c.title, ''), t.name, p.name, '') AS title, c.created_at, c.created_by,
    c.version, c.last_seq, c.last_at, c.gone_seq, coalesce(v.worker, '') AS worker,
    array(SELECT DISTINCT t FROM unnest(w.teams || v.team) t WHERE t <> '' ORDER BY t) AS teams FROM chat.conversation c
LEFT JOIN activity.v_visit v ON c.visit_id <> '' AND v.id_empresa = c.id_empresa AND v.id = c.visit_id
LEFT JOIN identity.v_users w ON w.id_empresa = c.id_empresa AND w.id = v.worker
LEFT JOIN identity.v_teams t ON c.team_id <> '' AND t.id_empresa = c.id_empresa AND t.id = c.team_id
LEFT JOIN activity.v_place p ON v.place_id <> '' AND p.id_empresa = c.id_empresa AND p.id = v.place_id
WHERE c.id_empresa = $1 AND c.id = $2 FOR KEY SHARE OF c`
	// Two timers of one conversation would mark the same people in two orders, each its sender last, and wait for each other in a circle.
	lockNotices = `SELECT pg_advisory_xact_lock(hashtextextended('chat.notices ' || $1 || ' ' || $2, 0))`
	// The newest message that is old enough, and the newest of somebody else than its sender.
	newestOld = `SELECT s.seq, s.sender_id FROM chat.message s WHERE s.id_empresa = $1 AND s.conversation_id = $2 AND s.created_at < $3 AND s.kind <> 'system'
AND s.deleted_at IS NULL AND s.sender_id <> $4 AND s.seq > $5 ORDER BY s.seq DESC LIMIT 1`
	// Those in the conversation: all but the user $3, or only that one. An admin is told of a visit in which it takes part.
	noticePeople = `SELECT u.id FROM identity.v_users u WHERE u.id_empresa = $1 AND u.active AND (u.id = $3) = $4 AND u.id > $5 AND (
    u.id = ANY ($10) OR $6 = 'broadcast' OR $6 = 'team' AND $7 = ANY (u.teams)
    OR $6 = 'visit' AND (u.id = $8 OR u.role = 'supervisor' AND u.teams && $9::text[] OR u.role = 'admin' AND EXISTS (
        SELECT 1 FROM chat.member m WHERE m.id_empresa = $1 AND m.conversation_id = $2 AND m.user_id = u.id)))
ORDER BY u.id LIMIT $11`
	// Whom to tell of the message $4, at the instant $5: not who was told since the instant $6 and has not read since.
	needsNotice = `m.left_seq IS NULL AND m.joined_seq < $4 AND m.delivered_seq < $4 AND m.notified_seq < $4 AND (m.muted_until IS NULL OR m.muted_until <= $5)
    AND (m.notified_seq <= m.read_seq OR m.notified_at <= $6)`
	noticeNot = `SELECT m.user_id FROM chat.member m WHERE m.id_empresa = $1 AND m.conversation_id = $2 AND m.user_id = ANY ($3) AND NOT (` + needsNotice + `)`
	// A row that changed meanwhile is judged again.
	noticeMark = `INSERT INTO chat.member AS m (id_empresa, conversation_id, user_id, role, notified_seq, notified_at)
SELECT $1, $2, id, 'member', $4, $5 FROM unnest($3::text[]) id ORDER BY id
ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET notified_seq = excluded.notified_seq, notified_at = excluded.notified_at WHERE ` + needsNotice + `
RETURNING m.user_id`
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
	if _, err := ch.Tx.ExecContext(ctx, lockNotices, ch.Company, p.Conversation); err != nil {
		return fmt.Errorf("wait for another timer of the conversation: %w", err)
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
	if p.After, err = s.notify(ctx, ch, &a, last.Seq, last.Sender, last.Sender, false, p.After); err != nil {
		return err
	}
	// Its sender lacks perhaps what somebody else wrote before.
	other, err := readOne[newest](ctx, ch.Tx, "the newest message of another", errNone, newestOld, ch.Company, a.ID, old, last.Sender, a.GoneSeq)
	switch {
	case err == errNone: //nolint:errorlint // readOne returns it as it is
	case err != nil:
		return err
	default:
		if _, err := s.notify(ctx, ch, &a, other.Seq, other.Sender, last.Sender, true, ""); err != nil {
			return err
		}
	}
	if p.After != "" && s.timers != nil {
		return s.timers.Set(ctx, ch, KindNotice, t.Key, ch.At, p)
	}
	return nil
}

// notify tells of one message: everybody but one user, or only that one. It begins after a user, and returns where it stopped if there are
// perhaps more.
func (s *Store) notify(ctx context.Context, ch *change.Change, a *access, seq int64, sender, one string, only bool, after string) (string, error) {
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return "", err
	}
	for range noticeParts {
		var in, not, told []string
		if err := ch.Tx.SelectContext(ctx, &in, noticePeople, ch.Company, a.ID, one, only, after, a.Kind, a.TeamID, a.Worker, pq.Array([]string(a.Teams)),
			pq.Array(userIDs(list)), noticeUsers); err != nil {
			return "", fmt.Errorf("read who is in a conversation: %w", err)
		}
		again := ch.At.Add(-noticeAgain)
		if err := ch.Tx.SelectContext(ctx, &not, noticeNot, ch.Company, a.ID, pq.Array(in), seq, ch.At, again); err != nil {
			return "", fmt.Errorf("read who needs no notice: %w", err)
		}
		wanted := slices.DeleteFunc(slices.Clone(in), func(id string) bool { return slices.Contains(not, id) })
		if err := ch.Tx.SelectContext(ctx, &told, noticeMark, ch.Company, a.ID, pq.Array(wanted), seq, ch.At, again); err != nil {
			return "", fmt.Errorf("write who is told: %w", err)
		}
		if len(told) > 0 {
			if err := ch.Emit(Domain, EventNotice, a.ID, audience.Audience{}, &terrenov1.ChatNotice{ //nolint:gosec // nobody sends two billion messages in one conversation
				ConversationId: a.ID, Seq: int32(seq), Kind: a.Kind, Title: a.Title, SenderId: sender, Users: told, At: timestamp(&ch.At),
			}); err != nil {
				return "", err
			}
		}
		if len(in) < noticeUsers {
			return "", nil
		}
		after = in[len(in)-1]
	}
	return after, nil
}
