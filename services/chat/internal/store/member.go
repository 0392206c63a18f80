package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// The people of a group, its title, and whom a conversation is silent to. All of it but the silence locks the conversation first: whoever
// sends a message meanwhile waits, and then sends it to those who are in it.

const (
	raiseVersion = `UPDATE chat.conversation SET version = version + 1, changed_at = clock_timestamp() WHERE id_empresa = $1 AND id = $2 RETURNING version`
	// The one that leaves has seen up to the message before the line about it, and hears of no version after the one that tells it so.
	setLeft = `UPDATE chat.member SET left_seq = $4, left_title = $5, left_version = $6, left_last_at = $7, left_at = clock_timestamp(),
    role = 'member', changed_at = clock_timestamp() WHERE id_empresa = $1 AND conversation_id = $2 AND user_id = $3`
	// The member of longest standing, an active one if there is one.
	nextOwner = `SELECT m.user_id FROM chat.member m JOIN identity.v_users u ON u.id_empresa = m.id_empresa AND u.id = m.user_id
WHERE m.id_empresa = $1 AND m.conversation_id = $2 AND m.left_seq IS NULL ORDER BY u.active DESC, m.joined_seq, m.user_id LIMIT 1`
	wasMember = `SELECT m.user_id FROM chat.member m WHERE m.id_empresa = $1 AND m.conversation_id = $2 AND m.user_id = $3`
	hasLeft   = wasMember + ` AND m.left_seq IS NOT NULL`
	setRole   = `UPDATE chat.member SET role = $4, changed_at = clock_timestamp() WHERE id_empresa = $1 AND conversation_id = $2 AND user_id = $3`
	setTitle  = `UPDATE chat.conversation SET title = $3 WHERE id_empresa = $1 AND id = $2`
	// Who has no row yet gets one that changes nothing else: $5 is what counts as read.
	setMuted = `INSERT INTO chat.member (id_empresa, conversation_id, user_id, role, muted_until, delivered_seq, read_seq) VALUES ($1, $2, $3, 'member', $4, $5, $5)
ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET muted_until = excluded.muted_until, changed_at = clock_timestamp()`
)

// ConversationConflictError says that somebody changed the conversation meanwhile. Current is what it is now.
type ConversationConflictError struct{ Current Summary }

func (e *ConversationConflictError) Error() string { return "the conversation was changed meanwhile" }

// lockGroup locks a group that the user is in and returns who is in it.
func lockGroup(ctx context.Context, ch *change.Change, who auth.Claims, id string) (a access, list []MemberRow, err error) {
	if a, err = open(ctx, ch.Tx, lockAccess, who, id); err != nil {
		return a, nil, err
	}
	switch {
	case a.Kind == talk.Private:
		return a, nil, ErrPrivate
	case a.Kind != talk.Group:
		return a, nil, ErrNotAMemberKind
	}
	list, err = members(ctx, ch.Tx, ch.Company, a.Conversation)
	return a, list, err
}

// manages says whether the user decides about the people and the title of a group: its owners, and the admins in it.
func (a *access) manages(who auth.Claims) bool {
	return a.place.To == talk.Open && (a.place.Role == talk.Owner || who.Role == audience.RoleAdmin)
}

// changed raises the conversation's version and tells it to those who are in it.
func (s *Store) changed(ctx context.Context, ch *change.Change, a *access, list []MemberRow) (err error) {
	if a.Version, err = readOne[int64](ctx, ch.Tx, "the version of a conversation", ErrNoConversation, raiseVersion, ch.Company, a.ID); err != nil {
		return err
	}
	return tellConversation(ch, a, list)
}

