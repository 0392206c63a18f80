// Package client is a phone's side of the HTTP contract: it logs in, keeps its tokens fresh, and posts positions until
// the server acknowledges them.
//
// An upload is kept until a 2xx says that the server has it: after a network error, a timeout, a 401, 403, 404, 408, 429
// or 5xx the same bytes are sent again, for ever, with backoff, full jitter and never before the server's Retry-After. It
// is given up only when the server will never take it (400, 413, 415, 422, or an answer that contradicts the upload), and
// that is counted. This is the only retry layer: pkg/retry is not under it, since it gives up and this one must not.
//
// Nothing here starts goroutines. A Client is shared by its phones; a Phone belongs to one goroutine.
package client

import (
	"bytes"
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

// answerLimit bounds what is read of an answer: 10,000 rejected fixes with their details fit.
const answerLimit = 8 << 20

// Options of a fleet's client. All are required except where a default is named.
type Options struct {
	BaseURL  string
	Company  string
	Password string
	HTTP     *http.Client
	Ledger   *ledger.Ledger
	Log      *slog.Logger
	// Parallel and Logins bound the requests at the same time: each login costs the server an argon2 hash.
	Parallel, Logins int
	// Timeout is how long an answer may take.
	Timeout time.Duration
	// BackoffFirst and BackoffMax are the first wait's ceiling and the longest one's; 500 ms and 30 s.
	BackoffFirst, BackoffMax time.Duration
}

// Client is what the phones of a fleet share.
type Client struct {
	o      Options
	slots  chan struct{}
	logins chan struct{}
	// zippers keeps compressors: each holds a megabyte.
	zippers sync.Pool
}

// New needs no server yet.
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

// statusError is an answer that is not 2xx.
type statusError struct {
	status       int
	code, detail string
	retryAfter   time.Duration
}

func (e *statusError) Error() string {
	return fmt.Sprintf("status %d, code %q: %s", e.status, e.code, e.detail)
}

// post sends JSON and decodes the answer into out. Encoding is the body's Content-Encoding, token the bearer; both may be
// empty.
func (c *Client) post(ctx context.Context, path, token, encoding string, body []byte, out any) error {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("build request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "terreno-fieldsim")
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return problem(resp, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

// problem reads RFC 9457 problem details; a proxy's page leaves the status alone.
func problem(resp *http.Response, answer []byte) error {
	var p struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(answer, &p)
	if p.Code == "" {
		p.Code = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	return &statusError{
		status: resp.StatusCode, code: p.Code, detail: p.Detail,
		retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
}

// status is the answer's, 0 when there was none.
func status(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status
	}
	return 0
}
