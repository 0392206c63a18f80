// Package client is the phone's side of the HTTP contract. It logs in, refreshes its tokens, and posts positions until the
// server acknowledges them.
//
// A phone keeps an upload until a 2xx confirms that the server has it. After a network error, a timeout, a 401, 403, 404,
// 408, 429 or 5xx it sends the same bytes again, without a limit on the number of attempts. It waits between the attempts,
// with exponential backoff and full jitter, and never less than the server's Retry-After. It gives an upload up only when
// the server will never accept it: after a 400, 413, 415 or 422, or after a response that contradicts the upload. It counts
// these uploads. This is the only retry layer. It does not use pkg/retry, because pkg/retry gives up and this package must
// not.
//
// The package starts no goroutines. All phones share one Client. Only one goroutine may use a Phone.
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
)

// responseLimit is how many bytes of a response are read. A response with 10,000 rejected fixes and their details fits.
const responseLimit = 8 << 20

// Options of a fleet's client. All are required, except where a comment names a default.
type Options struct {
	BaseURL  string
	Company  string
	Password string
	HTTP     *http.Client
	Ledger   *ledger.Ledger
	Log      *slog.Logger
	// Parallel is how many requests may run at the same time, and Logins how many logins. Logins have their own limit
	// because each one costs the server an argon2 hash.
	Parallel, Logins int
	// Timeout is how long a response may take.
	Timeout time.Duration
	// BackoffFirst and BackoffMax are the longest possible first wait and the longest possible wait. The defaults are
	// 500 ms and 30 s.
	BackoffFirst, BackoffMax time.Duration
}

// Client holds the connections and the limits that the phones of a fleet share.
type Client struct {
	o      Options
	slots  chan struct{}
	logins chan struct{}
	// compressors reuses gzip writers, because each of them takes a megabyte.
	compressors sync.Pool
}

// New returns a client. It sends no request, so the server need not be running yet.
func New(o Options) *Client {
	if o.BackoffFirst == 0 {
		o.BackoffFirst = 500 * time.Millisecond
	}
	if o.BackoffMax == 0 {
		o.BackoffMax = 30 * time.Second
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	return &Client{o: o, slots: make(chan struct{}, o.Parallel), logins: make(chan struct{}, o.Logins)}
}

// statusError is a response that is not 2xx.
type statusError struct {
	status       int
	code, detail string
	retryAfter   time.Duration
}

func (e *statusError) Error() string {
	return fmt.Sprintf("status %d, code %q: %s", e.status, e.code, e.detail)
}

// request is a POST. The body is JSON unless kind names another type; encoding, token and key may be empty.
type request struct {
	// method is POST when it is empty.
	method               string
	path, kind, encoding string
	// token is the bearer token, and key the idempotency key.
	token, key string
	body       []byte
}

// post sends a request and decodes the response into out, unless that is nil.
func (c *Client) post(ctx context.Context, r request, out any) error {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.method, http.MethodPost), c.o.BaseURL+r.path, bytes.NewReader(r.body))
	if err != nil {
		return fmt.Errorf("build request: %w", err)
	}
	req.Header.Set("Content-Type", cmp.Or(r.kind, "application/json"))
	req.Header.Set("User-Agent", "terreno-fieldsim")
	for name, value := range map[string]string{"Content-Encoding": r.encoding, "Idempotency-Key": r.key} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, responseLimit))
	if err != nil {
		return fmt.Errorf("read response: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return problem(resp, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("decode response: %w", err)
	}
	return nil
}

// problem reads problem details (RFC 9457). If the body is something else, such as the page of a proxy, only the status is
// known.
func problem(resp *http.Response, text []byte) error {
	var p struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(text, &p)
	if p.Code == "" {
		p.Code = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	return &statusError{
		status: resp.StatusCode, code: p.Code, detail: p.Detail,
		retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
}

// status returns the status of the response, or 0 when there was no response.
func status(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status
	}
	return 0
}
