package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
)

// Hit is a message that was found.
type Hit struct {
	Conversation string `db:"conversation_id"`
	Message
}

// Found is the place of a hit among all.
type Found struct {
	At           time.Time `json:"at"`
	Conversation string    `json:"id"`
	Seq          int64     `json:"seq"`
}

// Newest is the place before the first hit.
var Newest = Found{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), Seq: math.MaxInt64}

// The company is a word of the index (0004_files.sql), so that nothing of others is read. Words are found as they were written and by their
// stems: stop words have no stem.
var search = mine + `SELECT s.conversation_id, ` + messageColumns + `
FROM chat.message s
JOIN (SELECT DISTINCT id FROM mine) mine ON mine.id = s.conversation_id
LEFT JOIN chat.member m ON m.id_empresa = $1 AND m.conversation_id = s.conversation_id AND m.user_id = $2
LEFT JOIN chat.file f ON s.file_id <> '' AND f.id_empresa = s.id_empresa AND f.conversation_id = s.conversation_id AND f.id = s.file_id
WHERE s.id_empresa = $1 AND (s.words || array_to_tsvector(ARRAY['@' || s.id_empresa])) @@ ((quote_literal('@' || $1))::tsquery && (to_tsquery('spanish', $5) || to_tsquery('simple', $5)))
    AND s.seq > coalesce(m.joined_seq, 0) AND (m.left_seq IS NULL OR s.seq <= m.left_seq) AND s.deleted_at IS NULL AND ` + shownTo + ` AND ($6 = '' OR s.conversation_id = $6)
    AND (s.created_at, s.conversation_id, s.seq) < ($7, $8, $9)
ORDER BY s.created_at DESC, s.conversation_id DESC, s.seq DESC LIMIT $10`

// A query of nothing but stop words, such as de, would find most messages.
const hasStem = `SELECT numnode(to_tsquery('spanish', $1)) > 0`

// Search returns messages that the user may read and that contain the words of a query (talk.Query), the newest first; one more than the
// limit if there are more. conversation is "" for all. Errors are ErrNoConversation, and ErrTooShort for a query that is "" or has
// nothing but stop words.
//
// It reads as the worker: row-level security keeps PostgreSQL from using the index of words for anybody else, because its operator might
// tell of rows that the policy hides. The statement names the company.
func (s *Store) Search(ctx context.Context, who auth.Claims, query, conversation string, after Found, limit int) (hits []Hit, err error) {
	err = s.db.AsWorkerFor(ctx, who.Company, func(tx *sqlx.Tx) error {
		switch long, err := readOne[bool](ctx, tx, "the words of a search", ErrTooShort, hasStem, query); {
		case err != nil:
			return err
		case !long:
			return ErrTooShort
		}
		is, err := readSettings(ctx, tx, who.Company)
		if err != nil {
			return err
		}
		if conversation != "" {
			if _, err := open(ctx, tx, selectAccess, who, conversation); err != nil {
				return err
			}
		}
		if err := tx.SelectContext(ctx, &hits, search, who.Company, who.Subject, who.Role, is.Keep, query, conversation, after.At, after.Conversation, after.Seq, limit+1); err != nil {
			return fmt.Errorf("search messages: %w", err)
		}
		return nil
	})
	return hits, err
}
