package httpx

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// jsonFormat is huma's JSON format, with messages that are written for people.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		if list, ok := v.(JSONWriter); ok {
			return list.WriteJSON(w)
		}
		return huma.DefaultJSONFormat.Marshal(w, v)
	},
	Unmarshal: func(data []byte, v any) error {
		err := json.Unmarshal(data, v)
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			if number, ok := strings.CutPrefix(e.Value, "number "); ok && e.Field == "" {
				return fmt.Errorf("the number %s is out of range", number)
			}
			field := strings.TrimPrefix(e.Field, ".")
			if field == "" {
				field = "that place"
			}
			return fmt.Errorf("%s does not fit what %s holds", e.Value, field)
		}
		return err
	},
}

// JSONWriter is the body of an answer that is long and asked for often, and writes itself without reflection. It writes the same
// bytes as encoding/json would, without escapes for HTML, a part at a time.
type JSONWriter interface {
	WriteJSON(w io.Writer) error
}

func notFound() error {
	return Problem(http.StatusNotFound, "not_found", "There is nothing at this address.")
}

func methodNotAllowed(allow []string) error {
	list := strings.Join(allow, ", ")
	return Problem(http.StatusMethodNotAllowed, "method_not_allowed", "This address takes "+list+".", Header("Allow", list))
}
