package auth

// Error says why a token is not accepted. errors.Is compares only the code.
type Error struct {
	// Code is stable. Clients and sockets decide by it what to do.
	Code string
	// Detail is a sentence for the client.
	Detail string
	cause  error
}

// What Verify returns. On the first four and on ErrRevoked the client must sign in again. ErrSuspended ends when the
// company is resumed. ErrUnavailable says nothing about the token, so the client should ask again.
var (
	ErrMissing     = &Error{Code: "token_missing", Detail: "Send an access token in the header Authorization: Bearer <token>."}
	ErrMalformed   = &Error{Code: "token_malformed", Detail: "The access token is not a signed JWT in compact form."}
	ErrExpired     = &Error{Code: "token_expired", Detail: "The access token has expired. Refresh it or sign in again."}
	ErrInvalid     = &Error{Code: "token_invalid", Detail: "The access token was not issued for this service, or was changed."}
	ErrRevoked     = &Error{Code: "token_revoked", Detail: "The access token was revoked. Sign in again."}
	ErrSuspended   = &Error{Code: "company_suspended", Detail: "The company's account is suspended."}
	ErrUnavailable = &Error{Code: "unavailable", Detail: "Tokens cannot be checked at the moment. Try again shortly."}
)

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Code
	}
	return e.Code + ": " + e.cause.Error()
}

func (e *Error) Unwrap() error { return e.cause }

// Is says whether target has the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Because returns the same refusal with its cause, for the log. The client sees only Code and Detail.
func (e *Error) Because(cause error) *Error {
	return &Error{Code: e.Code, Detail: e.Detail, cause: cause}
}
