package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

const (
	messagesBefore = `SELECT ` + messageColumns + messageTables + `AND s.seq > $3 AND s.seq <= $4 AND s.seq < $5 ORDER BY s.seq DESC LIMIT $6`
	messagesAfter  = `SELECT ` + messageColumns + messageTables + `AND s.seq > $3 AND s.seq <= $4 AND s.seq > $5 ORDER BY s.seq LIMIT $6`
)

// Part is what somebody asks for of a conversation's messages: those before a seq, newest first, or those after one, oldest first.
type Part struct {
	// After is negative, and Before 0, when nothing was asked for. With neither, it is the newest messages.
	Before, After int64
	Limit         int
	// Audit is the time at which the user reads what it is not in (openAudit), or zero.
	Audit time.Time
}

// Messages returns a part of the messages that the user may read; one more than the limit if there are more.
func (s *Store) Messages(ctx context.Context, who auth.Claims, conversation string, part Part) (list []Message, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		a, err := openAudit(ctx, tx, who, conversation, part.Audit)
		if err != nil {
			return err
		}
		query, from := messagesBefore, part.Before
		switch {
		case part.After >= 0:
			query, from = messagesAfter, part.After
		case from == 0:
			from = talk.Open
		}
		if err := tx.SelectContext(ctx, &list, query, who.Company, conversation, a.place.From, a.place.To, from, part.Limit+1); err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		a.hide(list)
		return nil
	})
	return list, err
}
