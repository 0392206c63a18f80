package api

import (
	"context"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
)

type (
	// Audit is who read a conversation without being in it, on one day.
	Audit struct {
		UserID  string    `json:"user_id"`
		Day     string    `json:"day" doc:"in UTC" example:"2026-03-09"`
		FirstAt time.Time `json:"first_at"`
		LastAt  time.Time `json:"last_at"`
	}
	// Audits is a page of them.
	Audits struct {
		Audits []Audit `json:"audits"`
		Next   string  `json:"next,omitempty" doc:"the cursor of the next page; missing on the last"`
	}
	auditsInput struct {
		ConversationID
		httpx.Page
	}
	auditsOutput struct{ Body Audits }
)

func (s *service) registerAudits(a *httpx.API) {
	list := describe(http.MethodGet, "/v1/conversations/{id}/audits", "list-conversation-audits", "Who read a conversation without being in it, newest day first")
	list.Description = "For those who are in it, and for admins. An entry is kept for two years, and it is written before its reader gets an answer. " +
		"Who lists conversations for auditing reads the newest message of each, and is named here, too."
	httpx.Handle(a, list, s.audits)
}

func (s *service) audits(ctx context.Context, who auth.Claims, in *auditsInput) (*auditsOutput, error) {
	after, err := httpx.DecodeCursor[store.AfterAudit](in.Cursor)
	if err != nil {
		return nil, err
	}
	if in.Cursor != "" {
		if day, err := time.Parse(time.DateOnly, after.Day); err != nil || day.Year() < 1 { // PostgreSQL has no year 0
			return nil, httpx.Problem(http.StatusBadRequest, "cursor_invalid", "The cursor is not one that this list gave. Begin without it.", httpx.Field("query.cursor", "not a cursor of this list"))
		}
	}
	rows, err := s.store.Audits(ctx, who, in.ID, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := httpx.Cut(rows, in.Limit, func(a store.Audit) store.AfterAudit { return store.AfterAudit{Day: a.Day, UserID: a.UserID} })
	out := &auditsOutput{Audits{Audits: []Audit{}, Next: next}}
	for _, r := range page {
		out.Body.Audits = append(out.Body.Audits, Audit(r))
	}
	return out, nil
}

// auditAt returns the time of an audit read; zero for somebody who reads its own conversations.
func (s *service) auditAt(in Auditing) time.Time {
	if !in.Audit {
		return time.Time{}
	}
	return s.clock.Now().UTC().Truncate(time.Millisecond)
}
