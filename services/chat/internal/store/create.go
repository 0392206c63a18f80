package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// MaxGroups is how many groups a user may begin.
const MaxGroups = 1000

// NewConversation is what somebody wants to begin.
type NewConversation struct {
	Kind string `json:"kind"`
	// Users of a private conversation or a group, without who begins it.
	Users   []string `json:"user_ids"`
	Title   string   `json:"title"`
	VisitID string   `json:"visit_id"`
	TeamID  string   `json:"team_id"`
}

const (
	// Of a pair, a visit and a team there is one conversation, whoever begins it and however many at once.
	insertConversation = `INSERT INTO chat.conversation (id_empresa, id, kind, pair, visit_id, team_id, title, created_at, created_by, last_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8) ON CONFLICT DO NOTHING`
	findConversation = `SELECT c.id FROM chat.conversation c WHERE c.id_empresa = $1 AND c.kind = $2 AND c.pair = $3 AND c.visit_id = $4 AND c.team_id = $5`
	// A user who comes back to a group sees what is new from then on.
	insertMembers = `INSERT INTO chat.member (id_empresa, conversation_id, user_id, role, joined_seq, delivered_seq, read_seq)
SELECT $1, $2, m.id, m.role, $5, $5, $5 FROM unnest($3::text[], $4::text[]) AS m(id, role)
ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET role = excluded.role, joined_seq = excluded.joined_seq,
    delivered_seq = greatest(member.delivered_seq, excluded.delivered_seq), read_seq = greatest(member.read_seq, excluded.read_seq), left_seq = NULL, left_title = NULL,
    left_version = NULL, left_last_at = NULL, left_at = NULL, changed_at = clock_timestamp()
WHERE member.left_seq IS NOT NULL`
	viewersByID = `SELECT u.id, u.role, u.teams FROM identity.v_users u WHERE u.id_empresa = $1 AND u.active AND u.id = ANY ($2)`
	countGroups = `SELECT count(*) FROM chat.conversation c WHERE c.id_empresa = $1 AND c.created_by = $2 AND c.kind = 'group'`
	visitExists = `SELECT v.id FROM activity.v_visit v WHERE v.id_empresa = $1 AND v.id = $2`
	teamExists  = `SELECT t.id FROM identity.v_teams t WHERE t.id_empresa = $1 AND t.id = $2`
)

// Begin returns the id of a conversation, and whether it is new. Of a pair, a visit and a team there is only one, so it may have been there.
// Errors are ErrNoUser, ErrMayNotTalk, ErrAlone, ErrNotAPair, ErrTooManyMembers, ErrTooManyOfTheUser, ErrNoVisit, ErrNoTeam,
// ErrForbidden and *talk.FieldError.
func (s *Store) Begin(ctx context.Context, ch *change.Change, who auth.Claims, w NewConversation) (id string, made bool, err error) {
	err = s.mayBegin(ctx, ch.Tx, who, &w)
	pair := ""
	if w.Kind == talk.Private && len(w.Users) == 1 {
		pair = talk.Pair(who.Subject, w.Users[0])
	}
	if errors.Is(err, ErrNoUser) && pair != "" { // what was written with somebody who is deactivated by now can be read
		if id, err := s.there(ctx, ch, who, w, pair); !errors.Is(err, ErrNoConversation) {
			return id, false, err
		}
	}
	if err != nil {
		return "", false, err
	}
	fresh, err := uuid.NewV7()
	if err != nil {
		return "", false, err
	}
	id = fresh.String()
	done, err := ch.Tx.ExecContext(ctx, insertConversation, ch.Company, id, w.Kind, pair, w.VisitID, w.TeamID, w.Title, ch.At, who.Subject)
	if err != nil {
		return "", false, fmt.Errorf("add a conversation: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		if err != nil {
			return "", false, err
		}
		id, err = s.there(ctx, ch, who, w, pair)
		return id, false, err
	}
	if talk.HasMembers(w.Kind) {
		users, roles := append([]string{who.Subject}, w.Users...), []string{talk.Owner}
		if w.Kind == talk.Private {
			roles[0] = talk.Member
		}
		for range w.Users {
			roles = append(roles, talk.Member)
		}
		if err := addMembers(ctx, ch.Tx, ch.Company, id, users, roles, 0); err != nil {
			return "", false, err
		}
	}
	a, err := open(ctx, ch.Tx, lockAccess, who, id)
	if err != nil {
		return "", false, err
	}
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return "", false, err
	}
	if err := tellConversation(ch, &a, list); err != nil {
		return "", false, err
	}
	if w.Kind == talk.Private {
		return id, true, nil
	}
	_, err = s.add(ctx, ch, &a, list, line(who.Subject, talk.LineCreated))
	return id, true, err
}

