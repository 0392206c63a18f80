package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// retentionStep is how far one run goes beyond the one before. After an outage the runs come up with the time by a day each. And a
	// replica whose clock is years ahead, which runs the last seven dates, removes nothing that would not be due within two weeks.
	retentionStep = 2 * 24 * time.Hour
	// auditKept is how long it is kept who read the conversations of others.
	auditKept = 730 * 24 * time.Hour

	// The first run has none before it: it goes as far beyond the newest message. Without a message there is nothing to judge yet.
	lastJudged = `INSERT INTO chat.retention AS r (id_empresa, judged_at)
SELECT $1, least($2, n.at + $3 * interval '1 second') FROM (SELECT max(s.created_at) AS at FROM chat.message s WHERE s.id_empresa = $1) n
WHERE n.at IS NOT NULL OR EXISTS (SELECT 1 FROM chat.retention o WHERE o.id_empresa = $1)
ON CONFLICT (id_empresa) DO UPDATE SET judged_at = greatest(r.judged_at, least($2, r.judged_at + $3 * interval '1 second')) RETURNING judged_at`
	oldConversations = `SELECT DISTINCT s.conversation_id FROM chat.message s WHERE s.id_empresa = $1 AND s.created_at < $2`
	oldestMessages   = `SELECT s.seq, s.created_at FROM chat.message s WHERE s.id_empresa = $1 AND s.conversation_id = $2 ORDER BY s.seq LIMIT $3`
	deleteMessages   = `DELETE FROM chat.message WHERE id_empresa = $1 AND conversation_id = $2 AND seq <= $3`
	moveGone         = `UPDATE chat.conversation SET gone_seq = $3, changed_at = clock_timestamp() WHERE id_empresa = $1 AND id = $2 AND gone_seq < $3`
	deleteAudits     = `DELETE FROM chat.audit WHERE id_empresa = $1 AND last_at < $2`
)

// BeginRetention returns which messages of a company are too old for a run that was due at an instant, those before cut, and the
// conversations that have such messages. There are none in a company that never had a message.
func (s *Store) BeginRetention(ctx context.Context, company string, due time.Time) (cut time.Time, conversations []string, err error) {
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, company)
		if err != nil {
			return err
		}
		judged, err := readOne[time.Time](ctx, tx, "how far the retention has got", errNone, lastJudged, company, due, int64(retentionStep/time.Second))
		switch {
		case err == errNone: //nolint:errorlint // readOne returns it as it is
			return nil
		case err != nil:
			return err
		}
		if due.Before(judged) { // a date that was missed; the younger one has done its work
			judged = due
		}
		cut = judged.AddDate(0, 0, -is.RetentionDays)
		if _, err := tx.ExecContext(ctx, deleteAudits, company, judged.Add(-auditKept)); err != nil {
			return fmt.Errorf("remove old audits: %w", err)
		}
		if err := tx.SelectContext(ctx, &conversations, oldConversations, company, cut); err != nil {
			return fmt.Errorf("look for old messages: %w", err)
		}
		return nil
	})
	return cut, conversations, err
}

// Retain removes the oldest messages of a conversation, at most limit of them, up to the first that came at an instant or later. It returns
// how many there were, and the bytes of their files, to be deleted. What is left has no gap.
func (s *Store) Retain(ctx context.Context, company, conversation string, cut time.Time, limit int) (n int, gone []Gone, err error) {
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		n, gone = 0, nil
		if _, err := readOne[string](ctx, tx, "a conversation", ErrNoConversation, lockToSend, company, conversation); err != nil {
			return err
		}
		var oldest []struct {
			Seq int64     `db:"seq"`
			At  time.Time `db:"created_at"`
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
