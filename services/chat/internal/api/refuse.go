package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// refusals maps what the store refuses to HTTP answers.
var refusals = httpx.Refusals{
	{Err: store.ErrNoConversation, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such conversation among yours."},
	{Err: store.ErrNoMessage, Status: http.StatusNotFound, Code: "message_not_found", Detail: "There is no such message in the part of this conversation that you may read."},
	{Err: store.ErrNoUser, Status: http.StatusUnprocessableEntity, Code: "user_not_found", Detail: "Your company has no active user with this id. GET /v1/chat/people lists those to whom you may write."},
	{Err: store.ErrNoPerson, Status: http.StatusUnprocessableEntity, Code: "user_not_found", Detail: "Your company has no user with this user_id, active or not, and nobody with it has written a message."},
	{Err: store.ErrNoVisit, Status: http.StatusUnprocessableEntity, Code: "visit_not_found", Detail: "There is no such visit among those that you may see."},
	{Err: store.ErrNoTeam, Status: http.StatusUnprocessableEntity, Code: "team_not_found", Detail: "You are on no such team."},
	{Err: store.ErrMayNotTalk, Status: http.StatusForbidden, Code: "may_not_talk", Detail: "Your company decided that workers talk with their supervisors and the admins only."},
	{Err: store.ErrOtherInactive, Status: http.StatusConflict, Code: "other_inactive", Detail: "The other person of this private conversation is deactivated: nobody would read it. What was written stays here."},
	{Err: store.ErrReadOnly, Status: http.StatusForbidden, Code: "read_only", Detail: "You may read this conversation, and not write in it."},
	{Err: store.ErrForbidden, Status: http.StatusForbidden, Code: "forbidden", Detail: "Your role may not do this: ask an admin, or the owner of the group."},
	{Err: store.ErrAlone, Status: http.StatusUnprocessableEntity, Code: "members_required", Detail: "Name somebody else in user_ids."},
	{Err: store.ErrNotAPair, Status: http.StatusUnprocessableEntity, Code: "one_user_required", Detail: "A private conversation has one other person: name one user_id, or begin a group."},
	{Err: store.ErrTooManyMembers, Status: http.StatusUnprocessableEntity, Code: "too_many_members", Detail: fmt.Sprintf("A group has at most %d members. Write to a team, or ask an admin for a broadcast.", talk.MaxMembers)},
	{Err: store.ErrClientID, Status: http.StatusConflict, Code: "client_id_used", Detail: "You sent another message of this conversation with this Idempotency-Key. Give each message a key of its own."},
	{Err: store.ErrTooShort, Status: http.StatusUnprocessableEntity, Code: "search_too_short", Detail: "Write at least three letters of a word that is not as common as el or para."},
	{Err: store.ErrReply, Status: http.StatusUnprocessableEntity, Code: "reply_not_found", Detail: "There is no message with the seq reply_to in the part of this conversation that you may read."},
	{Err: store.ErrMention, Status: http.StatusUnprocessableEntity, Code: "mention_not_found", Detail: "Somebody in mentions is not in this conversation. Mention only people who are in it."},
	{Err: store.ErrNoFile, Status: http.StatusUnprocessableEntity, Code: "file_not_found", Detail: "You sent no such file of this kind into this conversation, or a message shows it already. Send the file first."},
	{Err: store.ErrTooLate, Status: http.StatusConflict, Code: "too_late", Detail: fmt.Sprintf("A message can be changed within %d minutes after it was sent.", int(talk.EditWithin.Minutes()))},
	{Err: store.ErrNotEditable, Status: http.StatusConflict, Code: "not_editable", Detail: "Only what its sender wrote can be changed, and not after it was deleted."},
	{Err: store.ErrReceiptAhead, Status: http.StatusUnprocessableEntity, Code: "receipt_ahead", Detail: "The conversation has no message with this seq yet. Nothing was changed."},
	{Err: store.ErrNotAMemberKind, Status: http.StatusConflict, Code: "members_not_chosen", Detail: "Who is in this conversation follows from the visit, the team or the company: nobody can be added or removed here."},
	{Err: store.ErrPrivate, Status: http.StatusConflict, Code: "private_conversation", Detail: "A private conversation is of its two people, for good: nobody joins or leaves it. Mute it, or begin a group."},
	{Err: store.ErrNoMember, Status: http.StatusNotFound, Code: "member_not_found", Detail: "Nobody with this id is in the group."},
	{Err: store.ErrLastOwner, Status: http.StatusConflict, Code: "last_owner", Detail: "A group needs an owner. Make somebody else owner first."},
	{Err: store.ErrNoTitle, Status: http.StatusConflict, Code: "title_not_chosen", Detail: "This conversation is named after its people, its visit or its team. Only groups and broadcasts have a title."},
	{Err: store.ErrAuditingOff, Status: http.StatusForbidden, Code: "auditing_off", Detail: "Your company has not turned auditing on: you read only the conversations that you are in. An admin can turn it on (PUT /v1/chat/settings), and everybody is told."},
	{Err: store.ErrTooManyOfTheUser, Status: http.StatusConflict, Code: "too_many_conversations", Detail: fmt.Sprintf("You have begun %d groups. Use one of those that you have.", store.MaxGroups)},
	{Err: store.ErrNoSuchFile, Status: http.StatusNotFound, Code: "file_unknown", Detail: "No message that you may read in this conversation shows such a file."},
	{Err: store.ErrTooManyFiles, Status: http.StatusConflict, Code: "too_many_files", Detail: fmt.Sprintf("%d files of yours wait for their messages. Send those messages first.", store.MaxUnshown)},
	{Err: store.ErrFileRoom, Status: http.StatusInsufficientStorage, Code: "file_room_used_up", Detail: "Your company has no more room for photos and files. Ask whoever runs the installation. Messages of text still work."},
}

// naming says of an id of a list in the body where it stands and what is wrong with it, if the store refused it.
func naming(err error, field string, ids []string, why string) error {
	u, unknown := errors.AsType[*store.UnknownError](err)
	p, ok := errors.AsType[*httpx.ProblemDetails](refusals.Problem(err))
	if !unknown || !ok {
		return err
	}
	location := fmt.Sprintf("body.%s[%d]", field, slices.Index(ids, u.ID))
	return httpx.Problem(p.Status, p.Code, p.Detail, httpx.Field(location, why))
}

// problem makes a problem of what the store refuses.
func problem(err error) error {
	if f, ok := errors.AsType[*talk.FieldError](err); ok {
		return httpx.Faulty("body."+f.Field, f.Why.Error())
	}
	if c, ok := errors.AsType[*store.SettingsConflictError](err); ok {
		return settingsChanged(c)
	}
	if c, ok := errors.AsType[*store.ConversationConflictError](err); ok {
		return conversationChanged(c)
	}
	return refusals.Problem(err)
}
