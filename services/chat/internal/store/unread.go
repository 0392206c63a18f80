package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
)

// Unread is what a user has not read. Muted conversations count only in Mentions.
type Unread struct {
	Conversations int `db:"conversations"`
	Messages      int `db:"messages"`
	Mentions      int `db:"mentions"`
}

// UnreadOf is how many conversations are counted: those of the newest messages.
const UnreadOf = 200

// The newest of the conversations with something that the user has not read are counted as in the list.
var countUnread = mine + `, newest AS (
    SELECT c.id FROM (SELECT DISTINCT id FROM mine) mine JOIN chat.conversation c ON c.id_empresa = $1 AND c.id = mine.id
    LEFT JOIN chat.member m ON m.id_empresa = $1 AND m.conversation_id = c.id AND m.user_id = $2
    WHERE least(c.last_seq, m.left_seq) > coalesce(m.read_seq, 0) AND (m.user_id IS NOT NULL OR c.kind <> 'visit' OR $3 <> 'admin')
    ORDER BY coalesce(m.left_last_at, c.last_at) DESC, c.id DESC LIMIT $6)
SELECT count(*) FILTER (WHERE n.unread > 0 AND heard) AS conversations, coalesce(sum(n.unread) FILTER (WHERE heard), 0) AS messages,
    coalesce(sum(n.mentions), 0) AS mentions FROM (
    SELECT coalesce(n.unread, 0) AS unread, coalesce(n.mentions, 0) AS mentions, m.muted_until IS NULL OR m.muted_until <= $5 AS heard` +
	joined(accessTables, summaryLaterals) + `AND c.id IN (SELECT id FROM newest)) n`

// Unread counts what a user has not read, in the UnreadOf conversations with the newest messages, and in each up to 1000 messages.
func (s *Store) Unread(ctx context.Context, who auth.Claims, now time.Time) (n Unread, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, who.Company)
		if err != nil {
			return err
		}
		if err := tx.GetContext(ctx, &n, countUnread, who.Company, who.Subject, who.Role, is.Keep, now, UnreadOf); err != nil {
			return fmt.Errorf("count what is unread: %w", err)
		}
		return nil
	})
	return n, err
}
