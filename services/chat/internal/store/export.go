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
