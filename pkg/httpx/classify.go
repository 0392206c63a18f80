package httpx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
)

// statusClientGone is the status in logs and metrics for a client that did not wait for its answer.
const statusClientGone = 499

// huma makes its own errors through these two variables. There is no other way to give those errors our format.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return fromHuma(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		p := fromHuma(ctx.Context(), status, message, errs)
		for name, values := range p.header {
			for _, v := range values {
				ctx.SetHeader(name, v)
			}
		}
		return p
	}
}

// of returns the problem that an error is, or the problem that it is mapped to.
func of(ctx context.Context, err error) *ProblemDetails {
	if p, ok := errors.AsType[*ProblemDetails](err); ok {
		return p
	}
	if e, ok := errors.AsType[*auth.Error](err); ok {
		return ofToken(e)
	}
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return problem(statusClientGone, "client_gone", "The request was given up.", Cause(err))
	case errors.Is(err, idem.ErrKeyReused):
		return problem(http.StatusUnprocessableEntity, "idempotency_key_reused",
			"This Idempotency-Key was sent with another request. Send a new one with a new request.")
	case errors.Is(err, idem.ErrKeyInvalid):
		return problem(http.StatusBadRequest, "idempotency_key_invalid", "The Idempotency-Key must be 1 to 255 printable ASCII characters.")
	case db.IsUnavailable(err), db.Yielded(err), errors.Is(err, bus.ErrStreamFull), errors.Is(err, bus.ErrUnavailable),
		errors.Is(err, context.DeadlineExceeded):
		return unavailable(err)
	default:
		return problem(http.StatusInternalServerError, "internal",
			"Something went wrong on our side. If it persists, report it with the request_id.", Cause(err))
	}
}

func ofToken(e *auth.Error) *ProblemDetails {
	switch {
	case errors.Is(e, auth.ErrUnavailable):
		return unavailable(e)
	case errors.Is(e, auth.ErrSuspended):
		return problem(http.StatusForbidden, e.Code, e.Detail, Cause(e))
	}
	challenge := `Bearer realm="terreno"`
	if !errors.Is(e, auth.ErrMissing) {
		challenge += `, error="invalid_token", error_description="` + e.Code + `"`
	}
	return problem(http.StatusUnauthorized, e.Code, e.Detail, Cause(e), Header("WWW-Authenticate", challenge))
}

// fromHuma gives huma's own errors our codes and sentences. When a cause is already a problem, that problem is the answer.
// Such a cause comes from a body that broke its limit, or from a resolver that knows more.
func fromHuma(ctx context.Context, status int, message string, errs []error) *ProblemDetails {
	joined := errors.Join(errs...)
	if p, ok := errors.AsType[*ProblemDetails](joined); ok {
		return p
	}
	if status == http.StatusInternalServerError {
		if joined == nil {
			joined = errors.New(message)
		}
		return of(ctx, joined)
	}
	code, detail := words(status, message)
	p := problem(status, code, detail)
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			p.Errors = append(p.Errors, fieldError(d.ErrorDetail()))
		} else if err != nil {
			p.Errors = append(p.Errors, FieldError{Message: err.Error()})
		}
	}
	p.countRest(len(p.Errors))
	return p
}

// countRest limits the named errors to maxFindings, and says how many of all found are not named.
func (p *ProblemDetails) countRest(found int) {
	if more := found - maxFindings; more > 0 {
		p.Errors = append(p.Errors[:maxFindings], FieldError{Message: fmt.Sprintf("and %d more", more)})
	}
}

func words(status int, message string) (code, detail string) {
	switch status {
	case http.StatusBadRequest:
		if strings.Contains(message, "required") {
			return "body_required", "The request needs a JSON body."
		}
		return "json_invalid", "The body cannot be read as it is; errors says why."
	case http.StatusUnprocessableEntity:
		return "validation_failed", "Some parts of the request are not as they should be; errors names each."
	case http.StatusUnsupportedMediaType:
		return "media_type_unsupported", "Send the body as application/json."
	case http.StatusRequestTimeout:
		return "body_too_slow", "The body did not arrive in time. Send it again, in smaller parts if the network is slow."
	default:
		return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_"), message
	}
}
