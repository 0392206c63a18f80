package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/chat/internal/store"
)

// exportAtOnce is how many messages, and how many conversations, of an export are in memory.
const exportAtOnce = 500

type (
	// exported is a line of an export: a conversation, a message or the end.
	exported struct {
		Type           string        `json:"type"`
		ConversationID string        `json:"conversation_id,omitempty"`
		Conversation   *Conversation `json:"conversation,omitempty"`
		Message        *Message      `json:"message,omitempty"`
		// Of the end. Without that line, the export is not whole.
		Messages int        `json:"messages,omitempty"`
		At       *time.Time `json:"at,omitempty"`
	}
	// Erasure is what became of the wish to erase a person's messages.
	Erasure struct {
		ID          string     `json:"id"`
		UserID      string     `json:"user_id"`
		RequestedAt time.Time  `json:"requested_at"`
		RequestedBy string     `json:"requested_by"`
		Messages    int64      `json:"messages" doc:"how many were erased so far"`
		DoneAt      *time.Time `json:"done_at,omitempty" doc:"missing while it is under way"`
	}
	// Erasures is a page of them.
	Erasures struct {
		Erasures []Erasure `json:"erasures"`
		Next     string    `json:"next,omitempty" doc:"the cursor of the next page; missing on the last"`
	}
	eraseInput struct {
		httpx.Keyed
		Body struct {
			UserID string `json:"user_id" minLength:"1" maxLength:"64"`
		}
	}
	erasuresInput  struct{ httpx.Page }
	erasuresOutput struct{ Body Erasures }
)

func (s *service) registerExport(a *httpx.API) {
	export := describe(http.MethodGet, "/v1/chat/export", "export-messages", "All that you wrote, and the conversations that you are in")
	export.Class = httpx.ClassFiles
	export.Description = "Lines of JSON. A line of type conversation is followed by lines of type message: what you may read of it. Then come, of type sent, messages of yours in conversations that you no longer read. " +
		"The last line has the type end and counts the messages: without it the export is not whole. Files are not in it: read them with their ids. Nobody exports what others wrote elsewhere, not even an admin."
	httpx.Handle(a, export, s.export)
	a.OpenAPI().Paths[export.Path].Get.Responses["200"] = &huma.Response{Description: "The export", Content: map[string]*huma.MediaType{
		"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
	erase := describe(http.MethodPost, "/v1/chat/erasures", "erase-messages", "Erase all that a person wrote", audience.RoleAdmin)
	erase.Status = http.StatusCreated
	erase.Description = "Each message that the person sent says nothing any more, as if it had been deleted, and its files are removed. The numbers of the messages stay. It begins within a minute or so, goes on after a restart, and cannot be undone. " +
		"While one of the person is under way, 200 has that one. What the person writes later stays: deactivate the user first."
	httpx.Handle(a, erase, s.erase)
	httpx.Handle(a, describe(http.MethodGet, "/v1/chat/erasures", "list-erasures", "Whose messages were erased, the newest first", audience.RoleAdmin), s.erasures)
}

func (s *service) export(_ context.Context, who auth.Claims, _ *struct{}) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		_, w := humago.Unwrap(hctx)
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Type", "application/x-ndjson")
		header.Set("Content-Disposition", `attachment; filename="mensajes.ndjson"`)
		w.WriteHeader(http.StatusOK)
		if http.NewResponseController(w).Flush() != nil { // From here on the answer is not kept in memory.
			panic(http.ErrAbortHandler)
		}
		out := bufio.NewWriterSize(w, 32<<10)
		e := &exporter{s: s, who: who, lines: json.NewEncoder(out)}
		if err := errors.Join(e.all(hctx.Context()), out.Flush()); err != nil {
			if hctx.Context().Err() == nil {
				s.log.Warn("an export ended early", "error", err)
			}
			panic(http.ErrAbortHandler) // The client must not take a part for the whole.
		}
	}}, nil
}

// exporter writes an export, page by page, each in a transaction of its own.
type exporter struct {
	s     *service
	who   auth.Claims
	lines *json.Encoder
	n     int
}

