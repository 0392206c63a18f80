package httpx

import (
	"net/http"
	"time"
)

// Period checks the two ends of a period that a list is limited to, and returns them. An end that is zero was not given. It
// is returned as nil. A period that ends before it begins, or when it begins, is 422 range_invalid.
func Period(from, to time.Time) (since, until *time.Time, err error) {
	if !from.IsZero() {
		since = &from
	}
	if !to.IsZero() {
		until = &to
	}
	if since != nil && until != nil && !to.After(from) {
		return nil, nil, Problem(http.StatusUnprocessableEntity, "range_invalid", "The end of the period must come after its beginning.",
			Field("query.to", "must be after from"))
	}
	return since, until, nil
}

// FilterForbidden refuses a filter that the caller's role may not use. To ignore the filter would answer a different question
// than the client asked. detail is a sentence that says who may use the filter or what the list holds without it.
func FilterForbidden(name, detail string) error {
	return Problem(http.StatusForbidden, "filter_forbidden", detail, Field("query."+name, "is not for your role: leave it out"))
}
