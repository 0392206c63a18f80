package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/terreno/terreno/proto/subject"
)

// zoneID is a Feature's id as it came. GeoJSON allows a number, which is read as text.
type zoneID struct{ json.RawMessage }

// Schema describes it to clients. Nothing is checked by it: newID has better words.
func (zoneID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "unique in the company: a text of 1 to 64 characters of A-Z, a-z, 0-9, _ and -, or a whole number, which is read as text; made up when left out",
		Examples:    []any{"centro"}, Extensions: map[string]any{"type": huma.TypeString},
	}
}

// text is the id, empty when there is none. What is neither text nor number comes as it was written, and is no id.
func (id zoneID) text() string {
	var text string
	switch err := json.Unmarshal(id.RawMessage, &text); {
	case len(id.RawMessage) == 0 || err == nil:
		return text
	default:
		return string(id.RawMessage)
	}
}

// newID is the client's, checked, or one of ours.
func newID(chosen string) (string, error) {
	if chosen == "" {
		id, err := uuid.NewV7()
		return id.String(), err
	}
	if err := subject.CheckID(chosen); err != nil {
		return "", invalid("id", "An id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -.")
	}
	return chosen, nil
}