// AddMembers adds people to a group. Who is in it already stays as it is; who comes back sees what is new from then on. Errors are
// ErrNoConversation, ErrPrivate, ErrNotAMemberKind, ErrForbidden, ErrAlone, ErrNoUser, ErrMayNotTalk and ErrTooManyMembers.
func (s *Store) AddMembers(ctx context.Context, ch *change.Change, who auth.Claims, id string, users []string) error {
	a, list, err := lockGroup(ctx, ch, who, id)
	if err != nil {
		return err
	}
	if !a.manages(who) {
		return ErrForbidden
	}
	if len(users) == 0 {
		return ErrAlone
	}
	users = slices.Compact(slices.Sorted(slices.Values(users)))
	users = slices.DeleteFunc(users, func(u string) bool { return slices.Contains(userIDs(list), u) })
	switch {
	case len(users) == 0:
		return nil
	case len(list)+len(users) > talk.MaxMembers:
		return ErrTooManyMembers
	}
	if err := s.mayTalk(ctx, ch.Tx, who, users); err != nil {
		return err
	}
	if err := addMembers(ctx, ch.Tx, ch.Company, id, users, slices.Repeat([]string{talk.Member}, len(users)), a.LastSeq); err != nil {
		return err
	}
	if list, err = members(ctx, ch.Tx, ch.Company, a.Conversation); err != nil {
		return err
	}
	if err := s.changed(ctx, ch, &a, list); err != nil {
		return err
	}
	_, err = s.add(ctx, ch, &a, list, line(who.Subject, talk.LineJoined, users...))
	return err
}

// RemoveMember removes somebody from a group, or lets the user itself leave. It hears that it is out of it, and nothing that comes after;
// what it had it keeps or not by the company's setting. When no owner is left, the member of longest standing becomes one. A repetition
// changes nothing. Errors are ErrNoConversation, ErrPrivate, ErrNotAMemberKind, ErrForbidden and ErrNoMember.
func (s *Store) RemoveMember(ctx context.Context, ch *change.Change, who auth.Claims, id, user string) error {
	a, list, err := lockGroup(ctx, ch, who, id)
	if err == ErrNoConversation && user == who.Subject { //nolint:errorlint // open returns it as it is
		_, err := readOne[string](ctx, ch.Tx, "who has left", ErrNoConversation, hasLeft, ch.Company, id, user)
		return err // who has left may know nothing of it any more, and repeats what it did
	}
	if err != nil {
		return err
	}
	if user != who.Subject && !a.manages(who) {
		return ErrForbidden
	}
	i := slices.IndexFunc(list, func(m MemberRow) bool { return m.UserID == user })
	if i < 0 {
		_, err := readOne[string](ctx, ch.Tx, "a member", ErrNoMember, wasMember, ch.Company, id, user)
		return err
	}
	if _, err := ch.Tx.ExecContext(ctx, setLeft, ch.Company, id, user, a.LastSeq, a.Title, a.Version+1, a.LastAt); err != nil {
		return fmt.Errorf("remove a member: %w", err)
	}
	list = slices.Delete(list, i, i+1)
	if err := s.succeed(ctx, ch, id, list); err != nil {
		return err
	}
	if err := s.changed(ctx, ch, &a, list); err != nil {
		return err
	}
	if err := tellGone(ch, &a, user); err != nil {
		return err
	}
	what := talk.LineRemoved
	if user == who.Subject {
		what = talk.LineLeft
	}
	_, err = s.add(ctx, ch, &a, list, line(who.Subject, what, user))
	return err
}

// succeed makes somebody owner of a group that has members and no owner.
func (s *Store) succeed(ctx context.Context, ch *change.Change, id string, list []MemberRow) error {
	if len(list) == 0 || slices.ContainsFunc(list, func(m MemberRow) bool { return m.Role == talk.Owner }) {
		return nil
	}
	heir, err := readOne[string](ctx, ch.Tx, "the next owner", nil, nextOwner, ch.Company, id)
	if err != nil {
		return err
	}
	if _, err := ch.Tx.ExecContext(ctx, setRole, ch.Company, id, heir, talk.Owner); err != nil {
		return fmt.Errorf("make a member owner: %w", err)
	}
	for i := range list {
		if list[i].UserID == heir {
			list[i].Role = talk.Owner
		}
	}
	return nil
}

