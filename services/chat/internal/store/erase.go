package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
)

// Erasure is what became of the wish to erase the messages of a person.
type Erasure struct {
	ID          string     `db:"id"`
	UserID      string     `db:"user_id"`
	RequestedAt time.Time  `db:"requested_at"`
	RequestedBy string     `db:"requested_by"`
	Messages    int64      `db:"messages"`
	DoneAt      *time.Time `db:"done_at"`
}

// ErasurePlace is the place of an erasure in the list.
type ErasurePlace struct {
	At time.Time `json:"at"`
	ID string    `json:"id"`
}

const (
	erasureColumns = `e.id, e.user_id, e.requested_at, e.requested_by, e.messages, e.done_at`
	isPerson       = `SELECT EXISTS (SELECT 1 FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $2) OR EXISTS (SELECT 1 FROM chat.message s WHERE s.id_empresa = $1 AND s.sender_id = $2)`
	insertErasure  = `INSERT INTO chat.erasure (id_empresa, id, user_id, requested_at, requested_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id_empresa, user_id) WHERE done_at IS NULL DO NOTHING`
	openErasureOf = `SELECT ` + erasureColumns + ` FROM chat.erasure e WHERE e.id_empresa = $1 AND e.user_id = $2 AND e.done_at IS NULL`
	listErasures  = `SELECT ` + erasureColumns + ` FROM chat.erasure e WHERE e.id_empresa = $1 AND ($2::timestamptz IS NULL OR (e.requested_at, e.id) < ($2, $3))
ORDER BY e.requested_at DESC, e.id DESC LIMIT $4`
	openErasures = `SELECT e.id_empresa, e.id, e.user_id FROM chat.erasure e WHERE e.done_at IS NULL AND ($1 = '' OR e.id_empresa = $1) ORDER BY e.requested_at LIMIT $2`

	// What a client sent has a hash of its request. A message without it says nothing any more, or is a line of the system.
	nextToErase = `SELECT s.conversation_id FROM chat.message s WHERE s.id_empresa = $1 AND s.sender_id = $2 AND s.request <> '' ORDER BY s.conversation_id, s.seq LIMIT 1`
	lockVisible = `SELECT ` + accessColumns + accessTables + `AND c.id = $3 FOR NO KEY UPDATE OF c`
	eraseSome   = `UPDATE chat.message s SET text = '', lat = NULL, lon = NULL, accuracy_m = NULL, file_id = '', mentions = '{}', request = '', words = '', sent_at = NULL, edited_at = NULL,
    deleted_at = coalesce(s.deleted_at, $4), version = s.version + 1, changed_at = clock_timestamp()
WHERE s.id_empresa = $1 AND s.conversation_id = $2 AND s.sender_id = $3 AND s.seq IN (SELECT x.seq FROM chat.message x
    WHERE x.id_empresa = $1 AND x.conversation_id = $2 AND x.sender_id = $3 AND x.request <> '' ORDER BY x.seq LIMIT $5)
RETURNING s.seq, s.version, s.sender_id, s.client_id, s.kind, s.reply_to, s.created_at, s.deleted_at`
	touchConversation = `UPDATE chat.conversation SET changed_at = clock_timestamp() WHERE id_empresa = $1 AND id = $2`
	// Seq 0 are those that wait for a message.
	deleteWaitingOf = `DELETE FROM chat.file f WHERE f.id_empresa = $1 AND f.user_id = $2 AND f.seq = 0` + returningGone
	countErased     = `UPDATE chat.erasure SET messages = messages + $3 WHERE id_empresa = $1 AND id = $2`
	// A message that was on its way when an admin asked may come until its request is given up, after httpx.DefaultTimeout.
	endErasure = `UPDATE chat.erasure SET done_at = $3 WHERE id_empresa = $1 AND id = $2 AND done_at IS NULL AND stored_at < clock_timestamp() - interval '1 minute'`
)

