package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

type (
	searchInput struct {
		Query        string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"words that a message contains, all of them; one of them has at least three letters or digits, and is not as common as el or para. The last may be the beginning of a word, from three letters on"`
		Conversation string `query:"conversation" maxLength:"64" doc:"only in this one"`
		Limit        int    `query:"limit" minimum:"1" maximum:"50" default:"50" doc:"how many at most"`
		Cursor       string `query:"cursor" maxLength:"1024" doc:"next of the page before; opaque"`
	}
	// Hit is a message that was found.
	Hit struct {
		ConversationID string  `json:"conversation_id"`
		Message        Message `json:"message"`
	}
	// Hits is a page of them.
	Hits struct {
		Hits []Hit  `json:"hits"`
		Next string `json:"next,omitempty" doc:"the cursor of the next page; missing on the last"`
	}
	searchOutput struct{ Body Hits }
)

func (s *service) registerSearch(a *httpx.API) {
	op := describe(http.MethodGet, "/v1/chat/search", "search-messages", "Messages of your conversations with these words, the newest first")
	op.Description = "Accents and capitals make no difference, and a word is found in its other forms in Spanish, too: entregas finds entrega. Signs are no part of a word. " +
		"The names of files are searched, too. Only what you may read in your own conversations is found, also by those who may audit."
	httpx.Handle(a, op, s.search)
}

func (s *service) search(ctx context.Context, who auth.Claims, in *searchInput) (*searchOutput, error) {
	after := store.Newest
	if in.Cursor != "" {
		var err error
		if after, err = httpx.DecodeCursor[store.Found](in.Cursor); err != nil {
			return nil, err
		}
	}
	hits, err := s.store.Search(ctx, who, talk.Query(in.Query), in.Conversation, after, in.Limit)
	if err != nil {
		return nil, err
	}
	page, next := httpx.Cut(hits, in.Limit, func(h store.Hit) store.Found {
		return store.Found{At: h.CreatedAt, Conversation: h.Conversation, Seq: h.Seq}
	})
	out := &searchOutput{Body: Hits{Hits: []Hit{}, Next: next}}
	for _, h := range page {
		out.Body.Hits = append(out.Body.Hits, Hit{ConversationID: h.Conversation, Message: messageOf(h.Message)})
	}
	return out, nil
}
