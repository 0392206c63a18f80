package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// MaxUnshown is how many files of one user may wait for the messages that show them.
const MaxUnshown = 20

// File is a photo or a file of a conversation.
type File struct {
	ID    string `db:"id"`
	By    string `db:"user_id"`
	Kind  string `db:"kind"`
	Name  string `db:"name"`
	Type  string `db:"type"`
	Bytes int64  `db:"bytes"`
	// Blob is the name of the file of pkg/blob with its bytes.
	Blob string `db:"blob"`
	// Seq is of the message that shows it, or 0.
	Seq int64 `db:"seq"`
}

const (
	insertFile = `INSERT INTO chat.file (id_empresa, conversation_id, id, user_id, kind, name, type, bytes, blob, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	useRoom = `INSERT INTO chat.file_use AS u (id_empresa, bytes) VALUES ($1, $2)
ON CONFLICT (id_empresa) DO UPDATE SET bytes = u.bytes + excluded.bytes RETURNING bytes`
	unshownOf = `SELECT count(*) FROM chat.file f WHERE f.id_empresa = $1 AND f.user_id = $2 AND f.seq = 0`
	// The file of a message that was deleted is there until the upkeep comes. Nobody gets it any more; and who left at $4, none of a message that was changed since (access.hide).
	selectFile = `SELECT f.id, f.user_id, f.kind, f.name, f.type, f.bytes, f.blob, f.seq FROM chat.file f
WHERE f.id_empresa = $1 AND f.conversation_id = $2 AND f.id = $3 AND (f.seq = 0 OR EXISTS (SELECT 1 FROM chat.message s
    WHERE s.id_empresa = f.id_empresa AND s.conversation_id = f.conversation_id AND s.seq = f.seq AND s.file_id = f.id AND s.deleted_at IS NULL
    AND ($4::timestamptz IS NULL OR s.edited_at IS NULL OR s.changed_at <= $4)))`
	knownBlobs = `SELECT f.blob FROM chat.file f WHERE f.id_empresa = $1 AND f.conversation_id = $2 AND f.blob = ANY ($3)`
)

// MaySendFile returns ErrNoConversation, ErrReadOnly, ErrMayNotTalk or ErrOtherInactive if a file of the user would not be taken whatever it
// is. AddFile decides again.
func (s *Store) MaySendFile(ctx context.Context, who auth.Claims, conversation string) error {
	return s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error { return mayWrite(ctx, tx, who, conversation) })
}

func mayWrite(ctx context.Context, tx *sqlx.Tx, who auth.Claims, conversation string) error {
	a, err := open(ctx, tx, selectAccess, who, conversation)
	if err != nil {
		return err
	}
	if !a.place.Writes {
		return ErrReadOnly
	}
	list, err := members(ctx, tx, who.Company, a.Conversation)
	if err != nil {
		return err
	}
	return mayStillTalk(ctx, tx, who, &a, list)
}

// AddFile adds a file that no message shows yet. room is how many bytes the files of the company may have together. Errors are
// ErrNoConversation, ErrReadOnly, ErrMayNotTalk, ErrOtherInactive, ErrTooManyFiles and ErrFileRoom.
func (s *Store) AddFile(ctx context.Context, ch *change.Change, who auth.Claims, conversation string, f File, room int64) error {
	if err := mayWrite(ctx, ch.Tx, who, conversation); err != nil {
		return err
	}
	if _, err := ch.Tx.ExecContext(ctx, insertFile, ch.Company, conversation, f.ID, who.Subject, f.Kind, f.Name, f.Type, f.Bytes, f.Blob, ch.At); err != nil {
		return fmt.Errorf("add a file: %w", err)
	}
	// The row is locked until the end: uploads of a company count one after the other.
	used, err := readOne[int64](ctx, ch.Tx, "the bytes of files", ErrFileRoom, useRoom, ch.Company, f.Bytes)
	if err != nil {
		return err
	}
	if used > room {
		return ErrFileRoom
	}
	n, err := readOne[int](ctx, ch.Tx, "the files that wait", ErrTooManyFiles, unshownOf, ch.Company, who.Subject)
	if err == nil && n > MaxUnshown {
		err = ErrTooManyFiles
	}
	return err
}

// File returns a file that a message shows which the user may read, or one that waits for a message of the user. Errors are
// ErrNoConversation and ErrNoSuchFile.
func (s *Store) File(ctx context.Context, who auth.Claims, conversation, id string) (f File, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		a, err := open(ctx, tx, selectAccess, who, conversation)
		if err != nil {
			return err
		}
		if f, err = readOne[File](ctx, tx, "a file", ErrNoSuchFile, selectFile, who.Company, conversation, id, a.LeftAt); err != nil {
			return err
		}
		if f.Seq == 0 && (f.By != who.Subject || a.place.To != talk.Open) || f.Seq != 0 && !a.place.Sees(f.Seq) {
			return ErrNoSuchFile
		}
		return nil
	})
	return f, err
}

// KnownFiles returns those of the files of a conversation that a row names.
func (s *Store) KnownFiles(ctx context.Context, of blob.Owner, names []string) (known []string, err error) {
	err = s.db.AsWorkerFor(ctx, of.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &known, knownBlobs, of.Company, of.Thing, pq.Array(names))
	})
	if err != nil {
		return nil, fmt.Errorf("look for files: %w", err)
	}
	return known, nil
}

// Gone is a file of pkg/blob whose row was removed.
type Gone struct {
	Of   blob.Owner
	Name string
}

type goneRow struct {
	Company      string `db:"id_empresa"`
	Conversation string `db:"conversation_id"`
	Blob         string `db:"blob"`
	Bytes        int64  `db:"bytes"`
}

const (
	returningGone  = ` RETURNING f.id_empresa, f.conversation_id, f.blob, f.bytes`
	deleteUnshown  = `DELETE FROM chat.file f WHERE f.seq = 0 AND f.ctid IN (SELECT x.ctid FROM chat.file x WHERE x.seq = 0 AND x.stored_at < clock_timestamp() - interval '1 day' LIMIT $1)` + returningGone
	deleteDeadOnes = `DELETE FROM chat.file f USING (SELECT x.id_empresa, x.conversation_id, x.id FROM chat.message s
    JOIN chat.file x ON x.id_empresa = s.id_empresa AND x.conversation_id = s.conversation_id AND x.seq = s.seq
    WHERE s.deleted_at IS NOT NULL AND s.kind IN ('photo', 'file') LIMIT $1) d
WHERE f.id_empresa = d.id_empresa AND f.conversation_id = d.conversation_id AND f.id = d.id` + returningGone
	deleteFilesUpTo = `DELETE FROM chat.file f WHERE f.id_empresa = $1 AND f.conversation_id = $2 AND f.seq > 0 AND f.seq <= $3` + returningGone
	deleteFilesOf   = `DELETE FROM chat.file f WHERE f.id_empresa = $1 AND f.conversation_id = $2 AND f.user_id = $3 AND f.seq = ANY ($4)` + returningGone
	lessRoom        = `UPDATE chat.file_use SET bytes = greatest(0, bytes - $2) WHERE id_empresa = $1`
)

// PruneFiles removes at most limit files that have waited a day for a message, by PostgreSQL's clock, and at most limit of messages that say
// nothing any more. It returns their bytes, to be deleted.
func (s *Store) PruneFiles(ctx context.Context, limit int) (gone []Gone, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		waited, err := deleteFiles(ctx, tx, deleteUnshown, limit)
		if err != nil {
			return err
		}
		dead, err := deleteFiles(ctx, tx, deleteDeadOnes, limit)
		if err != nil {
			return err
		}
		gone, err = giveRoom(ctx, tx, append(waited, dead...))
		return err
	})
	return gone, err
}

func deleteFiles(ctx context.Context, tx *sqlx.Tx, statement string, args ...any) (rows []goneRow, err error) {
	if err := tx.SelectContext(ctx, &rows, statement, args...); err != nil {
		return nil, fmt.Errorf("remove files: %w", err)
	}
	return rows, nil
}

// giveRoom counts the bytes of removed files no longer. Conversations are locked before it, and companies in their order.
func giveRoom(ctx context.Context, tx *sqlx.Tx, rows []goneRow) (gone []Gone, err error) {
	bytes := map[string]int64{}
	for _, r := range rows {
		bytes[r.Company] += r.Bytes
		gone = append(gone, Gone{blob.Owner{Company: r.Company, Thing: r.Conversation}, r.Blob})
	}
	for _, company := range slices.Sorted(maps.Keys(bytes)) {
		if _, err := tx.ExecContext(ctx, lessRoom, company, bytes[company]); err != nil {
			return nil, fmt.Errorf("count the bytes of files: %w", err)
		}
	}
	return gone, nil
}
