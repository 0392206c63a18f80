package api

import (
	"net/http"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

var peopleRefusals = httpx.Refusals{
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such alert among those that you may see."},
	{Err: store.ErrNoUser, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such user among those that you may see."},
	{Err: store.ErrNoNotification, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such notification among yours."},
	{Err: notice.ErrLanguage, Status: http.StatusUnprocessableEntity, Code: "validation_failed", Detail: "Send es or en as language, or leave it out."},
	{
		Err: notice.ErrKind, Status: http.StatusUnprocessableEntity, Code: "validation_failed",
		Detail: "Send kinds of notifications in off. Nobody can turn panic off.",
	},
	{
		Err: notice.ErrQuiet, Status: http.StatusUnprocessableEntity, Code: "validation_failed",
		Detail: "Send two different times of day in quiet, such as 22:00 and 07:00. Quiet hours that end earlier than they begin end on the next day.",
	},
}

// registerPeople adds what people do about their devices and about what they were told.
func registerPeople(a *httpx.API, api *service) {
	op := func(tag, id, method, path, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag}, Security: httpx.Roles(roles...), Refuse: peopleRefusals.Problem,
		}
	}
	const tokens, told = "push tokens", "notifications"
	readers := []string{audience.RoleAdmin, audience.RoleSupervisor}
	httpx.Handle(a, op(tokens, "put-push-token", http.MethodPut, "/v1/push-tokens/{token}",
		"Let this device take pushes, while you are signed in on it. Send it at each start of the app. The token of somebody else becomes yours"), api.putToken)
	httpx.Handle(a, op(tokens, "delete-push-token", http.MethodDelete, "/v1/push-tokens/{token}", "Let this device take no more pushes"), api.deleteToken)
	httpx.Handle(a, op(tokens, "list-push-tokens", http.MethodGet, "/v1/users/{id}/push-tokens", "List the devices of a user that take pushes"), api.tokens)
	httpx.Handle(a, op(tokens, "remove-user-push-token", http.MethodDelete, "/v1/users/{id}/push-tokens/{token}",
		"Let a device of a user take no more pushes, such as one that was lost. The app on it registers it again while the user's session on it lasts: end that too",
		audience.RoleAdmin), api.removeToken)

	httpx.Handle(a, op(told, "list-notifications", http.MethodGet, "/v1/notifications", "List what you were told, the newest first"), api.mine)
	httpx.Handle(a, op(told, "deliver-notification", http.MethodPost, "/v1/notifications/{id}/delivered",
		"Say that this device showed a notification of yours"), api.shown(false))
	httpx.Handle(a, op(told, "open-notification", http.MethodPost, "/v1/notifications/{id}/opened", "Say that you opened a notification"), api.shown(true))
	httpx.Handle(a, op(told, "read-notifications", http.MethodPost, "/v1/notifications/read",
		"Mark a notification of yours and all older ones as read"), api.read)
	httpx.Handle(a, op(told, "list-alert-notifications", http.MethodGet, "/v1/alerts/{id}/notifications",
		"List who was told of an alert, and what became of it on each device", readers...), api.ofAlert)
	httpx.Handle(a, op(told, "list-notification-log", http.MethodGet, "/v1/notification-log",
		"List what people were told whom you may see, and what became of it on each device", readers...), api.log)

	httpx.Handle(a, op(told, "get-notification-preferences", http.MethodGet, "/v1/notification-preferences",
		"What you decided about being told"), api.preferences)
	httpx.Handle(a, op(told, "set-notification-preferences", http.MethodPut, "/v1/notification-preferences",
		"Decide what your devices tell you and when. Nothing holds back a call for help. All of it is replaced, whatever another device of yours wrote meanwhile"), api.setPreferences)
	httpx.Handle(a, op(told, "list-notification-texts", http.MethodGet, "/v1/notification-texts",
		"List the texts as they will be sent, with examples in place of names and numbers"), api.texts)
}
