package httpx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// ProblemDetails is the body of every error (RFC 9457), and an error itself. Clients decide on Code alone.
//
//nolint:errname // the name of the schema in every service's description
type ProblemDetails struct {
	Type      string       `json:"type" doc:"always about:blank: what kind of problem it is, code says"`
	Title     string       `json:"title" doc:"the status in words"`
	Status    int          `json:"status"`
	Detail    string       `json:"detail" doc:"a sentence for a person: what is wrong and what to do"`
	Code      string       `json:"code" doc:"stable name of the problem" example:"validation_failed"`
	Errors    []FieldError `json:"errors,omitempty" doc:"each part of the request that is wrong"`
	RequestID string       `json:"request_id,omitempty" doc:"name it when you ask for help"`
	Current   any          `json:"current,omitempty" doc:"with a 409 of an operation that says so: the thing as it is now, as its GET returns it"`

	header http.Header
	cause  error
}

// FieldError is one part of a request that is wrong.
type FieldError struct {
	Location string `json:"location,omitempty" doc:"where, such as body.positions[3].lat" example:"query.limit"`
	Message  string `json:"message"`
}

// Option adds to a Problem.
type Option func(*ProblemDetails)

// Cause keeps what led to the problem for the log; clients do not see it.
func Cause(err error) Option { return func(p *ProblemDetails) { p.cause = err } }

// Field names a part of the request that is wrong.
func Field(location, message string) Option {
	return func(p *ProblemDetails) { p.Errors = append(p.Errors, FieldError{location, message}) }
}

// Current adds the thing as it is now, for a client whose change came too late.
func Current(v any) Option { return func(p *ProblemDetails) { p.Current = v } }

// Header adds a response header.
func Header(name, value string) Option {
	return func(p *ProblemDetails) {
		if p.header == nil {
			p.header = http.Header{}
		}
		p.header.Add(name, value)
	}
}

// RetryAfter tells the client how long to wait before it tries again, in whole seconds and at least one.
func RetryAfter(d time.Duration) Option {
	return Header("Retry-After", strconv.FormatInt(max(1, int64(math.Ceil(d.Seconds()))), 10))
}

// Problem is an error for a client. code is stable and snake_case; detail is a sentence that a person can act on.
func Problem(status int, code, detail string, opts ...Option) error {
	return problem(status, code, detail, opts...)
}

// Invalid is the problem that refuses a part of the request, such as body.user_ids. detail is a sentence.
func Invalid(location, detail string) error {
	return Problem(http.StatusUnprocessableEntity, "validation_failed", detail, Field(location, detail))
}

// Faulty is Invalid with words that continue a sentence, such as "must be a date": it begins with the last part of the location.
func Faulty(location, why string) error {
	return Invalid(location, fmt.Sprintf("%s %s.", location[strings.LastIndexByte(location, '.')+1:], why))
}

func problem(status int, code, detail string, opts ...Option) *ProblemDetails {
	p := &ProblemDetails{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
	for _, o := range opts {
		o(p)
	}
	return p
}

// Unavailable is the answer while something that the request needs is down. It is 503, and says when to try again.
func Unavailable(err error) error { return unavailable(err) }

func unavailable(err error) *ProblemDetails {
	return problem(http.StatusServiceUnavailable, "unavailable",
		"The service cannot do this at the moment. Try again shortly.", RetryAfter(2*time.Second), Cause(err))
}

func (p *ProblemDetails) Error() string {
	if p.cause != nil {
		return p.Code + ": " + p.cause.Error()
	}
	return p.Code + ": " + p.Detail
}

func (p *ProblemDetails) Unwrap() error { return p.cause }

// GetStatus is for huma.
func (p *ProblemDetails) GetStatus() int { return p.Status }

// GetHeaders is for huma.
func (p *ProblemDetails) GetHeaders() http.Header { return p.header }

// ContentType replaces the content type that huma chose.
func (p *ProblemDetails) ContentType(string) string { return "application/problem+json" }

var (
	_ huma.StatusError       = (*ProblemDetails)(nil)
	_ huma.HeadersError      = (*ProblemDetails)(nil)
	_ huma.ContentTypeFilter = (*ProblemDetails)(nil)
)

// Error answers a request with the problem that err is or is mapped to. It is for handlers that are not huma operations.
func Error(w http.ResponseWriter, r *http.Request, err error) {
	p := of(r.Context(), err).forRequest(r.Context())
	for name, values := range p.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set(contentTypeOptions, "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // people read it
	_ = encoder.Encode(p)        // there is nothing in it that JSON cannot hold
	// A proxy then knows where the answer ends, while the client is still sending (linger).
	w.Header().Set("Content-Length", strconv.Itoa(text.Len()))
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text.Bytes())
	}
}
