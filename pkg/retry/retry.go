// Package retry is the one retry layer of outgoing HTTP: 3 more attempts after a network error, a 429 or a 5xx other
// than 501, with exponential backoff and full jitter.
//
// It guarantees that a request which is not idempotent (by its method or by an Idempotency-Key) is sent once; that a
// request whose body cannot be replayed is sent once; that a server's Retry-After, in seconds or as a date, is never
// undercut, and ends the retries when it asks for more than the limit; and that the caller sees the last answer, body
// intact, not an error about retries. It starts no goroutines. The wait between attempts ends with the request's context.
//
// Never nest it: a bus handler that calls out through it should return an error rather than loop.
package retry

import (
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// drainLimit is how much of a refused answer is read to keep its connection for the next attempt.
const drainLimit = 16 << 10

type transport struct {
	next          http.RoundTripper
	retries       int
	base, max     time.Duration
	maxRetryAfter time.Duration
	policy        retrypolicy.RetryPolicy[*http.Response]
}

// Option changes a default of New.
type Option func(*transport)

// WithRetries sets how many attempts may follow the first; the default is 3.
func WithRetries(n int) Option { return func(t *transport) { t.retries = n } }

// WithBackoff sets the first backoff and the longest one; the defaults are 200 ms and 5 s. The wait before attempt n is
// random in [0, min(longest, first * 2^(n-1))].
func WithBackoff(first, longest time.Duration) Option {
	return func(t *transport) { t.base, t.max = first, longest }
}

// WithMaxRetryAfter sets the longest Retry-After that is waited for; the default is 60 s. A server that asks for more
// gets no further attempt.
func WithMaxRetryAfter(d time.Duration) Option { return func(t *transport) { t.maxRetryAfter = d } }

// New wraps next. With next nil it uses a copy of http.DefaultTransport that gives a server 10 s to begin its answer.
func New(next http.RoundTripper, opts ...Option) http.RoundTripper {
	if next == nil {
		fresh := http.DefaultTransport.(*http.Transport).Clone()
		fresh.ResponseHeaderTimeout = 10 * time.Second
		next = fresh
	}
	t := &transport{next: next, retries: 3, base: 200 * time.Millisecond, max: 5 * time.Second, maxRetryAfter: time.Minute}
	for _, o := range opts {
		o(t)
	}
	//nolint:bodyclose // these calls describe a policy; drop closes what it refuses
	t.policy = failsafehttp.NewRetryPolicyBuilder().
		WithMaxRetries(t.retries).
		WithDelayFunc(t.delay).
		AbortIf(t.hopeless).
		// failsafe neither closes the answers it drops nor keeps the last one unless told.
		OnRetryScheduled(func(e failsafe.ExecutionScheduledEvent[*http.Response]) { drop(e.LastResult()) }).
		ReturnLastFailure().
		Build()
	return t
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.retries <= 0 || !idempotent(req) || !replayable(req) {
		return t.next.RoundTrip(req)
	}
	var last *http.Response
	attempts := 0
	resp, err := failsafe.With(t.policy).WithContext(req.Context()).Get(func() (*http.Response, error) {
		attempts++
		attempt, err := replay(req, attempts)
		if err != nil {
			return nil, err
		}
		last, err = t.next.RoundTrip(attempt)
		return last, err
	})
	if err != nil {
		// The context may have ended after the answer came: it is nobody's any more.
		drop(last)
		return nil, err
	}
	return resp, nil
}

// replay gives the request of the nth attempt. http.Transport closes the body of each.
func replay(req *http.Request, n int) (*http.Request, error) {
	if n == 1 || req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Body = body
	return again, nil
}

func (t *transport) delay(e failsafe.ExecutionAttempt[*http.Response]) time.Duration {
	ceiling := t.max
	if shift := e.Retries(); shift < 32 && t.base<<shift > 0 {
		ceiling = min(t.max, t.base<<shift)
	}
	// The jitter goes on top of what the server asked for, so that a crowd that was sent away together does not return
	// together.
	return retryAfter(e.LastResult()) + rand.N(ceiling+1) //nolint:bodyclose // looks at the header alone
}

// hopeless says that another attempt cannot or must not help.
func (t *transport) hopeless(resp *http.Response, err error) bool {
	if err != nil {
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		return untrusted
	}
	return retryAfter(resp) > t.maxRetryAfter
}

// retryAfter is how long the server asked to be left alone; 0 when it did not say, or said something else.
func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	value := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, 1<<32)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

func idempotent(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return req.Header.Get("Idempotency-Key") != ""
}

func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

func drop(resp *http.Response) {
	if resp == nil || resp.Body == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, drainLimit)
	_ = resp.Body.Close()
}
