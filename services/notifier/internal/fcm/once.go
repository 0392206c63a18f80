package fcm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// statusHidden stands for a 503 and for a failure of the network, which the SDK would try again by itself, at once and up to four times.
// FCM has no keys of idempotency, so that each of these tries could be one more push on somebody's screen.
const statusHidden = 599

// otherAuth says that a 401 is about Apple's or the browser's credentials, and not about ours.
const otherAuth = "THIRD_PARTY_AUTH_ERROR"

// maxAnswer is far more than FCM answers.
const maxAnswer = 64 << 10

// exchange is what became of one request.
type exchange struct {
	asked  bool
	status int
	header http.Header
	// err is a failure of the network, or of getting an access token.
	err error
}

type exchangeKey struct{}

// watched makes once write down what becomes of the one request that is made with the context.
func watched(ctx context.Context) (context.Context, *exchange) {
	x := &exchange{}
	return context.WithValue(ctx, exchangeKey{}, x), x
}

// once sends a request once, with an access token. Whatever happens, its caller gets an answer that it does not try again.
type once struct {
	next   http.RoundTripper
	tokens *tokens
}

// RoundTrip is part of http.RoundTripper.
func (o *once) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if x == nil {
		x = &exchange{}
	}
	x.asked = true
	resp, body, err := o.exchange(req)
	if err != nil {
		x.err = err
		return answer(req, statusHidden, http.Header{}, nil), nil //nolint:nilerr // The SDK must not see it. Send reads it from x.
	}
	x.status, x.header = resp.StatusCode, resp.Header
	status := resp.StatusCode
	switch {
	case status == http.StatusServiceUnavailable:
		status = statusHidden
	case status == http.StatusUnauthorized && !bytes.Contains(body, []byte(otherAuth)):
		o.tokens.forget()
	}
	return answer(req, status, resp.Header, body), nil
}

// exchange reads the whole answer, so that a connection which breaks in the middle of it is a failure of the network as any other.
func (o *once) exchange(req *http.Request) (*http.Response, []byte, error) {
	token, err := o.tokens.get(req.Context())
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, nil, err
	}
	req = req.Clone(req.Context()) // A RoundTripper does not change its caller's request.
	token.SetAuthHeader(req)
	resp, err := o.next.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	case len(body) > maxAnswer:
		return nil, nil, errors.New("the answer is too long")
	}
	return resp, body, nil
}

func answer(req *http.Request, status int, header http.Header, body []byte) *http.Response {
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/2.0", ProtoMajor: 2, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}
