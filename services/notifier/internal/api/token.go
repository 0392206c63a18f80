package api

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// maxToken is how long a token may be. It is checked here too, whatever a schema lets through.
const maxToken = 4096

// PushTokenPath is the token in the path.
type PushTokenPath struct {
	Token string `path:"token" minLength:"1" maxLength:"4096" doc:"what Firebase gave the app"`
}

// PushTokenBody is what an app says of its device.
type PushTokenBody struct {
	App      string `json:"app,omitempty" maxLength:"64" doc:"which app, and its version" example:"terreno-android 2.3"`
	Platform string `json:"platform" enum:"android,ios,web"`
	Language string `json:"language,omitempty" enum:"es,en" doc:"of the device; what the user decided comes first"`
}

// PushToken is a device that takes pushes. It does not hold the token, with which anybody could send to the device.
type PushToken struct {
	ID        string             `json:"id"`
	App       string             `json:"app"`
	Platform  string             `json:"platform" enum:"android,ios,web"`
	Language  string             `json:"language" doc:"empty, es or en"`
	CreatedAt clientjson.Instant `json:"created_at"`
	SeenAt    clientjson.Instant `json:"seen_at" doc:"when it was last seen. After 60 days it takes only calls for help, after 270 it is removed"`
}

// PushTokenList lists devices.
type PushTokenList struct {
	Tokens []PushToken `json:"tokens"`
}

type (
	putTokenInput struct {
		PushTokenPath
		Body PushTokenBody
	}
	putTokenOutput  struct{ Body PushToken }
	listTokensInput struct {
		ID string `path:"id" maxLength:"64"`
	}
	listTokensOutput struct{ Body PushTokenList }
	removeTokenInput struct {
		ID    string `path:"id" maxLength:"64"`
		Token string `path:"token" maxLength:"64" doc:"the id of the device in the list, not what Firebase gave the app"`
	}
)

func (s *service) putToken(ctx context.Context, who auth.Claims, in *putTokenInput) (*putTokenOutput, error) {
	if err := checkToken(in.Token); err != nil {
		return nil, err
	}
	app := text.Clean(in.Body.App)
	if strings.ContainsFunc(app, unicode.IsControl) {
		return nil, httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "The name of the app must be one line of text.",
			httpx.Field("body.app", "must be one line of text"))
	}
	t, err := s.store.PutToken(ctx, who, in.Token, store.Token{App: app, Platform: in.Body.Platform, Language: in.Body.Language})
	return &putTokenOutput{tokenOf(t)}, err
}

func (s *service) deleteToken(ctx context.Context, who auth.Claims, in *PushTokenPath) (*struct{}, error) {
	if err := checkToken(in.Token); err != nil {
		return nil, err
	}
	return &struct{}{}, s.store.DropToken(ctx, who, in.Token)
}

func (s *service) tokens(ctx context.Context, who auth.Claims, in *listTokensInput) (*listTokensOutput, error) {
	list, err := s.store.Tokens(ctx, who, in.ID)
	out := &listTokensOutput{PushTokenList{Tokens: make([]PushToken, len(list))}}
	for i, t := range list {
		out.Body.Tokens[i] = tokenOf(t)
	}
	return out, err
}

func (s *service) removeToken(ctx context.Context, who auth.Claims, in *removeTokenInput) (*struct{}, error) {
	return &struct{}{}, s.store.RemoveToken(ctx, who, in.ID, in.Token)
}

// checkToken refuses what no push service gives out: its tokens are of visible ASCII.
func checkToken(token string) error {
	odd := strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
	if token == "" || len(token) > maxToken || odd {
		return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "This is not a push token.",
			httpx.Field("path.token", "must be 1 to 4096 characters of ASCII without blanks"))
	}
	return nil
}

func tokenOf(t store.Token) PushToken {
	return PushToken{
		ID: t.ID, App: t.App, Platform: t.Platform, Language: t.Language, CreatedAt: clientjson.At(t.CreatedAt), SeenAt: clientjson.At(t.SeenAt),
	}
}
