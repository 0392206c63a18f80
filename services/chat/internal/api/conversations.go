package api

import (
	"context"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

type (
	// ConversationID is the id in a path.
	ConversationID struct {
		ID string `path:"id" maxLength:"64"`
	}
	// Conversation is a conversation as its reader has it in the list.
	Conversation struct {
		ID        string    `json:"id"`
		Kind      string    `json:"kind" enum:"private,group,visit,team,broadcast"`
		Version   int64     `json:"version" doc:"rises when the title or the people change; that of chat:conversacion"`
		Title     string    `json:"title,omitempty" doc:"of a group and a broadcast; of a visit the title that the visit has now. The others are named after their people or team"`
		VisitID   string    `json:"visit_id,omitempty"`
		TeamID    string    `json:"team_id,omitempty"`
		CreatedAt time.Time `json:"created_at"`
		CreatedBy string    `json:"created_by"`
		Members   []Member  `json:"members,omitempty" doc:"of a private conversation and a group. Who is in the others follows from the visit, the team or the company"`
		LastSeq   int64     `json:"last_seq" doc:"the seq of the newest message that you may read; 0 for none"`
		LastAt    time.Time `json:"last_at" doc:"when the conversation's newest message came"`
		FirstSeq  int64     `json:"first_seq" doc:"the seq of the oldest message that you may read and that is kept"`
		Last      *Message  `json:"last_message,omitempty"`
		Unread    int       `json:"unread" doc:"messages of others that you have not read, up to 1000"`
		Mentions  int       `json:"mentions" doc:"those of them that mention you"`
		// Own marks.
		DeliveredSeq int64      `json:"delivered_seq" doc:"up to which message a device of yours has them"`
		ReadSeq      int64      `json:"read_seq" doc:"up to which message you have read"`
		MutedUntil   *time.Time `json:"muted_until,omitempty"`
		Role         string     `json:"role" enum:"owner,member"`
		Writes       bool       `json:"writes" doc:"whether you may write; without it you may only read, as in a private conversation whose other person is deactivated"`
		Left         bool       `json:"left,omitempty" doc:"you have left, or were removed, and read what you had: the title of then, and of a message that was edited since no more than of a deleted one"`
		Audited      bool       `json:"audited,omitempty" doc:"you are not in it and read it for auditing: its people can see that you did"`
	}
	// Member is somebody in a private conversation or a group, and how far it has got.
	Member struct {
		UserID       string `json:"user_id"`
		Role         string `json:"role" enum:"owner,member"`
		DeliveredSeq int64  `json:"delivered_seq"`
		ReadSeq      int64  `json:"read_seq"`
	}
	// Conversations is a page of them.
	Conversations struct {
		Conversations []Conversation `json:"conversations"`
		Next          string         `json:"next,omitempty" doc:"the cursor of the next page; missing on the last"`
	}
	// Auditing is how somebody asks for what it is not in.
	Auditing struct {
		Audit bool `query:"audit" doc:"read what you are not in. Only with the company's setting auditing: an admin reads all, a supervisor the conversations of people whom it sees. Everybody in a conversation can see who read it (GET /v1/conversations/{id}/audits)"`
	}
	getInput struct {
		ConversationID
		Auditing
	}
	listInput struct {
		httpx.Page
		Auditing
		Kind string `query:"kind" enum:"private,group,visit,team,broadcast" doc:"only these"`
	}
	listOutput struct{ Body Conversations }
	// NewConversation is what somebody wants to begin.
	NewConversation struct {
		Kind    string   `json:"kind" enum:"private,group,visit,team,broadcast"`
		UserIDs []string `json:"user_ids,omitempty" maxItems:"256" doc:"of a private conversation the other one; of a group the others"`
		Title   string   `json:"title,omitempty" doc:"of a group or a broadcast, at most 100 characters"`
		VisitID string   `json:"visit_id,omitempty" maxLength:"64"`
		TeamID  string   `json:"team_id,omitempty" maxLength:"64"`
	}
	beginInput struct {
		httpx.Keyed
		Body NewConversation
	}
	conversationOutput struct{ Body Conversation }
)

func (s *service) registerConversations(a *httpx.API) {
	httpx.Handle(a, describe(http.MethodGet, "/v1/conversations", "list-conversations", "Your conversations, the one with the newest message first"), s.list)
	begin := describe(http.MethodPost, "/v1/conversations", "begin-conversation", "Begin a conversation, or get the one that is there")
	begin.Description = "Of two people, of a visit and of a team there is one conversation, whoever begins it: 200 with it when it is there, 201 when it is new. That of two people is given also when the other one is deactivated. " +
		"A private conversation has user_ids, a group user_ids and title, a broadcast title, a visit's visit_id, a team's team_id: what the kind has not is refused. " +
		"Anybody begins a group, and is its owner. Only an admin begins a broadcast: everybody of the company reads it, admins and supervisors write."
	begin.Status = http.StatusCreated
	httpx.Handle(a, begin, s.begin)
	httpx.Handle(a, describe(http.MethodGet, "/v1/conversations/{id}", "get-conversation", "One of your conversations"), s.get)
}

func (s *service) list(ctx context.Context, who auth.Claims, in *listInput) (*listOutput, error) {
	var after *store.After
	if in.Cursor != "" {
		at, err := httpx.DecodeCursor[store.After](in.Cursor)
		if err != nil {
			return nil, err
		}
		after = &at
	}
	rows, err := s.store.Conversations(ctx, who, in.Kind, after, in.Limit, s.auditAt(in.Auditing))
	if err != nil {
		return nil, err
	}
	page, next := httpx.Cut(rows, in.Limit, func(c store.Summary) store.After { return store.After{At: c.ListedAt, ID: c.ID} })
	out := &listOutput{Body: Conversations{Conversations: []Conversation{}, Next: next}}
	for i := range page {
		out.Body.Conversations = append(out.Body.Conversations, viewOf(&page[i]))
	}
	return out, nil
}

func (s *service) get(ctx context.Context, who auth.Claims, in *getInput) (*conversationOutput, error) {
	c, err := s.store.Conversation(ctx, who, in.ID, s.auditAt(in.Auditing))
	if err != nil {
		return nil, err
	}
	return &conversationOutput{viewOf(&c)}, nil
}

func (s *service) begin(ctx context.Context, who auth.Claims, in *beginInput) (*httpx.Answer[Conversation], error) {
	w := store.NewConversation{Kind: in.Body.Kind, Users: in.Body.UserIDs, Title: in.Body.Title, VisitID: in.Body.VisitID, TeamID: in.Body.TeamID}
	made := false
	out, err := change.OnceIn(ctx, s.changes, who, in.Keyed, "begin-conversation", in.Body, http.StatusCreated, func(ch *change.Change) (Conversation, error) {
		id, fresh, err := s.store.Begin(ctx, ch, who, w)
		if err != nil {
			return Conversation{}, err
		}
		made = fresh
		c, err := s.store.ConversationIn(ctx, ch, who, id)
		return keptOf(&c), err
	})
	if err == nil && !made {
		out.Status = http.StatusOK
	}
	return out, naming(err, "user_ids", in.Body.UserIDs, "is no active user of your company")
}

// keptOf is viewOf for an answer that a repetition gets, too (once): it has no message, which may be deleted by then.
func keptOf(c *store.Summary) Conversation {
	v := viewOf(c)
	v.Last = nil
	return v
}

func viewOf(c *store.Summary) Conversation {
	place := c.Place()
	v := Conversation{
		ID: c.ID, Kind: c.Kind, Version: c.Version, Title: c.Title, VisitID: c.VisitID, TeamID: c.TeamID, CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy,
		LastSeq: min(c.LastSeq, place.To), LastAt: c.LastAt, FirstSeq: max(c.GoneSeq, place.From) + 1, Unread: c.Unread, Mentions: c.Mentions,
		DeliveredSeq: c.Delivered, ReadSeq: c.Read, MutedUntil: c.MutedUntil, Role: place.Role, Writes: place.Writes, Left: place.To != talk.Open, Audited: c.Audited,
	}
	if c.Last != nil {
		m := messageOf(*c.Last)
		v.Last = &m
	}
	if v.Left { // who joins, writes and renames it later is no business of who has left
		if c.LeftTitle != nil {
			v.Title, v.Version = *c.LeftTitle, *c.LeftVersion
		}
		if v.LastAt = c.CreatedAt; c.Last != nil {
			v.LastAt = c.Last.CreatedAt
		}
		return v
	}
	for _, m := range c.Members {
		v.Members = append(v.Members, Member{UserID: m.UserID, Role: m.Role, DeliveredSeq: m.Delivered, ReadSeq: m.Read})
	}
	return v
}
