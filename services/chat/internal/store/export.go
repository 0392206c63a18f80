package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
)

const sentBy = `SELECT s.conversation_id, ` + messageColumns + ` FROM chat.message s
LEFT JOIN chat.file f ON s.file_id <> '' AND f.id_empresa = s.id_empresa AND f.conversation_id = s.conversation_id AND f.id = s.file_id
WHERE s.id_empresa = $1 AND s.sender_id = $2 AND (s.conversation_id, s.seq) > ($3, $4) ORDER BY s.conversation_id, s.seq LIMIT $5`

// The order is of ids, because that of the list changes with each message.
const mineByID = mine + `SELECT DISTINCT id FROM mine WHERE id > $5 ORDER BY id LIMIT $6`

// ConversationsByID returns the user's conversations after one of them, in the order of their ids, at most limit.
func (s *Store) ConversationsByID(ctx context.Context, who auth.Claims, after string, limit int) (list []Summary, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, who.Company)
		if err != nil {
			return err
		}
		var ids []string
		if err := tx.SelectContext(ctx, &ids, mineByID, who.Company, who.Subject, who.Role, is.Keep, after, limit); err != nil {
			return fmt.Errorf("read which conversations somebody has: %w", err)
		}
		found, err := summaries(ctx, tx, who, is, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if found[id] == nil {
				return errDiffer(who)
			}
			list = append(list, *found[id])
		}
		return nil
	})
	return list, err
}

// SentBy returns messages that a user sent, after one of them, in the order of their conversations. It finds also those that the user may
// no longer read, because it has left: they are its own.
func (s *Store) SentBy(ctx context.Context, who auth.Claims, after Found, limit int) (list []Hit, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &list, sentBy, who.Company, who.Subject, after.Conversation, after.Seq, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read the messages of a user: %w", err)
	}
	return list, nil
}
