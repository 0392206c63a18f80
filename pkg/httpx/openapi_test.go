package httpx_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

func describe[Body any](name, id, method, path string) *huma.OpenAPI {
	api := httpx.NewAPI(name, httpx.Options{})
	huma.Register(api.Huma, op(id, method, path, httpx.Roles("admin")), func(context.Context, *struct{}) (*struct{ Body Body }, error) {
		return nil, nil
	})
	return api.OpenAPI()
}

type Zone struct {
	Name string `json:"name"`
}

func otherZone() *huma.OpenAPI {
	type Zone struct {
		Radius float64 `json:"radius"`
	}
	return describe[Zone]("c", "c-zone", "GET", "/v1/c")
}

func TestMergeOpenAPI(t *testing.T) {
	t.Parallel()
	a, b := describe[Zone]("a", "a-zone", "GET", "/v1/a"), describe[Zone]("b", "b-zone", "POST", "/v1/a")
	doc, err := httpx.MergeOpenAPI("Terreno", "1", a, b)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Paths map[string]map[string]struct {
			OperationID string                `json:"operationId"`
			Tags        []string              `json:"tags"`
			Security    []map[string][]string `json:"security"`
		} `json:"paths"`
		Components struct {
			Schemas         map[string]json.RawMessage `json:"schemas"`
			SecuritySchemes map[string]json.RawMessage `json:"securitySchemes"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		t.Fatal(err)
	}
	get, post := read.Paths["/v1/a"]["get"], read.Paths["/v1/a"]["post"]
	if get.OperationID != "a-zone" || get.Tags[0] != "a" || post.OperationID != "b-zone" || post.Tags[0] != "b" {
		t.Errorf("operations %+v, %+v", get, post)
	}
	if len(get.Security) != 1 || get.Security[0]["bearer"][0] != "admin" || len(read.Components.SecuritySchemes) != 1 {
		t.Errorf("security %+v, schemes %v", get.Security, read.Components.SecuritySchemes)
	}
	for _, ref := range regexp.MustCompile(`#/components/schemas/([A-Za-z]+)`).FindAllStringSubmatch(string(raw), -1) {
		if read.Components.Schemas[ref[1]] == nil {
			t.Errorf("schema %s is named and not there", ref[1])
		}
	}
	if a.Paths["/v1/a"].Get.Tags != nil || a.Paths["/v1/a"].Post != nil {
		t.Error("merging changed a service's own description")
	}
}

func TestMergeClashes(t *testing.T) {
	t.Parallel()
	a := describe[Zone]("a", "a-zone", "GET", "/v1/a")
	if _, err := httpx.MergeOpenAPI("Terreno", "1", a, otherZone()); err == nil || !strings.Contains(err.Error(), "schema Zone") {
		t.Errorf("two schemas of one name: %v", err)
	}
	if _, err := httpx.MergeOpenAPI("Terreno", "1", a, describe[Zone]("b", "b", "GET", "/v1/a")); err == nil || !strings.Contains(err.Error(), "GET /v1/a") {
		t.Errorf("one operation in two services: %v", err)
	}
}

func TestTheDescriptionIsServed(t *testing.T) {
	t.Parallel()
	h, err := httpx.DescriptionHandler(describe[Zone]("a", "a-zone", "GET", "/v1/a"))
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	if !json.Valid(rec.Body.Bytes()) || !strings.Contains(rec.Body.String(), "/v1/a") {
		t.Errorf("openapi.json: %s", rec.Body)
	}
	if h := rec.Header(); h.Get("Content-Type") != "application/openapi+json" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
}
