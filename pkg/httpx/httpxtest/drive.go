package httpxtest

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// Drive sends each operation the requests that it must refuse according to its description: without a token, with a role
// that may not call it, and with bodies and parameters of the wrong kind or beyond every limit. tokens holds a token for
// each role. send sends one request. Drive records only refusals.
func (r *Refusals) Drive(t testing.TB, api *huma.OpenAPI, tokens map[string]string, send func(method, path, token string, body any) Answer) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		operations := Of(api.Paths[path])
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			try := func(what, token, query string, body any) {
				a := send(method, strings.NewReplacer("{id}", "nobody", "{worker}", "nothing").Replace(path)+query, token, body)
				if a.Status >= 400 {
					r.Add(t, method+" "+path+": "+what, a)
				}
			}
			token := r.callers(op, tokens, try)
			for what, query := range badQueries(api, op) {
				try(what, token, "?"+query, nil)
			}
			if op.RequestBody == nil {
				try("as it should be", token, "", nil)
				continue
			}
			if op.RequestBody.Content["application/json"] == nil { // a file, such as a table
				try("no body", token, "", nil)
				try("not UTF-8", token, "", "name\n\xff")
				try("text that means nothing", token, "", "a,b\n1,2\n")
				continue
			}
			schema := op.RequestBody.Content["application/json"].Schema
			for _, c := range []struct {
				what string
				body any
			}{
				{"no body", nil},
				{"text that is no JSON", "name=ana"},
				{"a list", "[1]"},
				{"an empty object", "{}"},
				{"a member twice", twice(api, schema)},
				{"members of the wrong kind", bad(api, schema, wrongKind)},
				{"members beyond their limits", bad(api, schema, beyond)},
				{"not UTF-8", "{\"x\":\"\xff\"}"},
			} {
				try(c.what, token, "", c.body)
			}
		}
	}
}

// callers tries each role that may not call an operation. It returns the token of a role that may.
func (r *Refusals) callers(op *huma.Operation, tokens map[string]string, try func(what, token, query string, body any)) (token string) {
	if len(op.Security) == 0 {
		return ""
	}
	try("no token", "", "", nil)
	for _, role := range slices.Sorted(maps.Keys(tokens)) {
		if strings.Contains(" "+callers(op)+" ", " "+role+" ") {
			token = tokens[role]
		} else {
			try("as "+role, tokens[role], "", nil)
		}
	}
	return token
}

// badQueries returns query strings, each under a description of what is wrong with it.
func badQueries(api *huma.OpenAPI, op *huma.Operation) map[string]string {
	all, plus, same, twice := url.Values{}, []string{}, []string{}, ""
	for _, p := range op.Parameters {
		if p.In != "query" {
			continue
		}
		s := resolved(api, p.Schema)
		if twice == "" {
			twice = p.Name + "=1&" + p.Name + "=2&" + strings.ToUpper(p.Name) + "=3"
		}
		switch {
		case s.Format == "date-time":
			all.Set(p.Name, "yesterday")
			plus = append(plus, p.Name+"=2026-03-08T00:00:00+00:00")
			same = append(same, p.Name+"=2026-03-08T00:00:00Z")
		case s.Type == huma.TypeString && s.MaxLength == nil && len(s.Enum) == 0:
		default:
			value, _ := beyond(s).(string)
			if value == "" {
				value = "many"
			}
			all.Set(p.Name, value)
		}
	}
	queries := map[string]string{}
	if len(all) > 0 {
		queries["parameters beyond their limits"] = all.Encode()
	}
	if len(plus) > 0 {
		queries["an instant with a bare +"] = strings.Join(plus, "&")
		queries["a period without length"] = strings.Join(same, "&")
	}
	if twice != "" {
		queries["a parameter twice"] = twice
	}
	return queries
}

func resolved(api *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		return api.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// twice returns an object that has its first member twice.
func twice(api *huma.OpenAPI, s *huma.Schema) string {
	for _, name := range slices.Sorted(maps.Keys(resolved(api, s).Properties)) {
		return `{"` + name + `":null,"` + strings.ToUpper(name) + `":null,"` + name + `":null}`
	}
	return "{}"
}

// bad returns an object in which every member is spoilt.
func bad(api *huma.OpenAPI, s *huma.Schema, spoil func(*huma.Schema) any) string {
	object := map[string]any{}
	for name, property := range resolved(api, s).Properties {
		if value := spoil(resolved(api, property)); value != nil {
			object[name] = value
		}
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func wrongKind(s *huma.Schema) any {
	if s.Type == huma.TypeString {
		return 7
	}
	return "seven"
}

// beyond returns a value of the right kind that breaks a limit, or nil when the schema has no limit.
func beyond(s *huma.Schema) any {
	switch {
	case len(s.Enum) > 0:
		return "another"
	case s.Type == huma.TypeString && s.MaxLength != nil:
		return strings.Repeat("x", *s.MaxLength+1)
	case s.Maximum != nil:
		return *s.Maximum + 1
	case s.Minimum != nil:
		return *s.Minimum - 1
	case s.Type == huma.TypeArray && s.MaxItems != nil:
		return slices.Repeat([]string{"x"}, *s.MaxItems+1)
	case s.Format == "date-time":
		return "yesterday"
	default:
		return nil
	}
}