// there returns the conversation of a pair, a visit or a team. The error is ErrNoConversation.
func (s *Store) there(ctx context.Context, ch *change.Change, who auth.Claims, w NewConversation, pair string) (string, error) {
	id, err := readOne[string](ctx, ch.Tx, "a conversation", ErrNoConversation, findConversation, ch.Company, w.Kind, pair, w.VisitID, w.TeamID)
	if err == nil {
		_, err = open(ctx, ch.Tx, selectAccess, who, id)
	}
	return id, err
}

func addMembers(ctx context.Context, tx *sqlx.Tx, company, id string, users, roles []string, after int64) error {
	if _, err := tx.ExecContext(ctx, insertMembers, company, id, pq.Array(users), pq.Array(roles), after); err != nil {
		return fmt.Errorf("add members: %w", err)
	}
	return nil
}

// fits checks that there is what the kind has, and nothing else. It is a *talk.FieldError.
func (w *NewConversation) fits() error {
	is := func(kinds ...string) bool { return slices.Contains(kinds, w.Kind) }
	wrong := func(field, why string) error { return &talk.FieldError{Field: field, Why: errors.New(why)} }
	switch {
	case len(w.Users) > 0 && !is(talk.Private, talk.Group):
		return wrong("user_ids", "belongs to a conversation of kind private or group")
	case w.Title != "" && !is(talk.Group, talk.Broadcast):
		return wrong("title", "belongs to a conversation of kind group or broadcast")
	case w.VisitID != "" && !is(talk.Visit):
		return wrong("visit_id", "belongs to a conversation of kind visit")
	case w.TeamID != "" && !is(talk.Team):
		return wrong("team_id", "belongs to a conversation of kind team")
	case w.VisitID == "" && is(talk.Visit):
		return wrong("visit_id", "is missing: say of which visit the conversation is")
	case w.TeamID == "" && is(talk.Team):
		return wrong("team_id", "is missing: say of which of your teams the conversation is")
	}
	return nil
}

// mayBegin checks what somebody wants to begin, and cleans it.
func (s *Store) mayBegin(ctx context.Context, tx *sqlx.Tx, who auth.Claims, w *NewConversation) (err error) {
	if err := w.fits(); err != nil {
		return err
	}
	if w.Kind == talk.Group || w.Kind == talk.Broadcast {
		if w.Title, err = talk.Title(w.Title); err != nil {
			return &talk.FieldError{Field: "title", Why: err}
		}
	}
	switch w.Kind {
	case talk.Private, talk.Group:
		w.Users = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(w.Users))), func(u string) bool { return u == who.Subject })
		if len(w.Users) == 0 {
			return ErrAlone
		}
		if w.Kind == talk.Private && len(w.Users) > 1 {
			return ErrNotAPair
		}
		if w.Kind == talk.Group {
			if n, err := readOne[int](ctx, tx, "how many groups there are", nil, countGroups, who.Company, who.Subject); err != nil || n >= MaxGroups {
				return cmp.Or(err, ErrTooManyOfTheUser)
			}
		}
		return s.mayTalk(ctx, tx, who, w.Users)
	case talk.Visit:
		if _, err := readOne[string](ctx, tx, "a visit", ErrNoVisit, visitExists, who.Company, w.VisitID); err != nil {
			return err
		}
		return s.wouldSee(ctx, tx, who, *w, ErrNoVisit)
	case talk.Team:
		if _, err := readOne[string](ctx, tx, "a team", ErrNoTeam, teamExists, who.Company, w.TeamID); err != nil {
			return err
		}
		return s.wouldSee(ctx, tx, who, *w, ErrNoTeam)
	case talk.Broadcast:
		if who.Role != audience.RoleAdmin {
			return ErrForbidden
		}
		return nil
	}
	return &talk.FieldError{Field: "kind", Why: fmt.Errorf("must be private, group, visit, team or broadcast")}
}

