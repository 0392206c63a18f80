package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/chat/internal/store"
)

type (
	// ChatPerson is somebody to write to, or who wrote.
	ChatPerson struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Role string `json:"role" enum:"admin,supervisor,colaborador"`
	}
	// ChatPeople are at most 1000.
	ChatPeople struct {
		People []ChatPerson `json:"people"`
		More   bool         `json:"more" doc:"there are more: ask with q"`
	}
	peopleInput struct {
		IDs  []string `query:"ids" maxItems:"100" doc:"these, separated by commas; without it everybody with whom you may begin a conversation"`
		Text string   `query:"q" maxLength:"100" doc:"part of a name, when there are no ids; capitals make no difference"`
	}
	peopleOutput struct{ Body ChatPeople }
)

func (s *service) registerPeople(a *httpx.API) {
	op := describe(http.MethodGet, "/v1/chat/people", "list-chat-people", "The names of those to whom you may write, or who write to you")
	op.Description = "With ids it names also those who left, and those with whom you may begin nothing but whom you meet in a conversation. Whom you may not know is missing."
	httpx.Handle(a, op, s.people)
}

func (s *service) people(ctx context.Context, who auth.Claims, in *peopleInput) (*peopleOutput, error) {
	list, err := s.store.People(ctx, who, in.IDs, in.Text)
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{Body: ChatPeople{People: []ChatPerson{}, More: len(list) > store.MaxPeople}}
	for _, p := range list[:min(len(list), store.MaxPeople)] {
		out.Body.People = append(out.Body.People, ChatPerson(p))
	}
	return out, nil
}
