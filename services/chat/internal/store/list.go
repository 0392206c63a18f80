package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// mine are the conversations that the user $2 with the role $3 may know of, some of them twice; $4 says whether those that it has left are
// among them. It says what talk.Find says, for a list (mine_test.go compares the two). Each kind is read by an index of its own, so that
// nobody reads the conversations of others.
const (
	mine = mineBefore + mineVisits + mineAfter

	mineBefore = `WITH me AS (SELECT u.teams FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $2), mine AS (
    SELECT c.id, c.kind, c.stored_at, coalesce(m.left_last_at, c.last_at) AS last_at, c.changed_at FROM chat.member m, LATERAL (
        SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM chat.conversation c WHERE c.id_empresa = $1 AND c.id = m.conversation_id LIMIT 1) c
    WHERE m.id_empresa = $1 AND m.user_id = $2 AND c.kind IN ('private', 'group') AND (m.left_seq IS NULL OR $4)
    UNION ALL
    SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM chat.conversation c, me WHERE c.id_empresa = $1 AND c.kind = 'team' AND c.team_id = ANY (me.teams)
    UNION ALL
    SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM chat.conversation c WHERE c.id_empresa = $1 AND c.kind = 'broadcast'
    UNION ALL
    `
	// All visits are an admin's. A list reads no more of them than it shows.
	mineVisits = `SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM chat.conversation c WHERE c.id_empresa = $1 AND c.kind = 'visit' AND $3 = 'admin'`
	mineAfter  = `
    UNION ALL
    SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM activity.v_visit v JOIN chat.conversation c ON c.id_empresa = v.id_empresa AND c.visit_id = v.id
    WHERE v.id_empresa = $1 AND c.kind = 'visit' AND $3 <> 'admin' AND v.worker = $2
    UNION ALL
    SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM activity.v_visit v JOIN chat.conversation c ON c.id_empresa = v.id_empresa AND c.visit_id = v.id, me
    WHERE v.id_empresa = $1 AND c.kind = 'visit' AND $3 = 'supervisor' AND v.team <> '' AND v.team = ANY (me.teams)
    UNION ALL
    SELECT c.id, c.kind, c.stored_at, c.last_at, c.changed_at FROM activity.v_visit v JOIN chat.conversation c ON c.id_empresa = v.id_empresa AND c.visit_id = v.id
    WHERE v.id_empresa = $1 AND c.kind = 'visit' AND $3 = 'supervisor' AND v.worker IN (
        SELECT them.user_id FROM identity.v_team_members them, me WHERE them.id_empresa = $1 AND them.team_id = ANY (me.teams)))
`
)

// What an admin has never opened of a visit counts as read: an admin is in all of them.
const summaryColumns = accessColumns + `,
    coalesce(n.unread, 0) AS unread, coalesce(n.mentions, 0) AS mentions, l.seq AS newest`

const summaryLaterals = `
LEFT JOIN LATERAL (SELECT count(*) AS unread, count(*) FILTER (WHERE $2 = ANY (x.mentions)) AS mentions FROM (
    SELECT s.mentions FROM chat.message s WHERE s.id_empresa = c.id_empresa AND s.conversation_id = c.id AND s.kind <> 'system' AND s.sender_id <> $2
    AND s.deleted_at IS NULL AND ` + shownTo + ` AND s.seq > greatest(coalesce(m.read_seq, 0), coalesce(m.joined_seq, 0)) AND s.seq <= coalesce(m.left_seq, c.last_seq)
    ORDER BY s.seq DESC LIMIT 1000) x) n ON c.last_seq > coalesce(m.read_seq, 0) AND (m.user_id IS NOT NULL OR c.kind <> 'visit' OR $3 <> 'admin')
LEFT JOIN LATERAL (SELECT s.seq FROM chat.message s WHERE s.id_empresa = c.id_empresa AND s.conversation_id = c.id
    AND s.seq > coalesce(m.joined_seq, 0) AND s.seq <= coalesce(m.left_seq, c.last_seq) ORDER BY s.seq DESC LIMIT 1) l ON true `

