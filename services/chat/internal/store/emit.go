package store

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// tellMessage publishes a message as it is now. A change of a message goes to those who see the message; those who came later do not.
func tellMessage(ch *change.Change, event string, a *access, list []MemberRow, m Message) error {
	var users []string
	for _, member := range list {
		if member.Joined < m.Seq {
			users = append(users, member.UserID)
		}
	}
	return ch.Emit(Domain, event, a.ID, talk.Audience(a.Kind, a.of(), users), messageEvent(a.ID, m))
}

func messageEvent(conversation string, m Message) *terrenov1.ChatMessage {
	e := &terrenov1.ChatMessage{ //nolint:gosec // nobody sends two billion messages in one conversation
		ConversationId: conversation, Seq: int32(m.Seq), Version: int32(m.Version), SenderId: m.SenderID, ClientId: m.ClientID,
		Kind: m.Kind, Text: m.Text, Lat: m.Lat, Lon: m.Lon, AccuracyM: m.AccuracyM, ReplyTo: int32(m.ReplyTo), Mentions: m.Mentions,
		CreatedAt: timestamp(&m.CreatedAt), SentAt: timestamp(m.SentAt), EditedAt: timestamp(m.EditedAt), DeletedAt: timestamp(m.DeletedAt),
	}
	if m.FileID != "" {
		e.File = &terrenov1.ChatFile{Id: m.FileID, Name: m.FileName, Type: m.FileType, Bytes: int32(m.FileBytes)} //nolint:gosec // a file is far smaller
	}
	return e
}

// tellConversation publishes a conversation as it is now to those who are in it.
func tellConversation(ch *change.Change, a *access, list []MemberRow) error {
	e := &terrenov1.Conversation{ //nolint:gosec // nobody changes a conversation two billion times
		Id: a.ID, Kind: a.Kind, Version: int32(a.Version), Title: a.Title, VisitId: a.VisitID, TeamId: a.TeamID,
		CreatedAt: timestamp(&a.CreatedAt), CreatedBy: a.CreatedBy,
	}
	for _, m := range list {
		e.Members = append(e.Members, &terrenov1.ChatMember{UserId: m.UserID, Role: m.Role})
	}
	return ch.Emit(Domain, EventConversation, a.ID, talk.Audience(a.Kind, a.of(), userIDs(list)), e)
}

// tellGone tells users that they are no longer in a conversation.
func tellGone(ch *change.Change, a *access, users ...string) error {
	e := &terrenov1.Conversation{Id: a.ID, Kind: a.Kind, Version: int32(a.Version), Retirada: true} //nolint:gosec // as above
	return ch.Emit(Domain, EventConversation, a.ID, audience.Audience{Users: users}, e)
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(t.Truncate(time.Millisecond))
}
