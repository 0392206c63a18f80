package httpx

import (
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

// readInstants reads the instants of an address, because huma would read them with time.Parse. It writes each instant that
// is RFC 3339 in the form in which huma reads it.
func (a *API) readInstants(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	var query url.Values
	for _, p := range ctx.Operation().Parameters {
		text := ctx.Query(p.Name)
		if p.In != "query" || p.Schema == nil || p.Schema.Format != "date-time" || text == "" {
			continue
		}
		if query == nil {
			query = r.URL.Query()
		}
		if at, wrong := instant.Parse(text); wrong == "" {
			query.Set(p.Name, at.Format(time.RFC3339Nano))
		} else {
			query.Set(p.Name, notRead+text)
		}
	}
	if query != nil {
		r.URL.RawQuery = query.Encode()
	}
	next(ctx)
}

var blankForPlus = regexp.MustCompile(`\d \d\d:?\d\d$`)

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
