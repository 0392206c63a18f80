package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// Every way to read what one is not in goes through openAudit or through mayAudit, auditable and logAudit: the company has turned auditing
// on, an admin may read all, a supervisor what it sees somebody of, and the log has it before the reader has an answer.

// auditable is the condition that a user may read the conversation c for auditing. Its parameters are visible.Params in number, from first
// on, and those of visible.Of(who).Args(); $1 is the company. Who is in a visit's conversation sees its worker, so others do not read it.
// Everybody sees itself: that a supervisor was added to a group opens no more than its own part.
func auditable(first int) string {
	return fmt.Sprintf(`($%d OR c.kind IN ('private', 'group') AND EXISTS (SELECT 1 FROM chat.member p WHERE p.id_empresa = $1 AND p.conversation_id = c.id
    AND p.left_seq IS NULL AND p.user_id <> $%d AND %s) OR c.kind = 'team' AND EXISTS (SELECT 1 FROM identity.v_team_members p WHERE p.id_empresa = $1 AND p.team_id = c.team_id AND %s))`,
		first, first+1, visible.Where("p.user_id", first), visible.Where("p.user_id", first))
}

var isAuditable = `SELECT EXISTS (SELECT 1 FROM chat.conversation c WHERE c.id_empresa = $1 AND c.id = $2 AND ` + auditable(3) + `)`

const (
	// The ids are sorted, so that two who read at once do not wait for each other in a circle.
	insertAudit = `INSERT INTO chat.audit AS a (id_empresa, conversation_id, user_id, day, first_at, last_at)
SELECT $1, id, $2, ($4::timestamptz AT TIME ZONE 'UTC')::date, $4, $4 FROM unnest($3::text[]) id ORDER BY id
ON CONFLICT (id_empresa, conversation_id, user_id, day) DO UPDATE SET first_at = least(a.first_at, excluded.first_at), last_at = greatest(a.last_at, excluded.last_at)`
	selectAudits = `SELECT a.user_id, a.day::text AS day, a.first_at, a.last_at FROM chat.audit a WHERE a.id_empresa = $1 AND a.conversation_id = $2
AND ($3 = '' OR (a.day, a.user_id) < (nullif($3, '')::date, $4)) ORDER BY a.day DESC, a.user_id DESC LIMIT $5`
	conversationExists = `SELECT c.id FROM chat.conversation c WHERE c.id_empresa = $1 AND c.id = $2`
)

// mayAudit says whether somebody may read for auditing at all. The errors are ErrForbidden and ErrAuditingOff.
func mayAudit(who auth.Claims, is talk.Settings) error {
	switch {
	case who.Role != audience.RoleAdmin && who.Role != audience.RoleSupervisor:
		return ErrForbidden
	case !is.Auditing:
		return ErrAuditingOff
	}
	return nil
}

// logAudit writes down that somebody reads conversations that it is not in. It belongs to the transaction that reads them: nobody gets an
// answer of which the log has nothing.
func logAudit(ctx context.Context, tx *sqlx.Tx, who auth.Claims, at time.Time, conversations ...string) error {
	if len(conversations) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, insertAudit, who.Company, who.Subject, pq.Array(conversations), at); err != nil {
		return fmt.Errorf("log who reads conversations: %w", err)
	}
	return nil
}

// whole says whether the user reads all of a conversation without auditing.
func (a *access) whole() bool { return a.place.From == 0 && a.place.To == talk.Open }

// audited makes a conversation one that the user reads all of, and may not write in.
func (a *access) audited() { a.place = talk.Place{To: talk.Open, Role: talk.Member} }

// openAudit is like open with selectAccess when at is zero. Otherwise the user reads all of the conversation, at that time: it is logged,
// unless the user is in it and reads all of it anyway. The errors are ErrNoConversation, ErrForbidden and ErrAuditingOff.
func openAudit(ctx context.Context, tx *sqlx.Tx, who auth.Claims, id string, at time.Time) (a access, err error) {
	if at.IsZero() {
		return open(ctx, tx, selectAccess, who, id)
	}
	is, err := readSettings(ctx, tx, who.Company)
	if err != nil {
		return a, err
	}
	if err := mayAudit(who, is); err != nil {
		return a, err
	}
	if a, err = readOne[access](ctx, tx, "a conversation", ErrNoConversation, selectAccess, who.Company, who.Subject, id); err != nil {
		return a, err
	}
	_, err = audit(ctx, tx, who, &a, is, at)
	return a, err
}

// audit lets the user read all of a conversation and logs it; others is true then. Nothing is logged if the user is in it and reads all of it
// anyway. Who is in it, and sees nobody there, reads its own part.
func audit(ctx context.Context, tx *sqlx.Tx, who auth.Claims, a *access, is talk.Settings, at time.Time) (others bool, err error) {
	own := a.find(who, is.Keep)
	if own && a.whole() {
		return false, nil
	}
	ok, err := readOne[bool](ctx, tx, "who is in a conversation", ErrNoConversation, isAuditable, append([]any{who.Company, a.ID}, visible.Of(who).Args()...)...)
	switch {
	case err != nil:
		return false, err
	case !ok && own:
		return false, nil
	case !ok:
		return false, ErrNoConversation
	}
	a.audited()
	return true, logAudit(ctx, tx, who, at, a.ID)
}

// Audit is who read a conversation without being in it, on a day in UTC, and when for the first and the last time.
type Audit struct {
	UserID  string    `db:"user_id"`
	Day     string    `db:"day"`
	FirstAt time.Time `db:"first_at"`
	LastAt  time.Time `db:"last_at"`
}

// AfterAudit is the place of a row in the list of them.
type AfterAudit struct {
	Day    string `json:"day"`
	UserID string `json:"user"`
}

// Audits returns who read a conversation without being in it, newest day first; one more than the limit if there are more. It is for those
// who are in the conversation, and for admins.
func (s *Store) Audits(ctx context.Context, who auth.Claims, id string, after AfterAudit, limit int) (list []Audit, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		_, err := open(ctx, tx, selectAccess, who, id)
		if errors.Is(err, ErrNoConversation) && who.Role == audience.RoleAdmin {
			_, err = readOne[string](ctx, tx, "a conversation", ErrNoConversation, conversationExists, who.Company, id)
		}
		if err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &list, selectAudits, who.Company, id, after.Day, after.UserID, limit); err != nil {
			return fmt.Errorf("read who read a conversation: %w", err)
		}
		return nil
	})
	return list, err
}
