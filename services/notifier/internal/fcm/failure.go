package fcm

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"firebase.google.com/go/v4/messaging"

	"github.com/terreno/terreno/pkg/retry"
)

// Kind says what a failure is the fault of.
type Kind int

const (
	// Permanent failures end a push: it, or the token, is at fault.
	Permanent Kind = iota
	// Later failures may pass, and concern this push alone.
	Later
	// Unavailable failures are those of FCM, of the network or of the credentials: no push is at fault.
	Unavailable
)

// Codes of failures, as delivery logs show them.
const (
	CodeUnregistered = "unregistered"
	CodeMismatch     = "sender_id_mismatch"
	CodeInvalid      = "invalid"
	CodeQuota        = "quota_exceeded"
	CodeInternal     = "internal"
	CodeThirdParty   = "third_party_auth"
	CodeRefused      = "credentials_refused"
	CodeUnavailable  = "unavailable"
	CodeNetwork      = "network"
)

// maxRetryAfter bounds what a server may ask for. What is useful for less time than that ends by its own deadline.
const maxRetryAfter = time.Hour

// SendError is the failure of a send.
type SendError struct {
	Kind Kind
	// Code is one of the codes.
	Code string
	// RetryAfter is how long FCM asks to be left alone; 0 when it does not say.
	RetryAfter time.Duration
	Err        error
}

// Error is part of error.
func (f *SendError) Error() string { return fmt.Sprintf("%s: %v", f.Code, f.Err) }

func (f *SendError) Unwrap() error { return f.Err }

// DropsToken says that the token is of no use any more.
func (f *SendError) DropsToken() bool { return f.Code == CodeUnregistered || f.Code == CodeMismatch }

// classify looks at the SDK's error as it is: the SDK recognises no error that somebody has wrapped.
func classify(err error, x *exchange) *SendError {
	if _, refused := errors.AsType[*refusedError](x.err); refused {
		return &SendError{Kind: Unavailable, Code: CodeRefused, Err: x.err}
	}
	if x.err != nil {
		return &SendError{Kind: Unavailable, Code: CodeNetwork, Err: x.err}
	}
	if err == nil {
		err = errors.New("the answer names no message")
	}
	f := &SendError{RetryAfter: min(retry.After(x.header), maxRetryAfter), Err: err}
	f.Kind, f.Code = judge(err, x.status)
	return f
}

func judge(err error, status int) (Kind, string) {
	switch {
	case messaging.IsUnregistered(err):
		return Permanent, CodeUnregistered
	case messaging.IsSenderIDMismatch(err):
		return Permanent, CodeMismatch
	case messaging.IsThirdPartyAuthError(err):
		// The project's key for Apple's or the browser's service is wrong. Other platforms go on.
		return Later, CodeThirdParty
	case messaging.IsQuotaExceeded(err), status == http.StatusTooManyRequests:
		return Later, CodeQuota
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Unavailable, CodeRefused
	case messaging.IsUnavailable(err), status == http.StatusServiceUnavailable, status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return Unavailable, CodeUnavailable
	case messaging.IsInvalidArgument(err), status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge:
		return Permanent, CodeInvalid
	case status == http.StatusOK:
		// It was taken, as far as anybody can tell, but its name cannot be read.
		return Later, CodeInternal
	}
	return Later, CodeInternal
}

// maxExcerpt is how much of an answer is stored or logged.
const maxExcerpt = 300

// excerpt is the beginning of a text from outside, on one line.
func excerpt(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, " "))
	if len(s) > maxExcerpt {
		s = strings.ToValidUTF8(s[:maxExcerpt], "") + "..."
	}
	return s
}
