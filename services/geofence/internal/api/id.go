package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/terreno/terreno/proto/subject"
)

// zoneID is a Feature's id as the client sent it. GeoJSON allows a number, which is read as text.
type zoneID struct{ json.RawMessage }

// Schema describes the id to clients. The schema checks nothing, because newID has better words.
func (zoneID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "unique in the company: a text of 1 to 64 characters of A-Z, a-z, 0-9, _ and -, or a whole number, which is read as text; made up when left out",
		Examples:    []any{"centro"}, Extensions: map[string]any{"type": huma.TypeString},
	}
}

// text returns the id, or an empty text when there is none. JSON that is neither text nor number is returned as it was
// written, and is not a valid id.
func (id zoneID) text() string {
	var text string
	switch err := json.Unmarshal(id.RawMessage, &text); {
	case len(id.RawMessage) == 0 || err == nil:
		return text
	default:
		return string(id.RawMessage)
	}
}

// newID returns the client's id, checked, or makes one.
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
