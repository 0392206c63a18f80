package api

import (
	"context"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
)

type (
	// NewMembers are people to add to a group.
	NewMembers struct {
		UserIDs []string `json:"user_ids" minItems:"1" maxItems:"256"`
	}
	addMembersInput struct {
		ConversationID
		httpx.Keyed
		Body NewMembers
	}
	// MemberID is a conversation and a user in a path.
	MemberID struct {
		ConversationID
		User string `path:"user" maxLength:"64"`
	}
	// NewRole is what a member becomes.
	NewRole struct {
		Role string `json:"role" enum:"owner,member"`
	}
	setRoleInput struct {
		MemberID
		Body NewRole
	}
	// NewTitle is another title of a group or a broadcast.
	NewTitle struct {
		Title   string `json:"title" doc:"at most 100 characters"`
		Version int64  `json:"version" minimum:"1" doc:"of the conversation that you saw: 409 with the current one when it is another by now"`
	}
	renameInput struct {
		ConversationID
		Body NewTitle
	}
	// NewMute is until when somebody is not told of new messages.
	NewMute struct {
		Until *time.Time `json:"until" nullable:"true" doc:"null to be told again"`
	}
	muteInput struct {
		ConversationID
		Body NewMute
	}
)

func (s *service) registerMembers(a *httpx.API) {
	const path = "/v1/conversations/{id}"
	add := describe(http.MethodPost, path+"/members", "add-members", "Add people to a group")
	add.Description = "For its owners, and for admins who are in it. A group has at most 256 people. Who is in it already stays as it is. A new one, and one that comes back, sees what is new from then on."
	httpx.Handle(a, add, s.addMembers)
	remove := describe(http.MethodDelete, path+"/members/{user}", "remove-member", "Leave a group, or remove somebody from it")
	remove.Description = "Everybody may leave. Its owners, and admins who are in it, remove others. Who is out hears nothing that comes after, and keeps what it had only by the company's setting keep_after_leaving: the title of then, and nothing of a message that was edited since. " +
		"A socket of it that resumes later gets nothing of the group but that it is out. " +
		"When the last owner leaves, the member of longest standing becomes owner."
	httpx.Handle(a, remove, s.removeMember)
	httpx.Handle(a, describe(http.MethodPut, path+"/members/{user}", "set-member-role", "Make a member of a group its owner, or an owner a member"), s.setRole)
	rename := describe(http.MethodPut, path, "rename-conversation", "Give a group or a broadcast another title")
	rename.Description = "A group: its owners, and admins who are in it. A broadcast: admins."
	httpx.Handle(a, rename, s.rename)
	httpx.Handle(a, describe(http.MethodPut, path+"/mute", "mute-conversation", "Be told of no message of a conversation for some time"), s.mute)
}

// answerWith does a change that is harmless to repeat, and answers with the conversation.
func (s *service) answerWith(ctx context.Context, who auth.Claims, id string, do func(*change.Change) error) (out *conversationOutput, err error) {
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		if err := do(ch); err != nil {
			return err
		}
		c, err := s.store.ConversationIn(ctx, ch, who, id)
		out = &conversationOutput{viewOf(&c)}
		return err
	})
	return out, err
}

func (s *service) addMembers(ctx context.Context, who auth.Claims, in *addMembersInput) (*httpx.Answer[Conversation], error) {
	request := []any{in.ID, in.Body}
	out, err := change.OnceIn(ctx, s.changes, who, in.Keyed, "add-members", request, http.StatusOK, func(ch *change.Change) (Conversation, error) {
		if err := s.store.AddMembers(ctx, ch, who, in.ID, in.Body.UserIDs); err != nil {
			return Conversation{}, err
		}
		c, err := s.store.ConversationIn(ctx, ch, who, in.ID)
		return keptOf(&c), err
	})
	return out, naming(err, "user_ids", in.Body.UserIDs, "is no active user of your company")
}

func (s *service) removeMember(ctx context.Context, who auth.Claims, in *MemberID) (*struct{}, error) {
	return nil, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		return s.store.RemoveMember(ctx, ch, who, in.ID, in.User)
	})
}

func (s *service) setRole(ctx context.Context, who auth.Claims, in *setRoleInput) (*conversationOutput, error) {
	return s.answerWith(ctx, who, in.ID, func(ch *change.Change) error {
		return s.store.SetRole(ctx, ch, who, in.ID, in.User, in.Body.Role)
	})
}

func (s *service) rename(ctx context.Context, who auth.Claims, in *renameInput) (*conversationOutput, error) {
	return s.answerWith(ctx, who, in.ID, func(ch *change.Change) error {
		return s.store.Rename(ctx, ch, who, in.ID, in.Body.Title, in.Body.Version)
	})
}

func (s *service) mute(ctx context.Context, who auth.Claims, in *muteInput) (*conversationOutput, error) {
	return s.answerWith(ctx, who, in.ID, func(ch *change.Change) error {
		return s.store.Mute(ctx, ch, who, in.ID, in.Body.Until)
	})
}

func conversationChanged(e *store.ConversationConflictError) error {
	return httpx.Problem(http.StatusConflict, "conversation_changed", "Somebody changed the conversation meanwhile. current is how it is now: repeat your change on it.",
		httpx.Current(viewOf(&e.Current)))
}
