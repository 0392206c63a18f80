package httpx

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// MergeOpenAPI merges the descriptions of several services into one. It tags each operation that has no tag with its
// service. It fails when two descriptions hold the same operation, or use one name for two different schemas.
func MergeOpenAPI(title, version string, apis ...*huma.OpenAPI) (*huma.OpenAPI, error) {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	merged := &huma.OpenAPI{
		OpenAPI:    "3.1.0",
		Info:       &huma.Info{Title: title, Version: version},
		Paths:      map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{}},
	}
	var clashes []error
	for _, api := range apis {
		maps.Copy(merged.Components.SecuritySchemes, api.Components.SecuritySchemes)
		for name, schema := range api.Components.Schemas.Map() {
			if there, ok := schemas.Map()[name]; ok && !sameJSON(there, schema) {
				clashes = append(clashes, fmt.Errorf("merge %s: another service has a different schema %s", api.Info.Title, name))
			}
			schemas.Map()[name] = schema
		}
		for path, item := range api.Paths {
			if merged.Paths[path] == nil {
				merged.Paths[path] = &huma.PathItem{}
			}
			for method, slot := range operations(merged.Paths[path]) {
				op := *operations(item)[method]
				if op == nil {
					continue
				}
				if *slot != nil {
					clashes = append(clashes, fmt.Errorf("merge %s: another service has %s %s too", api.Info.Title, method, path))
				}
				tagged := *op
				if len(tagged.Tags) == 0 {
					tagged.Tags = []string{api.Info.Title}
				}
				*slot = &tagged
			}
		}
	}
	return merged, errors.Join(clashes...)
}

func operations(p *huma.PathItem) map[string]**huma.Operation {
	return map[string]**huma.Operation{
		"GET": &p.Get, "PUT": &p.Put, "POST": &p.Post, "DELETE": &p.Delete, "PATCH": &p.Patch, "HEAD": &p.Head,
		"OPTIONS": &p.Options, "TRACE": &p.Trace,
	}
}

func sameJSON(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && reflect.DeepEqual(left, right)
}

// DescriptionHandler serves the description of an API.
func DescriptionHandler(doc *huma.OpenAPI) (http.Handler, error) {
	description, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return noSniff(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(description)
	})), nil
}
