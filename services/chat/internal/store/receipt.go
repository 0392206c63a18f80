package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// Receipt says how far a user has got in a conversation; 0 says nothing. Who has read a message has got it.
type Receipt struct {
	Conversation    string
	Delivered, Read int64
}

// Mark is how far a user has got after a receipt. Err is what is wrong with the receipt: ErrNoConversation or ErrReceiptAhead.
type Mark struct {
	Delivered, Read int64
	Err             error
}

const (
	// MaxReceipts limits the receipts of one change: the outbox takes a lock for each conversation.
	MaxReceipts = 100
	// toldUpTo is how many members hear the receipts of the others.
	toldUpTo = 32

	accessOfMany = `SELECT ` + accessColumns + accessTables + `AND c.id = ANY ($3)`
	// A receipt waits for whoever changes the people of a conversation (lockAccess), so that nobody who was removed hears it. It does not
	// wait for messages, nor they for it (lockToSend).
	holdMembers = `SELECT c.id FROM chat.conversation c WHERE c.id_empresa = $1 AND c.id = ANY ($2) ORDER BY c.id FOR KEY SHARE`
	mark        = `INSERT INTO chat.member AS m (id_empresa, conversation_id, user_id, role, delivered_seq, read_seq)
SELECT $1, w.id, $2, 'member', w.delivered, w.read FROM unnest($3::text[], $4::bigint[], $5::bigint[]) AS w(id, delivered, read) ORDER BY w.id
ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET delivered_seq = greatest(m.delivered_seq, excluded.delivered_seq),
    read_seq = greatest(m.read_seq, excluded.read_seq), changed_at = clock_timestamp()
WHERE m.delivered_seq < excluded.delivered_seq OR m.read_seq < excluded.read_seq
RETURNING m.conversation_id AS id, m.delivered_seq AS delivered, m.read_seq AS read`
	fewMembers = `SELECT m.conversation_id AS id, array_agg(m.user_id ORDER BY m.user_id) AS users FROM chat.member m
WHERE m.id_empresa = $1 AND m.conversation_id = ANY ($2) AND m.left_seq IS NULL GROUP BY m.conversation_id HAVING count(*) <= $3`
)

// Receive moves the user's marks forward, and tells of each conversation in which one has moved. Each receipt is judged alone; there are at
// most MaxReceipts. No mark goes back: whichever of two receipts is stored first, the higher one remains.
func (s *Store) Receive(ctx context.Context, ch *change.Change, who auth.Claims, receipts []Receipt) ([]Mark, error) {
	found, err := s.judge(ctx, ch, who, receipts)
	if err != nil {
		return nil, err
	}
	marks := make([]Mark, len(receipts))
	wanted := map[string]Mark{}
	for i, r := range receipts {
		a, ok := found[r.Conversation]
		switch {
		case !ok:
			marks[i].Err = ErrNoConversation
			continue
		case max(r.Delivered, r.Read) > min(a.LastSeq, a.place.To):
			marks[i].Err = ErrReceiptAhead
			continue
		case a.unopened && r.Read == 0:
			continue // An admin gets the messages of all visits. What it has never opened stays out of its unread messages.
		}
		w := wanted[a.ID]
		wanted[a.ID] = Mark{Delivered: max(w.Delivered, r.Delivered, r.Read), Read: max(w.Read, r.Read)}
	}
	if err := s.mark(ctx, ch, who, found, wanted); err != nil {
		return nil, err
	}
	for i, r := range receipts {
		if marks[i].Err == nil {
			a, w := found[r.Conversation], wanted[r.Conversation]
			marks[i].Delivered, marks[i].Read = max(a.Delivered, w.Delivered), max(a.Read, w.Read)
		}
	}
	return marks, nil
}

// judge returns those of the conversations that the user may read.
func (s *Store) judge(ctx context.Context, ch *change.Change, who auth.Claims, receipts []Receipt) (map[string]*access, error) {
	is, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range receipts {
		ids = append(ids, r.Conversation)
	}
	var rows []access
	if err := ch.Tx.SelectContext(ctx, &rows, accessOfMany, ch.Company, who.Subject, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read the conversations of receipts: %w", err)
	}
	found := map[string]*access{}
	for i := range rows {
		if rows[i].find(who, is.Keep) {
			found[rows[i].ID] = &rows[i]
		}
	}
	return found, nil
}

// mark stores those of the wanted marks that are news, and tells. Of these it puts into wanted what holds then. One that did not move is
// where another request has put it, which is further.
func (s *Store) mark(ctx context.Context, ch *change.Change, who auth.Claims, found map[string]*access, wanted map[string]Mark) error {
	var ids, chosen []string
	var delivered, read []int64
	for id, w := range wanted {
		a := found[id]
		if w.Delivered <= a.Delivered && w.Read <= a.Read {
			continue
		}
		ids, delivered, read = append(ids, id), append(delivered, w.Delivered), append(read, w.Read)
		if talk.HasMembers(a.Kind) && a.place.To == talk.Open {
			chosen = append(chosen, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := ch.Tx.ExecContext(ctx, holdMembers, ch.Company, pq.Array(ids)); err != nil {
		return fmt.Errorf("hold the members of conversations: %w", err)
	}
	var moved []struct {
		ID        string `db:"id"`
		Delivered int64  `db:"delivered"`
		Read      int64  `db:"read"`
	}
	if err := ch.Tx.SelectContext(ctx, &moved, mark, ch.Company, who.Subject, pq.Array(ids), pq.Array(delivered), pq.Array(read)); err != nil {
		return fmt.Errorf("store how far somebody has got: %w", err)
	}
	var few []struct {
		ID    string         `db:"id"`
		Users pq.StringArray `db:"users"`
	}
	if err := ch.Tx.SelectContext(ctx, &few, fewMembers, ch.Company, pq.Array(chosen), toldUpTo); err != nil {
		return fmt.Errorf("read who hears of receipts: %w", err)
	}
	others := map[string][]string{}
	for _, f := range few {
		others[f.ID] = f.Users
	}
	for _, m := range moved {
		a, event := found[m.ID], EventDelivered
		if m.Read > a.Read {
			event = EventRead
		}
		wanted[m.ID] = Mark{Delivered: m.Delivered, Read: m.Read}
		to := audience.Audience{Users: []string{who.Subject}}
		switch {
		case a.Kind == talk.Visit:
			to = talk.Audience(a.Kind, a.of(), nil)
		case others[m.ID] != nil:
			to.Users = others[m.ID]
		}
		if err := ch.Emit(Domain, event, m.ID, to, &terrenov1.ChatReceipt{ //nolint:gosec // nobody sends two billion messages in one conversation
			ConversationId: m.ID, UserId: who.Subject, DeliveredSeq: int32(m.Delivered), ReadSeq: int32(m.Read),
		}); err != nil {
			return err
		}
	}
	return nil
}

// Listeners returns who is in a conversation in which the user may write. Errors are ErrNoConversation, ErrReadOnly, ErrMayNotTalk and
// ErrOtherInactive.
func (s *Store) Listeners(ctx context.Context, who auth.Claims, conversation string) (to audience.Audience, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		a, err := open(ctx, tx, selectAccess, who, conversation)
		switch {
		case err != nil:
			return err
		case !a.place.Writes:
			return ErrReadOnly
		}
		list, err := members(ctx, tx, who.Company, a.Conversation)
		if err != nil {
			return err
		}
		to = talk.Audience(a.Kind, a.of(), userIDs(list))
		return mayStillTalk(ctx, tx, who, &a, list)
	})
	return to, err
}