var (
	// The page is found first: what is shown of a conversation costs more than to find it.
	listMine = mineBefore + `(` + mineVisits + ` AND ` + onPage + `)` + mineAfter + `, page AS MATERIALIZED (SELECT DISTINCT c.id, c.last_at FROM mine c WHERE ` + onPage + `)
` + showPage
	listAudit = mine + `, page AS MATERIALIZED (SELECT c.id, c.last_at FROM chat.conversation c WHERE c.id_empresa = $1 AND (` + auditable(9) + ` OR c.id IN (SELECT id FROM mine)) AND ` + onPage + `)
` + showPage
	// It comes first in the joins, which PostgreSQL does not reorder when they are many. LIMIT makes it look for each by its key.
	showPage = `SELECT ` + summaryColumns + `, page.last_at AS listed_at` + strings.Replace(joined(accessTables, summaryLaterals), `FROM chat.conversation c`, page, 1) +
		`ORDER BY page.last_at DESC, page.id DESC`
	selectSummary = `SELECT ` + summaryColumns + joined(accessTables, summaryLaterals) + `AND c.id = $4`

	newestOf = `SELECT s.conversation_id, ` + messageColumns + ` FROM unnest($2::text[], $3::bigint[]) AS k(id, seq)
JOIN chat.message s ON s.id_empresa = $1 AND s.conversation_id = k.id AND s.seq = k.seq
LEFT JOIN chat.file f ON s.file_id <> '' AND f.id_empresa = s.id_empresa AND f.conversation_id = s.conversation_id AND f.id = s.file_id`
	membersOf = `SELECT m.conversation_id, m.user_id, m.role, m.joined_seq, m.delivered_seq, m.read_seq FROM chat.member m
WHERE m.id_empresa = $1 AND m.conversation_id = ANY ($2) AND m.left_seq IS NULL ORDER BY m.conversation_id, m.user_id`
)

// onPage is the rest of a statement that finds the $8 conversations c after the last one, of the kind $5 if that is not empty.
const onPage = `($5 = '' OR c.kind = $5) AND ($6::timestamptz IS NULL OR (c.last_at, c.id) < ($6, $7)) ORDER BY c.last_at DESC, c.id DESC LIMIT $8`

const page = `FROM page, LATERAL (SELECT k.* FROM chat.conversation k WHERE k.id_empresa = $1 AND k.id = page.id LIMIT 1) c`

// joined puts joins before the condition of a statement's tables.
func joined(tables, joins string) string {
	const condition = "WHERE c.id_empresa = $1 "
	return tables[:len(tables)-len(condition)] + joins + condition
}

// Summary is a conversation as one user has it in its list.
type Summary struct {
	access
	// Unread counts messages of others that the user has not read, and Mentions those of them that mention it; at most 1000.
	Unread   int    `db:"unread"`
	Mentions int    `db:"mentions"`
	Newest   *int64 `db:"newest"`
	// ListedAt is the conversation's place in a list. Of one that the user has left nothing moves it.
	ListedAt time.Time `db:"listed_at"`
	// Last is the newest message that the user may read; nil if there is none.
	Last *Message
	// Members of a private conversation or a group.
	Members []MemberRow
	// Audited says that the user reads it for auditing.
	Audited bool
}

// Place says what the user may read, and whether it may write.
func (s *Summary) Place() talk.Place { return s.place }

// After is the place of a conversation in the list.
type After struct {
	At time.Time `json:"at"`
	ID string    `json:"id"`
}

// Conversations returns those of the user, the one with the newest message first; one more than the limit if there are more. With an audit
// time, it is all that the user may read for auditing, too, and the log has each of them: the list shows their newest messages. The errors
// are then ErrForbidden and ErrAuditingOff.
func (s *Store) Conversations(ctx context.Context, who auth.Claims, kind string, after *After, limit int, audit time.Time) (list []Summary, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, who.Company)
		if err != nil {
			return err
		}
		var at *time.Time
		var id string
		if after != nil {
			at, id = &after.At, after.ID
		}
		query, args := listMine, []any{who.Company, who.Subject, who.Role, is.Keep, kind, at, id, limit + 1}
		if !audit.IsZero() {
			if err := mayAudit(who, is); err != nil {
				return err
			}
			query, args = listAudit, append(args, visible.Of(who).Args()...)
		}
		if err := tx.SelectContext(ctx, &list, query, args...); err != nil {
			return fmt.Errorf("list conversations: %w", err)
		}
		var others []string
		for i := range list {
			switch c := &list[i]; {
			case c.find(who, is.Keep):
			case audit.IsZero():
				return errDiffer(who)
			default:
				c.asAudited()
				if i < limit { // the last one only says that there are more
					others = append(others, c.ID)
				}
			}
		}
		if err := logAudit(ctx, tx, who, audit, others...); err != nil {
			return err
		}
		return complete(ctx, tx, who, is, list)
	})
	return list, err
}

