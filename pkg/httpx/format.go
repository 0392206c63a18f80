package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// jsonFormat is huma's JSON format with two changes. Its messages are written for people, and it refuses the character
// \u0000, which PostgreSQL cannot store as text.
var jsonFormat = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, v any) error {
		if holdsNUL(data) {
			return errors.New(`the character \u0000 is not allowed`)
		}
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

// holdsNUL looks for the escape \u0000. The NUL byte itself is not valid JSON.
func holdsNUL(data []byte) bool {
	for {
		i := bytes.Index(data, []byte(`\u0000`))
		if i < 0 {
			return false
		}
		slashes := 1
		for i >= slashes && data[i-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 1 {
			return true
		}
		data = data[i+2:]
	}
}

func notFound() error {
	return Problem(http.StatusNotFound, "not_found", "There is nothing at this address.")
}

func methodNotAllowed(allow []string) error {
	list := strings.Join(allow, ", ")
	return Problem(http.StatusMethodNotAllowed, "method_not_allowed", "This address takes "+list+".", Header("Allow", list))
}
