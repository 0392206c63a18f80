package httpx

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// jsonFormat is huma's JSON format, with messages that are written for people.
var jsonFormat = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
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

func notFound() error {
	return Problem(http.StatusNotFound, "not_found", "There is nothing at this address.")
}

func methodNotAllowed(allow []string) error {
	list := strings.Join(allow, ", ")
	return Problem(http.StatusMethodNotAllowed, "method_not_allowed", "This address takes "+list+".", Header("Allow", list))
}