// SetRole makes a member of a group owner or member. Errors are ErrNoConversation, ErrPrivate, ErrNotAMemberKind, ErrForbidden, ErrNoMember
// and ErrLastOwner.
func (s *Store) SetRole(ctx context.Context, ch *change.Change, who auth.Claims, id, user, role string) error {
	a, list, err := lockGroup(ctx, ch, who, id)
	if err != nil {
		return err
	}
	if !a.manages(who) {
		return ErrForbidden
	}
	i := slices.IndexFunc(list, func(m MemberRow) bool { return m.UserID == user })
	switch {
	case i < 0:
		return ErrNoMember
	case list[i].Role == role:
		return nil
	}
	list[i].Role = role
	if !slices.ContainsFunc(list, func(m MemberRow) bool { return m.Role == talk.Owner }) {
		return ErrLastOwner
	}
	if _, err := ch.Tx.ExecContext(ctx, setRole, ch.Company, id, user, role); err != nil {
		return fmt.Errorf("set the role of a member: %w", err)
	}
	return s.changed(ctx, ch, &a, list)
}

// Rename gives a group or a broadcast another title. version is the version that the user saw: when it is another by now, the error is
// *ConversationConflictError, unless the title is already as it should be. Other errors are ErrNoConversation, ErrNoTitle, ErrForbidden and
// *talk.FieldError.
func (s *Store) Rename(ctx context.Context, ch *change.Change, who auth.Claims, id, title string, version int64) error {
	a, err := open(ctx, ch.Tx, lockAccess, who, id)
	if err != nil {
		return err
	}
	switch {
	case a.Kind != talk.Group && a.Kind != talk.Broadcast:
		return ErrNoTitle
	case a.Kind == talk.Group && !a.manages(who), a.Kind == talk.Broadcast && who.Role != audience.RoleAdmin:
		return ErrForbidden
	}
	if title, err = talk.Title(title); err != nil {
		return &talk.FieldError{Field: "title", Why: err}
	}
	switch {
	case title == a.Title:
		return nil
	case version != a.Version:
		now, err := s.ConversationIn(ctx, ch, who, id)
		if err != nil {
			return err
		}
		return &ConversationConflictError{now}
	}
	if _, err := ch.Tx.ExecContext(ctx, setTitle, ch.Company, id, title); err != nil {
		return fmt.Errorf("rename a conversation: %w", err)
	}
	a.Title = title
	list, err := members(ctx, ch.Tx, ch.Company, a.Conversation)
	if err != nil {
		return err
	}
	if err := s.changed(ctx, ch, &a, list); err != nil {
		return err
	}
	_, err = s.add(ctx, ch, &a, list, line(who.Subject, talk.LineRenamed))
	return err
}

// Mute says until when the user is not told of new messages; nil, or an instant that has passed, ends it, and 100 years are for ever. The error is ErrNoConversation.
func (s *Store) Mute(ctx context.Context, ch *change.Change, who auth.Claims, id string, until *time.Time) error {
	a, err := open(ctx, ch.Tx, selectAccess, who, id)
	if err != nil {
		return err
	}
	switch most := ch.At.AddDate(100, 0, 0); {
	case until == nil:
	case !until.After(ch.At):
		until = nil
	case until.After(most): // JSON has no year of five digits
		until = &most
	default: // PostgreSQL takes no offset of 16 hours or more
		utc := until.UTC()
		until = &utc
	}
	read := int64(0)
	if a.unopened {
		read = a.LastSeq
	}
	if _, err := ch.Tx.ExecContext(ctx, setMuted, ch.Company, id, who.Subject, until, read); err != nil {
		return fmt.Errorf("mute a conversation: %w", err)
	}
	return nil
}

// mayStillTalk checks that the two people of a private conversation may talk, as the company decides now, and that the other one is there to
// read it. Groups are judged when somebody is added. Errors are ErrMayNotTalk and ErrOtherInactive.
func mayStillTalk(ctx context.Context, tx *sqlx.Tx, who auth.Claims, a *access, list []MemberRow) error {
	if a.Kind != talk.Private {
		return nil
	}
	others := slices.DeleteFunc(userIDs(list), func(u string) bool { return u == who.Subject })
	err := mayTalk(ctx, tx, who, a.whoTalks, others)
	if errors.Is(err, ErrNoUser) {
		return ErrOtherInactive
	}
	return err
}
