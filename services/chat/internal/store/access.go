package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// access is a conversation with what decides who is in it, as one user sees it.
type access struct {
	Conversation
	// Of the user's own row, if there is one.
	Role   *string    `db:"role"`
	Joined *int64     `db:"joined_seq"`
	Left   *int64     `db:"left_seq"`
	LeftAt *time.Time `db:"left_at"`
	// LeftTitle and LeftVersion are what somebody who has left had last.
	LeftTitle   *string    `db:"left_title"`
	LeftVersion *int64     `db:"left_version"`
	Delivered   int64      `db:"delivered_seq"`
	Read        int64      `db:"read_seq"`
	MutedUntil  *time.Time `db:"muted_until"`
	// Of the visit.
	Worker string         `db:"worker"`
	Teams  pq.StringArray `db:"teams"`
	// The user's own teams.
	MyTeams pq.StringArray `db:"my_teams"`

	place talk.Place
	// unopened says that all messages count as read so far: an admin is in all visits, and has never opened this one.
	unopened bool
	// whoTalks is the company's setting.
	whoTalks string
}

// of returns what decides who is in a conversation without members.
func (a *access) of() talk.Of { return talk.Of{Worker: a.Worker, Teams: a.Teams, Team: a.TeamID} }

func (a *access) seat() *talk.Seat {
	if a.Role == nil {
		return nil
	}
	return &talk.Seat{Role: *a.Role, Joined: *a.Joined, Left: a.Left}
}

// find decides what the user may read. ok is false for somebody who may not know of the conversation.
func (a *access) find(who auth.Claims, keep bool) (ok bool) {
	a.place, ok = talk.Find(a.Kind, a.of(), a.seat(), audience.Viewer{User: who.Subject, Role: who.Role, Teams: a.MyTeams}, keep)
	a.unopened = a.Kind == talk.Visit && who.Role == audience.RoleAdmin && a.Role == nil
	return ok
}

// hide empties messages that were changed after the user had left: it never had what they say now, and what they said before is nowhere.
func (a *access) hide(list []Message) {
	if a.LeftAt == nil || a.place.To == talk.Open {
		return
	}
	for i := range list {
		if m := &list[i]; m.DeletedAt == nil && m.EditedAt != nil && m.ChangedAt.After(*a.LeftAt) {
			m.empty(*m.EditedAt)
			m.EditedAt = nil
		}
	}
}

// shownTo is hide for a statement: the condition that the message s says what the member m may read.
const shownTo = `(m.left_at IS NULL OR s.edited_at IS NULL OR s.changed_at <= m.left_at)`

// The user is $2. A visit has no teams of a worker whom identity does not know.
const (
	accessColumns = conversationColumns + `, m.role, m.joined_seq, m.left_seq, m.left_at, m.left_title, m.left_version, coalesce(m.delivered_seq, 0) AS delivered_seq,
    coalesce(m.read_seq, 0) AS read_seq, m.muted_until, coalesce(v.worker, '') AS worker,
    array(SELECT DISTINCT t FROM unnest(w.teams || v.team) t WHERE t <> '' ORDER BY t) AS teams,
    coalesce(u.teams, '{}') AS my_teams`
	accessTables = ` FROM chat.conversation c
LEFT JOIN chat.member m ON m.id_empresa = c.id_empresa AND m.conversation_id = c.id AND m.user_id = $2
LEFT JOIN activity.v_visit v ON c.visit_id <> '' AND v.id_empresa = c.id_empresa AND v.id = c.visit_id
LEFT JOIN identity.v_users w ON w.id_empresa = c.id_empresa AND w.id = v.worker
LEFT JOIN identity.v_users u ON u.id_empresa = c.id_empresa AND u.id = $2
WHERE c.id_empresa = $1 `
	selectAccess = `SELECT ` + accessColumns + accessTables + `AND c.id = $3`
	// Whoever adds or changes a message (lockToSend), or changes who is in a conversation (lockAccess), locks it first. What decides who is in
	// it is read by a statement of its own after that: the one that waited for the lock has the rows of members as they were before it waited.
	// lockToSend is the weaker one: receipts (receipt.go) and new rows of members, which refer to the conversation, do not wait for it. Locks
	// are taken in this order, so nobody waits in a circle: timers, the notices of a conversation, conversations, rows of members by conversation and user, and last the
	// outbox's.
	lockAccess = `SELECT c.id FROM chat.conversation c WHERE c.id_empresa = $1 AND c.id = $2 FOR UPDATE`
	lockToSend = `SELECT c.id FROM chat.conversation c WHERE c.id_empresa = $1 AND c.id = $2 FOR NO KEY UPDATE`
)

// open reads a conversation that the user may read. lock is lockAccess, lockToSend or selectAccess, which locks nothing. The error is
// ErrNoConversation.
func open(ctx context.Context, tx *sqlx.Tx, lock string, who auth.Claims, id string) (a access, err error) {
	if lock != selectAccess {
		if _, err := readOne[string](ctx, tx, "a conversation", ErrNoConversation, lock, who.Company, id); err != nil {
			return a, err
		}
	}
	is, err := readSettings(ctx, tx, who.Company)
	if err != nil {
		return a, err
	}
	if a, err = readOne[access](ctx, tx, "a conversation", ErrNoConversation, selectAccess, who.Company, who.Subject, id); err != nil {
		return a, err
	}
	if !a.find(who, is.Keep) {
		return a, ErrNoConversation
	}
	a.whoTalks = is.WhoTalks
	return a, nil
}

const currentMembers = `SELECT m.user_id, m.role, m.joined_seq, m.delivered_seq, m.read_seq FROM chat.member m
WHERE m.id_empresa = $1 AND m.conversation_id = $2 AND m.left_seq IS NULL ORDER BY m.user_id`

// MemberRow is somebody who is in a private conversation or a group.
type MemberRow struct {
	UserID    string `db:"user_id"`
	Role      string `db:"role"`
	Joined    int64  `db:"joined_seq"`
	Delivered int64  `db:"delivered_seq"`
	Read      int64  `db:"read_seq"`
}

// members returns who is in a private conversation or a group; nil for another.
func members(ctx context.Context, tx *sqlx.Tx, company string, c Conversation) (list []MemberRow, err error) {
	if !talk.HasMembers(c.Kind) {
		return nil, nil
	}
	if err := tx.SelectContext(ctx, &list, currentMembers, company, c.ID); err != nil {
		return nil, fmt.Errorf("read the members of a conversation: %w", err)
	}
	return list, nil
}

func userIDs(list []MemberRow) []string {
	var ids []string
	for _, m := range list {
		ids = append(ids, m.UserID)
	}
	return ids
}

// people returns who of some users is in the conversation and active. Of members, list has them already.
const peopleOf = `SELECT u.id FROM identity.v_users u WHERE u.id_empresa = $1 AND u.active AND u.id = ANY ($2) AND (
    $3 = 'broadcast' OR $3 = 'team' AND $4 = ANY (u.teams)
    OR $3 = 'visit' AND (u.id = $5 OR u.role = 'admin' OR u.role = 'supervisor' AND u.teams && $6::text[])
    OR u.id = ANY ($7))`

func people(ctx context.Context, tx *sqlx.Tx, company string, a *access, list []MemberRow, users []string) (in []string, err error) {
	err = tx.SelectContext(ctx, &in, peopleOf, company, pq.Array(users), a.Kind, a.TeamID, a.Worker, pq.Array([]string(a.Teams)), pq.Array(userIDs(list)))
	if err != nil {
		return nil, fmt.Errorf("read who of the mentioned is in the conversation: %w", err)
	}
	return in, nil
}