func errDiffer(who auth.Claims) error {
	return fmt.Errorf("the list has a conversation that %s may not know of: mine and talk.Find differ", who.Subject)
}

// Conversation returns one of the user's conversations, or with an audit time one that the user may read for auditing (openAudit).
func (s *Store) Conversation(ctx context.Context, who auth.Claims, id string, audit time.Time) (c Summary, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		c, err = conversation(ctx, tx, who, id, audit)
		return err
	})
	return c, err
}

func conversation(ctx context.Context, tx *sqlx.Tx, who auth.Claims, id string, at time.Time) (c Summary, err error) {
	is, err := readSettings(ctx, tx, who.Company)
	if err != nil {
		return c, err
	}
	if !at.IsZero() {
		if err := mayAudit(who, is); err != nil {
			return c, err
		}
	}
	if c, err = readOne[Summary](ctx, tx, "a conversation", ErrNoConversation, selectSummary, who.Company, who.Subject, who.Role, id); err != nil {
		return c, err
	}
	if at.IsZero() {
		if !c.find(who, is.Keep) {
			return c, ErrNoConversation
		}
	} else {
		others, err := audit(ctx, tx, who, &c.access, is, at)
		if err != nil {
			return c, err
		}
		if others {
			c.asAudited()
		}
	}
	list := []Summary{c}
	err = complete(ctx, tx, who, is, list)
	return list[0], err
}

// asAudited makes a conversation one that the user is not in: all of it may be read, and nothing counts as unread.
func (s *Summary) asAudited() {
	s.audited()
	s.Audited = true
	s.Unread, s.Mentions, s.Newest = 0, 0, nil
	if s.LastSeq > s.GoneSeq {
		s.Newest = &s.LastSeq
	}
}

// complete adds to conversations that the user may read their newest messages and their members.
func complete(ctx context.Context, tx *sqlx.Tx, who auth.Claims, is talk.Settings, list []Summary) error {
	at := map[string]*Summary{}
	var ids, withNewest []string
	var seqs []int64
	for i := range list {
		c := &list[i]
		at[c.ID] = c
		if talk.HasMembers(c.Kind) {
			ids = append(ids, c.ID)
		}
		if c.Newest != nil {
			withNewest, seqs = append(withNewest, c.ID), append(seqs, *c.Newest)
		}
	}
	var newest []struct {
		Conversation string `db:"conversation_id"`
		Message
	}
	if err := tx.SelectContext(ctx, &newest, newestOf, who.Company, pq.Array(withNewest), pq.Array(seqs)); err != nil {
		return fmt.Errorf("read the newest messages: %w", err)
	}
	for _, n := range newest {
		last := []Message{n.Message}
		at[n.Conversation].hide(last)
		at[n.Conversation].Last = &last[0]
	}
	var rows []struct {
		Conversation string `db:"conversation_id"`
		MemberRow
	}
	if err := tx.SelectContext(ctx, &rows, membersOf, who.Company, pq.Array(ids)); err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	for _, r := range rows {
		at[r.Conversation].Members = append(at[r.Conversation].Members, r.MemberRow)
	}
	return silence(ctx, tx, who, is, list)
}

// silence takes the right to write from private conversations of people who may no longer talk, or of whom one is deactivated (mayStillTalk).
func silence(ctx context.Context, tx *sqlx.Tx, who auth.Claims, is talk.Settings, list []Summary) error {
	others, users := map[*Summary]string{}, []string{who.Subject}
	for i := range list {
		c := &list[i]
		if c.Kind != talk.Private || !c.place.Writes {
			continue
		}
		for _, m := range c.Members {
			if m.UserID != who.Subject {
				others[c], users = m.UserID, append(users, m.UserID)
			}
		}
	}
	if len(others) == 0 {
		return nil
	}
	known, err := viewers(ctx, tx, who.Company, users)
	if err != nil {
		return err
	}
	for c, other := range others {
		if them, ok := known[other]; !ok || !talk.MayTalk(is.WhoTalks, known[who.Subject], them) {
			c.place.Writes = false
		}
	}
	return nil
}

// ConversationIn is like Conversation, within a change.
func (s *Store) ConversationIn(ctx context.Context, ch *change.Change, who auth.Claims, id string) (Summary, error) {
	return conversation(ctx, ch.Tx, who, id, time.Time{})
}
