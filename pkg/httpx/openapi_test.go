package httpx_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
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

func TestDocs(t *testing.T) {
	t.Parallel()
	docs, err := httpx.DocsHandler(describe[Zone]("a", "a-zone", "GET", "/v1/a"))
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		docs.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec
	}
	if rec := get("/openapi.json"); !json.Valid(rec.Body.Bytes()) || !strings.Contains(rec.Body.String(), "/v1/a") {
		t.Errorf("openapi.json: %s", rec.Body)
	}
	page := get("/docs")
	if page.Code != 200 || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") {
		t.Errorf("docs: %d %s", page.Code, page.Header())
	}
	if regexp.MustCompile(`(?i)(https?:)?//[a-z]`).FindString(page.Body.String()) != "" {
		t.Error("the page names another host")
	}
	policy := page.Header().Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || page.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("docs: headers %v", page.Header())
	}
	for _, element := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page.Body.String(), -1)
		if len(found) != 1 {
			t.Fatalf("the page has %d elements %s, want one", len(found), element)
		}
		hash := sha256.Sum256([]byte(found[0][1]))
		if want := element + "-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("policy %s, want %s in it", policy, want)
		}
	}
	if regexp.MustCompile(`(?i)<[^>]*\s(style|on\w+)=`).MatchString(page.Body.String()) {
		t.Error("the page has an attribute that its policy forbids")
	}
	if rec := get("/docs/x"); rec.Code != 404 {
		t.Errorf("below docs: %d", rec.Code)
	}
}
