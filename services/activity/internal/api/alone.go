package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

// alone is an item of a list of which each item is judged alone: one that is wrong does not refuse the others. huma describes
// it as a T and does not look into it; read does that.
type alone[T any] struct{ json.RawMessage }

// Schema describes the item to clients.
func (alone[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"allOf": []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, "")}}}
}

// read checks an item by the schema of T, as huma checks a body, and decodes it. The error is a problem.
func (a alone[T]) read(r huma.Registry) (item T, err error) {
	var loose any
	if err := json.Unmarshal(a.RawMessage, &loose); err != nil {
		return item, httpx.Invalid("", "The item is not JSON.")
	}
	schema, path, found := r.Schema(reflect.TypeFor[T](), true, ""), huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	huma.Validate(r, schema, path, huma.ModeWriteToServer, loose, found)
	if len(found.Errors) > 0 {
		var fields []httpx.Option
		for _, e := range found.Errors[:min(len(found.Errors), 10)] {
			if d, ok := errors.AsType[*huma.ErrorDetail](e); ok {
				fields = append(fields, httpx.Field(d.Location, d.Message))
			}
		}
		return item, httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "Some parts of the item are not as they should be; errors names each.", fields...)
	}
	if err := json.Unmarshal(a.RawMessage, &item); err != nil {
		return item, httpx.Invalid("", "The item cannot be read: "+err.Error()+".")
	}
	return item, nil
}
