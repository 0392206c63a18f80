package httpx_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

type treeBody struct {
	Note   string              `json:"note,omitempty" maxLength:"5"`
	Trees  []treeBody          `json:"trees,omitempty"`
	ByUser map[string]treeBody `json:"by_user,omitempty"`
	Shape  json.RawMessage     `json:"shape,omitempty"`
	Any    any                 `json:"any,omitempty"`
}

func registerTrees(api *httpx.API) {
	huma.Register(api.Huma, op("plant", "POST", "/v1/trees", httpx.Public()), func(_ context.Context, in *struct{ Body treeBody }) (*struct{ Body treeBody }, error) {
		return &struct{ Body treeBody }{in.Body}, nil
	})
}

// A schema that checks note sees nothing of NOTE, which the decoder takes for the same.
func TestABodyIsReadInOneWayOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"note":"a"}`:                                        "",
		`{"note":"a","other":1,"OTHER":2}`:                    "",
		`{"by_user":{"ana":{"note":"a"},"Ana":{"note":"b"}}}`: "",
		`{"any":{"a":[{"b":1}]}}`:                             "",
		`{"note":"a","note":"b"}`:                             "member_repeated body.note",
		`{"note":"a","NOTE":"much too long"}`:                 "member_case_differs body.note",
		`{"NOTE":"much too long"}`:                            "member_case_differs body.note",
		`{"\u006eote":"a","note":"b"}`:                        "member_repeated body.note",
		`{"trees":[{},{"trees":[{"note":"a","Note":"b"}]}]}`:  "member_case_differs body.trees[1].trees[0].note",
		`{"by_user":{"ana":{"note":"a","note":"b"}}}`:         "member_repeated body.by_user.ana.note",
		`{"by_user":{"ana":{},"ana":{}}}`:                     "member_repeated body.by_user.ana",
		`{"any":{"a":[{"b":1,"B":2}]}}`:                       "member_repeated body.any.a[0].B",
		`{"any":"\ud800"}`:                                    "text_not_unicode body.any",
		"{\"note\":\"a\xff\"}":                                "text_not_unicode body.note",
		"{\"other\":[\"a\xff\"]}":                             "text_not_unicode body.other[0]",
		`{"trees":[{},{"note":"a\u0000"}]}`:                   "text_holds_nul body.trees[1].note",
		`{"any":{"a\u0000":1}}`:                               `text_holds_nul body.any.a\x00`,
		`["\udfff"]`:                                          "text_not_unicode body[0]",
		`{"note":}`:                                           "json_invalid body",
	} {
		a := w.call(t, "POST", "/v1/trees", strings.NewReader(body), header("Content-Type", "application/json"))
		got := a.problem.Code
		if len(a.problem.Errors) > 0 {
			got += " " + a.problem.Errors[0].Location
		}
		if got != want || (want == "") != (a.Status == 200) || want != "" && a.Status != 400 {
			t.Errorf("%s: %d %s\nwant %s", body, a.Status, a.Text, want)
		}
	}
}

func TestABodyOfAnotherKindIsStillSaidToBeThat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, "POST", "/v1/trees", strings.NewReader("note=a"), header("Content-Type", "application/x-www-form-urlencoded")).
		want(t, 415, "media_type_unsupported")
}

func TestAnswersAreNeitherSniffedNorKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	as := token(w.issuer.Token(t, ana()))
	for _, path := range []string{"/v1/who/x", "/v1/open", "/v1/fail/problem", "/v1/fail/panic", "/v1/nowhere", "/v1/admins", "/v1/list?limit=0"} {
		a := w.call(t, "GET", path, nil, as)
		if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, a.Header)
		}
	}
}

func TestAnAnswerNamesAFewFaultsAndCountsTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, want := range map[string]int{
		`{"trees":[` + strings.Repeat(`{"note":"much too long"},`, 500) + `{}]}`: 21,
		`{"trees":[` + strings.Repeat(`{"NOTE":"a"},`, 500) + `{}]}`:             21,
	} {
		a := w.call(t, "POST", "/v1/trees", strings.NewReader(body), header("Content-Type", "application/json"))
		if len(a.problem.Errors) != want {
			t.Errorf("%d errors, want %d: %.300s", len(a.problem.Errors), want, a.Text)
		}
	}
}
