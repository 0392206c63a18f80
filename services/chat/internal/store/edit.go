package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

const (
	editMessage = `UPDATE chat.message SET version = version + 1, text = $4, mentions = $5, edited_at = $6, changed_at = clock_timestamp(),
    words = to_tsvector('spanish', $7) || to_tsvector('simple', $7) WHERE id_empresa = $1 AND conversation_id = $2 AND seq = $3`
	emptyMessage = `UPDATE chat.message SET version = version + 1, text = '', lat = NULL, lon = NULL, accuracy_m = NULL, file_id = '', mentions = '{}', words = '',
    deleted_at = $4, changed_at = clock_timestamp() WHERE id_empresa = $1 AND conversation_id = $2 AND seq = $3`
	// By PostgreSQL's clock, as both ends of the time are: two replicas need not agree.
	tooLate = `SELECT s.stored_at < clock_timestamp() - $4 * interval '1 second' FROM chat.message s WHERE s.id_empresa = $1 AND s.conversation_id = $2 AND s.seq = $3`
	// Nobody's file without a message: nobody can read it or show it again, and the next upkeep removes it with its bytes, whatever the clock.
	freeFile = `UPDATE chat.file SET seq = 0, user_id = '', stored_at = 'epoch' WHERE id_empresa = $1 AND conversation_id = $2 AND id = $3`
)

// Edit changes what a message says, and whom it mentions. A repetition changes nothing, however late it comes. Errors are
// ErrNoConversation, ErrNoMessage, ErrReadOnly, ErrNotEditable, ErrTooLate, ErrMayNotTalk, ErrOtherInactive, ErrMention and *talk.FieldError.
func (s *Store) Edit(ctx context.Context, ch *change.Change, who auth.Claims, conversation string, seq int64, typed string, mentions []string) (Message, error) {
	a, m, err := s.openMessage(ctx, ch, who, conversation, seq)
	switch {
	case err != nil:
		return m, err
	case !a.place.Writes:
		return m, ErrReadOnly
	case m.SenderID != who.Subject || m.Kind == talk.System || m.DeletedAt != nil:
		return m, ErrNotEditable
	}
	d := talk.Draft{Kind: m.Kind, Text: typed, Lat: m.Lat, Lon: m.Lon, Accuracy: m.AccuracyM, FileID: m.FileID, Mentions: mentions}
	if err := d.Check(); err != nil {
		return m, err
	}
	if d.Text == m.Text && slices.Equal(d.Mentions, m.Mentions) {
		return m, nil
	}
	late, err := readOne[bool](ctx, ch.Tx, "the age of a message", ErrNoMessage, tooLate, ch.Company, conversation, seq, talk.EditWithin.Seconds())
	if err == nil && late {
		err = ErrTooLate
	}
	if err != nil {
		return m, err
	}
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return m, err
	}
	if err := mayStillTalk(ctx, ch.Tx, who, &a, list); err != nil {
		return m, err
	}
	// Who was mentioned before may have left meanwhile.
	fresh := slices.DeleteFunc(slices.Clone(d.Mentions), func(id string) bool { return slices.Contains(m.Mentions, id) })
	if err := mayMention(ctx, ch.Tx, ch.Company, &a, list, fresh); err != nil {
		return m, err
	}
	m.Text, m.Mentions, m.EditedAt, m.Version = d.Text, d.Mentions, &ch.At, m.Version+1
	if _, err := ch.Tx.ExecContext(ctx, editMessage, ch.Company, a.ID, seq, m.Text, pq.Array(append([]string{}, m.Mentions...)), ch.At,
		talk.Words(m.Text, m.FileName)); err != nil {
		return m, fmt.Errorf("change a message: %w", err)
	}
	return m, tellMessage(ch, EventEdited, &a, list, m)
}

// Delete empties a message for all. Its sender may, and the owner of a group. A repetition changes nothing. Errors are ErrNoConversation,
// ErrNoMessage, ErrReadOnly, ErrNotEditable and ErrForbidden.
func (s *Store) Delete(ctx context.Context, ch *change.Change, who auth.Claims, conversation string, seq int64) (Message, error) {
	a, m, err := s.openMessage(ctx, ch, who, conversation, seq)
	switch {
	case err != nil:
		return m, err
	case a.place.To != talk.Open:
		return m, ErrReadOnly
	case m.Kind == talk.System:
		return m, ErrNotEditable
	case m.SenderID != who.Subject && (a.Kind != talk.Group || a.place.Role != talk.Owner):
		return m, ErrForbidden
	case m.DeletedAt != nil:
		return m, nil
	}
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return m, err
	}
	if m.FileID != "" {
		if _, err := ch.Tx.ExecContext(ctx, freeFile, ch.Company, a.ID, m.FileID); err != nil {
			return m, fmt.Errorf("give up a file: %w", err)
		}
	}
	if _, err := ch.Tx.ExecContext(ctx, emptyMessage, ch.Company, a.ID, seq, ch.At); err != nil {
		return m, fmt.Errorf("delete a message: %w", err)
	}
	m.empty(ch.At)
	m.Version++
	return m, tellMessage(ch, EventEdited, &a, list, m)
}

// openMessage locks the conversation, as Send does, and reads a message of it that the user sees.
func (s *Store) openMessage(ctx context.Context, ch *change.Change, who auth.Claims, conversation string, seq int64) (a access, m Message, err error) {
	if a, err = open(ctx, ch.Tx, lockToSend, who, conversation); err != nil {
		return a, m, err
	}
	if !a.place.Sees(seq) || seq <= a.GoneSeq {
		return a, m, ErrNoMessage
	}
	m, err = readOne[Message](ctx, ch.Tx, "a message", ErrNoMessage, messageBySeq, ch.Company, conversation, seq)
	return a, m, err
}
