package httpx

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/terreno/terreno/pkg/instant"
)

// notRead stands before an instant that RFC 3339 forbids. huma then refuses it together with the request's other errors.
const notRead = "?"

// readQuery reads the parameters of an address, so that each can be read in one way only. It refuses a parameter that is
// named twice, or in another case: huma would take the first and ignore the other, and answer a different question than the
// client asked. It writes each instant that is RFC 3339 in the form in which huma reads it, because huma would read it with
// time.Parse. checkAddress has checked the escapes.
func (a *API) readQuery(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	var problem *ProblemDetails
	var query strings.Builder
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, _ := url.QueryUnescape(rawName)
		p := parameter(ctx.Operation(), name)
		if p == nil {
			continue // A newer client may send parameters that an older service does not know.
		}
		if wrong := checkName(name, p.Name, seen); wrong != nil {
			if problem == nil {
				problem = wrong
			} else {
				problem.Errors = append(problem.Errors, wrong.Errors...)
			}
			continue
		}
		value, _ := url.QueryUnescape(rawValue)
		if p.Schema != nil && p.Schema.Format == "date-time" && value != "" {
			value = readInstant(value)
		}
		if query.Len() > 0 {
			query.WriteByte('&')
		}
		query.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(value))
	}
	if problem != nil {
		Error(w, r, problem)
		return
	}
	r.URL.RawQuery = query.String()
	next(ctx)
}

// parameter returns the parameter of an operation that a name means, in whatever case. It is nil when there is none.
func parameter(op *huma.Operation, name string) *huma.Param {
	for _, p := range op.Parameters {
		if p.In == "query" && strings.EqualFold(p.Name, name) {
			return p
		}
	}
	return nil
}

// checkName refuses the name of a parameter in another case than right, or for the second time.
func checkName(name, right string, seen map[string]bool) *ProblemDetails {
	var code, detail string
	switch {
	case name != right:
		code, detail = "parameter_case_differs", fmt.Sprintf("The parameter %s is written %s here. Write it as %s.", right, name, right)
	case seen[name]:
		code, detail = "parameter_repeated", fmt.Sprintf("The parameter %s stands twice in the address. Send it once.", name)
	default:
		seen[name] = true
		return nil
	}
	return problem(http.StatusBadRequest, code, detail, Field("query."+right, detail))
}

func readInstant(text string) string {
	at, wrong := instant.Parse(text)
	if wrong != "" {
		return notRead + text
	}
	return at.Format(time.RFC3339Nano)
}

var blankForPlus = regexp.MustCompile(`:\d\d(\.\d+)? \d\d(:?\d\d)?$`)

// wrongInstant says what is wrong with an instant of an address.
func wrongInstant(text string) string {
	text = strings.TrimPrefix(text, notRead)
	if blankForPlus.MatchString(text) {
		return "the + before the offset of the instant arrived as a blank: write %2B for + in an address, or end the instant with Z"
	}
	if _, wrong := instant.Parse(text); wrong != "" {
		return wrong
	}
	return instant.Wanted // a year beyond 0000 to 9999 in UTC
}
