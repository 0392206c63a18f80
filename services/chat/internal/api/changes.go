package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
)

type (
	// UnreadMessages is what somebody has not read.
	UnreadMessages struct {
		Conversations int `json:"conversations" doc:"with something that you have not read, and that are not muted"`
		Messages      int `json:"messages" doc:"that you have not read, in conversations that are not muted"`
		Mentions      int `json:"mentions" doc:"messages that mention you and that you have not read, in muted conversations, too"`
	}
	unreadOutput struct{ Body UnreadMessages }
	changesInput struct {
		Since string `query:"since" maxLength:"1024" doc:"next of the answer before; opaque"`
		Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20" doc:"how many conversations at most"`
	}
	// Changed is a conversation in which something has changed. If removed, you are no longer in it, and there is only its id.
	Changed struct {
		ID           string        `json:"id"`
		Removed      bool          `json:"removed,omitempty" doc:"you are no longer in it and may not read it: forget it and its messages"`
		Conversation *Conversation `json:"conversation,omitempty" doc:"as it is now. Forget messages before its first_seq and after its last_seq"`
		Messages     []Message     `json:"messages,omitempty" doc:"those that are new or have changed, as they are now, oldest first"`
		Gap          bool          `json:"gap,omitempty" doc:"too many have changed: these are the newest messages instead. Forget all others of this conversation, and read older ones by before_seq"`
	}
	// Changes is a page of what has changed.
	Changes struct {
		Conversations []Changed `json:"conversations"`
		Next          string    `json:"next" doc:"keep it: it is since of the next request, now if there is more, else the next time"`
		More          bool      `json:"more"`
		Reload        bool      `json:"reload,omitempty" doc:"conversations have become yours, or are no longer, that are perhaps not among these: read the list of your conversations again, and forget those that are not in it"`
	}
	changesOutput struct{ Body Changes }
)

func (s *service) registerChanges(a *httpx.API) {
	unread := describe(http.MethodGet, "/v1/chat/unread", "count-unread", "How much you have not read")
	unread.Description = "It counts your 200 conversations with the newest messages, and in each up to 1000 messages."
	httpx.Handle(a, unread, s.unread)
	list := describe(http.MethodGet, "/v1/chat/changes", "list-chat-changes", "What has changed since you last asked")
	list.Description = "For a device that was away. A device that has nothing yet asks without since, keeps next, and then reads the list of conversations. " +
		"Later it asks with since, and again with each next while there is more. It then has what it would read anew: new, changed and deleted messages, marks, people, titles. " +
		"Two things come only together with one of these: another title of a visit, and that somebody was deactivated or is back. " +
		"Something may come twice: of a message the higher version is the newer. Keep next only when the page is stored. An old next is as good as a new one, only longer."
	httpx.Handle(a, list, s.changed)
}

func (s *service) unread(ctx context.Context, who auth.Claims, _ *struct{}) (*unreadOutput, error) {
	n, err := s.store.Unread(ctx, who, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return &unreadOutput{UnreadMessages(n)}, nil
}

func (s *service) changed(ctx context.Context, who auth.Claims, in *changesInput) (*changesOutput, error) {
	var since *store.Since
	if in.Since != "" {
		at, err := httpx.DecodeCursor[store.Since](in.Since)
		if err != nil {
			return nil, httpx.Problem(http.StatusBadRequest, "cursor_invalid", "since is not the next of an answer. Ask without it, and read the list of your conversations again.",
				httpx.Field("query.since", "is not the next of an answer of this list"), httpx.Cause(err))
		}
		since = &at
	}
	list, next, more, reload, err := s.store.Changes(ctx, who, since, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &changesOutput{Body: Changes{Conversations: []Changed{}, Next: httpx.EncodeCursor(next), More: more, Reload: reload}}
	for _, c := range list {
		v := Changed{ID: c.ID, Removed: c.Summary == nil, Gap: c.Gap}
		if c.Summary != nil {
			view := viewOf(c.Summary)
			v.Conversation = &view
		}
		for _, m := range c.Messages {
			v.Messages = append(v.Messages, messageOf(m))
		}
		out.Body.Conversations = append(out.Body.Conversations, v)
	}
	return out, nil
}