const wouldBe = `SELECT '' AS id, $3::text AS kind, $4::text AS visit_id, $5::text AS team_id, '' AS title, now() AS created_at, '' AS created_by, 0 AS version,
    0 AS last_seq, now() AS last_at, 0 AS gone_seq, NULL::text AS role, NULL::bigint AS joined_seq, NULL::bigint AS left_seq, 0 AS delivered_seq, 0 AS read_seq,
    NULL::timestamptz AS muted_until, coalesce(v.worker, '') AS worker,
    array(SELECT DISTINCT t FROM unnest(w.teams || v.team) t WHERE t <> '' ORDER BY t) AS teams, coalesce(u.teams, '{}') AS my_teams
FROM (SELECT 1) one
LEFT JOIN activity.v_visit v ON v.id_empresa = $1 AND v.id = $4
LEFT JOIN identity.v_users w ON w.id_empresa = $1 AND w.id = v.worker
LEFT JOIN identity.v_users u ON u.id_empresa = $1 AND u.id = $2`

// wouldSee says whether the user would be in the conversation of a visit or a team.
func (s *Store) wouldSee(ctx context.Context, tx *sqlx.Tx, who auth.Claims, w NewConversation, none error) error {
	a, err := readOne[access](ctx, tx, "a visit or a team", none, wouldBe, who.Company, who.Subject, w.Kind, w.VisitID, w.TeamID)
	if err != nil {
		return err
	}
	if !a.find(who, false) {
		return none
	}
	return nil
}

// mayTalk checks whether somebody may have a conversation with each of some users.
func (s *Store) mayTalk(ctx context.Context, tx *sqlx.Tx, who auth.Claims, users []string) error {
	if len(users) >= talk.MaxMembers {
		return ErrTooManyMembers
	}
	is, err := readSettings(ctx, tx, who.Company)
	if err != nil {
		return err
	}
	return mayTalk(ctx, tx, who, is.WhoTalks, users)
}

// mayTalk is Store.mayTalk with the company's setting.
func mayTalk(ctx context.Context, tx *sqlx.Tx, who auth.Claims, whoTalks string, users []string) error {
	known, err := viewers(ctx, tx, who.Company, append([]string{who.Subject}, users...))
	if err != nil {
		return err
	}
	me, ok := known[who.Subject]
	if !ok {
		return ErrForbidden
	}
	for _, id := range users {
		them, ok := known[id]
		switch {
		case !ok:
			return &UnknownError{ErrNoUser, id}
		case !talk.MayTalk(whoTalks, me, them):
			return ErrMayNotTalk
		}
	}
	return nil
}

// viewers returns those of some users who are active.
func viewers(ctx context.Context, tx *sqlx.Tx, company string, users []string) (map[string]audience.Viewer, error) {
	var rows []struct {
		ID    string         `db:"id"`
		Role  string         `db:"role"`
		Teams pq.StringArray `db:"teams"`
	}
	if err := tx.SelectContext(ctx, &rows, viewersByID, company, pq.Array(users)); err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	known := map[string]audience.Viewer{}
	for _, r := range rows {
		known[r.ID] = audience.Viewer{User: r.ID, Role: r.Role, Teams: r.Teams}
	}
	return known, nil
}