func (e *exporter) all(ctx context.Context) error {
	now := e.s.clock.Now().UTC()
	for after, more := "", true; more; {
		list, err := e.s.store.ConversationsByID(ctx, e.who, after, exportAtOnce)
		if err != nil {
			return err
		}
		more = len(list) == exportAtOnce
		for i := range list {
			after = list[i].ID
			if err := e.conversation(ctx, &list[i]); err != nil {
				return err
			}
		}
	}
	if err := e.elsewhere(ctx); err != nil {
		return err
	}
	return e.lines.Encode(exported{Type: "end", Messages: e.n, At: &now})
}

func (e *exporter) conversation(ctx context.Context, c *store.Summary) error {
	v := viewOf(c)
	v.Last = nil // it follows
	if err := e.lines.Encode(exported{Type: "conversation", ConversationID: c.ID, Conversation: &v}); err != nil {
		return err
	}
	for at, more := int64(0), true; more; {
		list, err := e.s.store.Messages(ctx, e.who, c.ID, store.Part{After: at, Limit: exportAtOnce})
		if errors.Is(err, store.ErrNoConversation) { // it was removed from it meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		more = len(list) > exportAtOnce
		for _, m := range list[:min(len(list), exportAtOnce)] {
			at = m.Seq
			if err := e.message("message", c.ID, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// elsewhere writes what the person sent and no longer reads.
func (e *exporter) elsewhere(ctx context.Context) error {
	var after store.Found
	sees := func(int64) bool { return false }
	for {
		list, err := e.s.store.SentBy(ctx, e.who, after, exportAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, h := range list {
			if h.Conversation != after.Conversation {
				c, err := e.s.store.Conversation(ctx, e.who, h.Conversation, time.Time{})
				if err != nil && !errors.Is(err, store.ErrNoConversation) {
					return err
				}
				sees = func(int64) bool { return false }
				if err == nil {
					sees = c.Place().Sees
				}
			}
			after = store.Found{Conversation: h.Conversation, Seq: h.Seq}
			if sees(h.Seq) {
				continue
			}
			if err := e.message("sent", h.Conversation, h.Message); err != nil {
				return err
			}
		}
	}
}

func (e *exporter) message(kind, conversation string, m store.Message) error {
	v := messageOf(m)
	e.n++
	return e.lines.Encode(exported{Type: kind, ConversationID: conversation, Message: &v})
}

func (s *service) erase(ctx context.Context, who auth.Claims, in *eraseInput) (*httpx.Answer[Erasure], error) {
	made := false
	out, err := change.OnceIn(ctx, s.changes, who, in.Keyed, "erase-messages", in.Body, http.StatusCreated, func(ch *change.Change) (Erasure, error) {
		e, fresh, err := s.store.BeginErasure(ctx, ch, who, in.Body.UserID)
		made = fresh
		return erasureOf(e), err
	})
	if err == nil && !made {
		out.Status = http.StatusOK
	}
	return out, err
}

func (s *service) erasures(ctx context.Context, who auth.Claims, in *erasuresInput) (*erasuresOutput, error) {
	var after *store.ErasurePlace
	if in.Cursor != "" {
		at, err := httpx.DecodeCursor[store.ErasurePlace](in.Cursor)
		if err != nil {
			return nil, err
		}
		after = &at
	}
	list, err := s.store.Erasures(ctx, who.Company, after, in.Limit)
	if err != nil {
		return nil, err
	}
	page, next := httpx.Cut(list, in.Limit, func(e store.Erasure) store.ErasurePlace { return store.ErasurePlace{At: e.RequestedAt, ID: e.ID} })
	out := &erasuresOutput{Body: Erasures{Erasures: []Erasure{}, Next: next}}
	for _, e := range page {
		out.Body.Erasures = append(out.Body.Erasures, erasureOf(e))
	}
	return out, nil
}

func erasureOf(e store.Erasure) Erasure {
	return Erasure{ID: e.ID, UserID: e.UserID, RequestedAt: e.RequestedAt, RequestedBy: e.RequestedBy, Messages: e.Messages, DoneAt: e.DoneAt}
}