// BeginErasure returns the erasure of a person that is under way, and begins it if there is none; made says that. The error is ErrNoPerson.
func (s *Store) BeginErasure(ctx context.Context, ch *change.Change, who auth.Claims, user string) (e Erasure, made bool, err error) {
	if known, err := readOne[bool](ctx, ch.Tx, "a person", ErrNoPerson, isPerson, ch.Company, user); err != nil || !known {
		if err == nil {
			err = ErrNoPerson
		}
		return e, false, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return e, false, err
	}
	done, err := ch.Tx.ExecContext(ctx, insertErasure, ch.Company, id.String(), user, ch.At, who.Subject)
	if err != nil {
		return e, false, fmt.Errorf("add an erasure: %w", err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		return e, false, err
	}
	if made = n == 1; made {
		if err := ch.Log(change.Logged{What: "chat.erased", Entity: "user/" + user}); err != nil {
			return e, false, err
		}
	}
	e, err = readOne[Erasure](ctx, ch.Tx, "an erasure", ErrNoPerson, openErasureOf, ch.Company, user)
	return e, made, err
}

// Erasures returns those of a company, the newest first; one more than the limit if there are more.
func (s *Store) Erasures(ctx context.Context, company string, after *ErasurePlace, limit int) (list []Erasure, err error) {
	var at *time.Time
	var id string
	if after != nil {
		at, id = &after.At, after.ID
	}
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &list, listErasures, company, at, id, limit+1) })
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// OpenErasure is one that is under way.
type OpenErasure struct {
	Company string `db:"id_empresa"`
	ID      string `db:"id"`
	User    string `db:"user_id"`
}

// OpenErasures returns at most limit erasures that are under way, of one company or of all ("").
func (s *Store) OpenErasures(ctx context.Context, company string, limit int) (list []OpenErasure, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &list, openErasures, company, limit) })
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// ByErasure is who makes the changes of an erasure.
const ByErasure = "borrado"

// Erase makes at most limit messages of a person, of one conversation, say nothing any more, and tells those who see them. more is false
// when nothing is left: the erasure is done then, unless it is younger than a minute. It returns the bytes of files, to be deleted. The
// sequence stays whole: each message keeps its number.
func (s *Store) Erase(ctx context.Context, o OpenErasure, limit int) (more bool, gone []Gone, err error) {
	err = s.changes.AsWorkerFor(ctx, o.Company, ByErasure, func(ch *change.Change) error {
		more, gone = false, nil
		conversation, err := readOne[string](ctx, ch.Tx, "a message to erase", ErrNoMessage, nextToErase, ch.Company, o.User)
		if err == ErrNoMessage { //nolint:errorlint // readOne returns it as it is
			gone, err = endErasureOf(ctx, ch, o)
			return err
		}
		if err != nil {
			return err
		}
		more = true
		gone, err = s.eraseIn(ctx, ch, o, conversation, limit)
		return err
	})
	return more, gone, err
}

func endErasureOf(ctx context.Context, ch *change.Change, o OpenErasure) ([]Gone, error) {
	rows, err := deleteFiles(ctx, ch.Tx, deleteWaitingOf, ch.Company, o.User)
	if err != nil {
		return nil, err
	}
	if _, err := ch.Tx.ExecContext(ctx, endErasure, ch.Company, o.ID, ch.At); err != nil {
		return nil, fmt.Errorf("end an erasure: %w", err)
	}
	return giveRoom(ctx, ch.Tx, rows)
}

func (s *Store) eraseIn(ctx context.Context, ch *change.Change, o OpenErasure, conversation string, limit int) ([]Gone, error) {
	a, err := readOne[access](ctx, ch.Tx, "a conversation", ErrNoConversation, lockVisible, ch.Company, o.User, conversation)
	if err != nil {
		return nil, err
	}
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return nil, err
	}
	var erased []Message
	if err := ch.Tx.SelectContext(ctx, &erased, eraseSome, ch.Company, conversation, o.User, ch.At, limit); err != nil {
		return nil, fmt.Errorf("erase messages: %w", err)
	}
	var seqs []int64
	for _, m := range erased {
		seqs = append(seqs, m.Seq)
		if err := tellMessage(ch, EventEdited, &a, list, m); err != nil {
			return nil, err
		}
	}
	rows, err := deleteFiles(ctx, ch.Tx, deleteFilesOf, ch.Company, conversation, o.User, pq.Array(seqs))
	if err != nil {
		return nil, err
	}
	if _, err := ch.Tx.ExecContext(ctx, touchConversation, ch.Company, conversation); err != nil {
		return nil, fmt.Errorf("mark a changed conversation: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, countErased, ch.Company, o.ID, len(erased)); err != nil {
		return nil, fmt.Errorf("count erased messages: %w", err)
	}
	return giveRoom(ctx, ch.Tx, rows)
}
