package httpx_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
)

var errClosed = errors.New("closed")

// registerHandled adds the operations of this file's test.
func registerHandled(api *httpx.API) {
	type named struct {
		Name string `path:"name"`
	}
	handle := func(id string, security []map[string][]string) {
		httpx.Handle(api, httpx.Operation{
			Method: http.MethodGet, Path: "/v1/" + id + "/{name}", ID: id, Security: security,
			Refuse: httpx.Refusals{{Err: errClosed, Status: http.StatusConflict, Code: "visit_closed", Detail: "The visit is closed."}}.Problem,
		}, func(_ context.Context, who auth.Claims, in *named) (*echoOutput, error) {
			switch in.Name {
			case "closed":
				return nil, fmt.Errorf("look: %w", errClosed)
			case "broken":
				return &echoOutput{}, errors.New("something else")
			}
			return &echoOutput{echoBody{Name: fmt.Sprintf("%s of %q", in.Name, who.Company)}}, nil
		})
	}
	handle("handled", httpx.Roles())
	handle("handled-public", httpx.Public())
	httpx.Handle(api, httpx.Operation{
		Method: http.MethodPost, Path: "/v1/handled-raw", ID: "handled-raw", Security: httpx.Public(), Status: http.StatusAccepted, RawBody: echoBody{},
		RawTypes: map[string]string{"text/csv": "the same as a table"},
	}, func(_ context.Context, _ auth.Claims, in *rawInput) (*sizeOutput, error) {
		out := &sizeOutput{}
		out.Body.Size = len(in.RawBody)
		return out, nil
	})
}

func TestHandleGivesTheClaimsAndTurnsRefusalsIntoProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	as := token(w.issuer.Token(t, ana()))
	for _, path := range []string{"/v1/handled/ana", "/v1/handled-public/ana"} {
		company := "acme"
		if strings.Contains(path, "public") {
			company = ""
		}
		a := w.call(t, "GET", path, nil, as)
		a.want(t, http.StatusOK, "")
		if want := fmt.Sprintf(`"ana of \"%s\""`, company); !strings.Contains(a.Text, want) {
			t.Errorf("answer %s, want %s", a.Text, want)
		}
	}
	w.call(t, "GET", "/v1/handled/ana", nil).want(t, http.StatusUnauthorized, "token_missing")
	w.call(t, "GET", "/v1/handled/closed", nil, as).want(t, http.StatusConflict, "visit_closed")
	w.call(t, "GET", "/v1/handled/broken", nil, as).want(t, http.StatusInternalServerError, "internal")
}

func TestARawBodyIsDescribedAndNotValidated(t *testing.T) {
	t.Parallel()
	api := httpx.NewAPI("probe", httpx.Options{})
	registerHandled(api)
	content := api.OpenAPI().Paths["/v1/handled-raw"].Post.RequestBody.Content
	if ref := content["application/json"].Schema.Ref; !strings.HasSuffix(ref, "/EchoBody") {
		t.Errorf("described by %q", ref)
	}
	if table := content["text/csv"]; len(content) != 2 || table == nil || table.Schema.Format != "binary" || table.Schema.Description != "the same as a table" {
		t.Errorf("described by %+v", content)
	}
	w := newWorld(t)
	for _, body := range []string{"", "not JSON"} {
		a := w.call(t, "POST", "/v1/handled-raw", strings.NewReader(body))
		a.want(t, http.StatusAccepted, "")
		if want := fmt.Sprintf(`{"size":%d}`, len(body)); strings.TrimSpace(a.Text) != want {
			t.Errorf("answer %s, want %s", a.Text, want)
		}
	}
}
