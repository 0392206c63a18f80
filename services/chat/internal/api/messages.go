package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

type (
	// Message is a message as it is now.
	Message struct {
		Seq       int64      `json:"seq" doc:"1, 2, 3 and so on in its conversation, without a gap"`
		Version   int64      `json:"version" doc:"rises when the message is changed"`
		SenderID  string     `json:"sender_id"`
		ClientID  string     `json:"client_id" doc:"the sender's own name for it: the Idempotency-Key with which it was sent"`
		Kind      string     `json:"kind" enum:"text,location,photo,file,system"`
		Text      string     `json:"text,omitempty" doc:"what it says, never HTML. Of a line of the system: created, joined, left, removed or renamed"`
		Lat       *float64   `json:"lat,omitempty"`
		Lon       *float64   `json:"lon,omitempty"`
		AccuracyM *float64   `json:"accuracy_m,omitempty"`
		File      *FileInfo  `json:"file,omitempty"`
		ReplyTo   int64      `json:"reply_to,omitempty"`
		Mentions  []string   `json:"mentions,omitempty"`
		CreatedAt time.Time  `json:"created_at" doc:"when the service stored it"`
		SentAt    *time.Time `json:"sent_at,omitempty" doc:"when it was written, if the clock of the sender's device can be believed"`
		EditedAt  *time.Time `json:"edited_at,omitempty"`
		DeletedAt *time.Time `json:"deleted_at,omitempty" doc:"its sender deleted it for all, or changed it after you had left: it says nothing any more"`
	}
	// FileInfo is what a photo or a file is.
	FileInfo struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Type  string `json:"type"`
		Bytes int64  `json:"bytes"`
	}
	// NewMessage is a message that somebody sends.
	NewMessage struct {
		Kind      string     `json:"kind,omitempty" enum:"text,location,photo,file" doc:"text when left out"`
		Text      string     `json:"text,omitempty" doc:"at most 8000 characters. Of a location, a photo or a file: what to say beside it"`
		Lat       *float64   `json:"lat,omitempty"`
		Lon       *float64   `json:"lon,omitempty"`
		AccuracyM *float64   `json:"accuracy_m,omitempty"`
		FileID    string     `json:"file_id,omitempty" maxLength:"64" doc:"of a file that you have sent into this conversation"`
		ReplyTo   int64      `json:"reply_to,omitempty" minimum:"1" doc:"the seq of the message that it answers"`
		Mentions  []string   `json:"mentions,omitempty" maxItems:"20" doc:"ids of people in the conversation"`
		SentAt    *time.Time `json:"sent_at,omitempty" doc:"when it was written. It is left out if it lies more than 30 days back or 5 minutes ahead: then the clock of the device is wrong"`
	}
	sendInput struct {
		ConversationID
		Key  string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"255" doc:"your own name for this message, such as a random UUID. Send the same again when repeating: the message is stored once"`
		Body NewMessage
	}
	// MessageID is the address of a message in a path.
	MessageID struct {
		ConversationID
		Seq int64 `path:"seq" minimum:"1"`
	}
	editInput struct {
		MessageID
		Body struct {
			Text     string   `json:"text" doc:"at most 8000 characters. Of a location, a photo or a file: what to say beside it"`
			Mentions []string `json:"mentions,omitempty" maxItems:"20" doc:"ids of people in the conversation; nobody when left out"`
		}
	}
	deleteInput   struct{ MessageID }
	messageOutput struct{ Body Message }
	messagesInput struct {
		ConversationID
		Auditing
		Before int64 `query:"before_seq" minimum:"1" doc:"the newest messages before this one, newest first"`
		After  int64 `query:"after_seq" minimum:"-1" default:"-1" doc:"the oldest messages after this one, oldest first"`
		Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}
	// Messages are some of a conversation's messages.
	Messages struct {
		Messages []Message `json:"messages"`
		More     bool      `json:"more" doc:"there are more in this direction"`
	}
	messagesOutput struct{ Body Messages }
)

func (s *service) registerMessages(a *httpx.API) {
	send := describe(http.MethodPost, "/v1/conversations/{id}/messages", "send-message", "Send a message")
	send.Status = http.StatusCreated
	send.Description = "201 means that it is stored, and that the others hear it. Repeat with the same Idempotency-Key until you get it: a repetition gets 200 and the message that is there. " +
		"The same key with another content is refused (client_id_used), and so is what nobody would read, because the other person of a private conversation is deactivated (other_inactive). Messages are ordered by seq alone, whatever the clocks of the devices say."
	httpx.Handle(a, send, s.send)
	edit := describe(http.MethodPut, "/v1/conversations/{id}/messages/{seq}", "edit-message", "Change what a message of yours says")
	edit.Description = "Within 15 minutes after it was sent. A repetition of a change changes nothing, and is no error."
	httpx.Handle(a, edit, s.edit)
	remove := describe(http.MethodDelete, "/v1/conversations/{id}/messages/{seq}", "delete-message", "Delete a message of yours for all")
	remove.Description = "The owner of a group may delete the messages of others in it, too. Its seq remains, and nothing of what it said. A repetition changes nothing, and is no error. " +
		"A socket that resumes later gets nothing of what it said either: chat:mensaje is then the deletion, as chat:editado after it."
	httpx.Handle(a, remove, s.remove)
	list := describe(http.MethodGet, "/v1/conversations/{id}/messages", "list-messages", "Messages of a conversation")
	list.Description = "With neither before_seq nor after_seq: the newest, newest first."
	httpx.Handle(a, list, s.messages)
}

func (s *service) send(ctx context.Context, who auth.Claims, in *sendInput) (*httpx.Answer[Message], error) {
	b := in.Body
	d := talk.Draft{Kind: b.Kind, Text: b.Text, Lat: b.Lat, Lon: b.Lon, Accuracy: b.AccuracyM, FileID: b.FileID, ReplyTo: b.ReplyTo, Mentions: slices.Clone(b.Mentions), SentAt: b.SentAt}
	if d.Kind == "" {
		d.Kind = talk.Text
	}
	if err := idem.Check(in.Key); err != nil {
		return nil, err
	}
	if in.Key[0] == '*' {
		return nil, httpx.Invalid("header.Idempotency-Key", "An Idempotency-Key of a message does not begin with *.")
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	request, err := change.Hash("send-message", d)
	if err != nil {
		return nil, err
	}
	out := &httpx.Answer[Message]{Status: http.StatusOK}
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		m, sent, err := s.store.Send(ctx, ch, who, in.ID, in.Key, request, d)
		if sent {
			out.Status = http.StatusCreated
		}
		out.Body = messageOf(m)
		return err
	})
	return out, naming(err, "mentions", in.Body.Mentions, "is not in this conversation")
}

func (s *service) edit(ctx context.Context, who auth.Claims, in *editInput) (*messageOutput, error) {
	out, err := s.onMessage(ctx, who, func(ch *change.Change) (store.Message, error) {
		return s.store.Edit(ctx, ch, who, in.ID, in.Seq, in.Body.Text, slices.Clone(in.Body.Mentions)) // it sorts them
	})
	return out, naming(err, "mentions", in.Body.Mentions, "is not in this conversation")
}

func (s *service) remove(ctx context.Context, who auth.Claims, in *deleteInput) (*messageOutput, error) {
	return s.onMessage(ctx, who, func(ch *change.Change) (store.Message, error) {
		return s.store.Delete(ctx, ch, who, in.ID, in.Seq)
	})
}

func (s *service) onMessage(ctx context.Context, who auth.Claims, do func(*change.Change) (store.Message, error)) (*messageOutput, error) {
	out := &messageOutput{}
	err := s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		m, err := do(ch)
		out.Body = messageOf(m)
		return err
	})
	return out, err
}

func (s *service) messages(ctx context.Context, who auth.Claims, in *messagesInput) (*messagesOutput, error) {
	if in.Before != 0 && in.After >= 0 {
		return nil, httpx.Invalid("query.after_seq", "Give before_seq or after_seq, not both.")
	}
	list, err := s.store.Messages(ctx, who, in.ID, store.Part{Before: in.Before, After: in.After, Limit: in.Limit, Audit: s.auditAt(in.Auditing)})
	if err != nil {
		return nil, err
	}
	out := &messagesOutput{Body: Messages{Messages: []Message{}, More: len(list) > in.Limit}}
	for _, m := range list[:min(len(list), in.Limit)] {
		out.Body.Messages = append(out.Body.Messages, messageOf(m))
	}
	return out, nil
}

func messageOf(m store.Message) Message {
	v := Message{
		Seq: m.Seq, Version: m.Version, SenderID: m.SenderID, ClientID: m.ClientID, Kind: m.Kind, Text: m.Text, Lat: m.Lat, Lon: m.Lon, AccuracyM: m.AccuracyM,
		ReplyTo: m.ReplyTo, Mentions: m.Mentions, CreatedAt: m.CreatedAt, SentAt: m.SentAt, EditedAt: m.EditedAt, DeletedAt: m.DeletedAt,
	}
	if m.FileID != "" {
		v.File = &FileInfo{ID: m.FileID, Name: m.FileName, Type: m.FileType, Bytes: m.FileBytes}
	}
	return v
}
