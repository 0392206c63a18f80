package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// auditKeptDays is how long it is kept who read the conversations of others.
	auditKeptDays = 730

	// By PostgreSQL's clock, by which all is stored, and not far beyond the instant at which the run was due, by that of a replica: one clock
	// that is years ahead removes nothing.
	oldBefore        = `SELECT least(clock_timestamp(), $2::timestamptz + interval '2 days') - $1 * interval '1 day'`
	oldConversations = `SELECT DISTINCT s.conversation_id FROM chat.message s WHERE s.id_empresa = $1 AND s.stored_at < $2`
	oldestMessages   = `SELECT s.seq, s.stored_at FROM chat.message s WHERE s.id_empresa = $1 AND s.conversation_id = $2 ORDER BY s.seq LIMIT $3`
	deleteMessages   = `DELETE FROM chat.message WHERE id_empresa = $1 AND conversation_id = $2 AND seq <= $3`
	moveGone         = `UPDATE chat.conversation SET gone_seq = $3, gone_at = clock_timestamp(), changed_at = clock_timestamp() WHERE id_empresa = $1 AND id = $2 AND gone_seq < $3`
	deleteAudits     = `DELETE FROM chat.audit WHERE id_empresa = $1 AND stored_at < least(clock_timestamp(), $3::timestamptz + interval '2 days') - $2 * interval '1 day'`
)

// BeginRetention returns which messages of a company are too old for a run that was due at an instant, those that were stored before cut, and
// the conversations that have such messages.
func (s *Store) BeginRetention(ctx context.Context, company string, due time.Time) (cut time.Time, conversations []string, err error) {
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, company)
		if err != nil {
			return err
		}
		if cut, err = readOne[time.Time](ctx, tx, "the clock", errNone, oldBefore, is.RetentionDays, due); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, deleteAudits, company, auditKeptDays, due); err != nil {
			return fmt.Errorf("remove old audits: %w", err)
		}
		if err := tx.SelectContext(ctx, &conversations, oldConversations, company, cut); err != nil {
			return fmt.Errorf("look for old messages: %w", err)
		}
		return nil
	})
	return cut, conversations, err
}

// Retain removes the oldest messages of a conversation, at most limit of them, up to the first that was stored at an instant or later. It returns
// how many there were, and the bytes of their files, to be deleted. What is left has no gap.
func (s *Store) Retain(ctx context.Context, company, conversation string, cut time.Time, limit int) (n int, gone []Gone, err error) {
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		n, gone = 0, nil
		if _, err := readOne[string](ctx, tx, "a conversation", ErrNoConversation, lockToSend, company, conversation); err != nil {
			return err
		}
		var oldest []struct {
			Seq int64     `db:"seq"`
			At  time.Time `db:"stored_at"`
		}
		if err := tx.SelectContext(ctx, &oldest, oldestMessages, company, conversation, limit); err != nil {
			return fmt.Errorf("read old messages: %w", err)
		}
		for n < len(oldest) && oldest[n].At.Before(cut) {
			n++
		}
		if n == 0 {
			return nil
		}
		upTo := oldest[n-1].Seq
		rows, err := deleteFiles(ctx, tx, deleteFilesUpTo, company, conversation, upTo)
		if err != nil {
			return err
		}
		for _, statement := range []string{deleteMessages, moveGone} {
			if _, err := tx.ExecContext(ctx, statement, company, conversation, upTo); err != nil {
				return fmt.Errorf("remove old messages: %w", err)
			}
		}
		gone, err = giveRoom(ctx, tx, rows)
		return err
	})
	return n, gone, err
}
