// Package retry is the only retry layer for outgoing HTTP. After a network error, a 429, or a 5xx other than 501, it makes
// up to 3 more attempts, with exponential backoff and full jitter.
//
// It guarantees:
//
//   - A request that is not idempotent, by its method or by an Idempotency-Key, is sent once.
//   - A request whose body cannot be replayed is sent once.
//   - It never waits less than the server's Retry-After, given in seconds or as a date. When the server asks for more than
//     the limit, there is no further attempt.
//   - The caller gets the last response with its body intact, not an error about retries.
//
// It starts no goroutines. The wait between attempts ends with the request's context.
//
// Never nest retries: a bus handler that sends requests through this package returns an error and does not loop.
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

// drainLimit is how many bytes of a discarded response are read, and drainTime how long, so that the next attempt can reuse its connection.
const (
	drainLimit = 16 << 10
	drainTime  = 100 * time.Millisecond
)

type transport struct {
	next          http.RoundTripper
	retries       int
	base, max     time.Duration
	maxRetryAfter time.Duration
	policy        retrypolicy.RetryPolicy[*http.Response]
}

// Option changes a default of New.
type Option func(*transport)

// WithRetries sets how many attempts may follow the first. The default is 3.
func WithRetries(n int) Option { return func(t *transport) { t.retries = n } }

// WithBackoff sets the first and the longest backoff. The defaults are 200 ms and 5 s. The wait before retry n is random
// in [0, min(longest, first * 2^(n-1))].
func WithBackoff(first, longest time.Duration) Option {
	return func(t *transport) { t.base, t.max = first, longest }
}

// WithMaxRetryAfter sets the longest Retry-After that the transport obeys. The default is 60 s. A server that asks for
// more gets no further attempt.
func WithMaxRetryAfter(d time.Duration) Option { return func(t *transport) { t.maxRetryAfter = d } }

// New wraps next. If next is nil, it uses a copy of http.DefaultTransport that gives a server 10 s to begin its response.
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
	//nolint:bodyclose // These calls describe a policy. drop closes the responses that the policy discards.
	t.policy = failsafehttp.NewRetryPolicyBuilder().
		WithMaxRetries(t.retries).
		WithDelayFunc(t.delay).
		AbortIf(t.final).
		// failsafe does not close the responses that it discards, and returns the last one only if asked to.
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
		// The context may have ended after the response came. The caller does not get that response, so close it here.
		drop(last)
		return nil, err
	}
	return resp, nil
}

// replay returns the request for attempt n. http.Transport closes the body of each attempt.
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
	// The jitter is added to the server's Retry-After. Otherwise all clients that the server rejected together would come
	// back together.
	return retryAfter(e.LastResult()) + rand.N(ceiling+1) //nolint:bodyclose // It reads only the header.
}

// final reports whether another attempt is useless (the certificate is not trusted) or not wanted (the server asks for a
// longer wait than the limit).
func (t *transport) final(resp *http.Response, err error) bool {
	if err != nil {
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		return untrusted
	}
	return retryAfter(resp) > t.maxRetryAfter
}

// retryAfter returns the wait that the server asked for; 0 when there is no answer.
func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	return After(resp.Header)
}

// After returns the wait that an answer asks for in Retry-After, in seconds or as a date; 0 when the header is missing or not valid. A
// caller that retries by other means than this package obeys it too.
func After(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, 1<<32)) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// The date is by the server's clock. Where the answer says what time that is, a wrong clock here does not matter.
	if now, err := http.ParseTime(h.Get("Date")); err == nil {
		return max(0, at.Sub(now))
	}
	return max(0, time.Until(at))
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
	// A body that never ends must not hold up the next attempt: closing it ends the read.
	enough := time.AfterFunc(drainTime, func() { _ = resp.Body.Close() })
	_, _ = io.CopyN(io.Discard, resp.Body, drainLimit)
	enough.Stop()
	_ = resp.Body.Close()
}
