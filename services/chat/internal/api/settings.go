package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// ChatSettings are what a company decides about its conversations. A client writes all of them together.
type ChatSettings struct {
	WhoTalks         string `json:"who_talks" enum:"everybody,supervisors" doc:"with supervisors, a colaborador writes only with the supervisors of its teams and the admins, in private and in the groups that somebody adds it to from then on. At first it is everybody"`
	KeepAfterLeaving bool   `json:"keep_after_leaving" doc:"who has left a group, or was removed, still reads what it had"`
	Auditing         bool   `json:"auditing" doc:"admins may read all conversations, and supervisors those of people whom they see. Everybody is told when this changes, and sees who read its conversations"`
	RetentionDays    int    `json:"retention_days" minimum:"30" maximum:"3650" doc:"messages that are older are removed. At first it is 730"`
	Version          int64  `json:"version" minimum:"0" doc:"rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now"`
}

type settingsBody struct{ Body ChatSettings }

func (s *service) registerSettings(a *httpx.API) {
	const path = "/v1/chat/settings"
	httpx.Handle(a, describe(http.MethodGet, path, "get-chat-settings", "What the company decided about its conversations"), s.settings)
	httpx.Handle(a, describe(http.MethodPut, path, "set-chat-settings", "Decide about the company's conversations", audience.RoleAdmin), s.setSettings)
}

func (s *service) settings(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsBody, error) {
	is, err := s.store.Settings(ctx, who.Company)
	return &settingsBody{settingsOf(is)}, err
}

func (s *service) setSettings(ctx context.Context, who auth.Claims, in *settingsBody) (*settingsBody, error) {
	b := in.Body
	wanted := talk.Settings{WhoTalks: b.WhoTalks, Keep: b.KeepAfterLeaving, Auditing: b.Auditing, RetentionDays: b.RetentionDays, Version: b.Version}
	var is talk.Settings
	err := s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		is, err = s.store.SetSettings(ctx, ch, wanted)
		return err
	})
	return &settingsBody{settingsOf(is)}, err
}

func settingsOf(is talk.Settings) ChatSettings {
	return ChatSettings{WhoTalks: is.WhoTalks, KeepAfterLeaving: is.Keep, Auditing: is.Auditing, RetentionDays: is.RetentionDays, Version: is.Version}
}

func settingsChanged(e *store.SettingsConflictError) error {
	return httpx.Problem(http.StatusConflict, "settings_changed", "Somebody changed the settings meanwhile. current is how they are now: repeat your change on them.",
		httpx.Current(settingsOf(e.Current)))
}
