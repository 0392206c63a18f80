package fcm

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

type canned struct {
	status int
	after  string
	body   []byte
	asked  int
}

func (c *canned) RoundTrip(req *http.Request) (*http.Response, error) {
	c.asked++
	h := http.Header{"Retry-After": {c.after}}
	return &http.Response{StatusCode: c.status, ProtoMajor: 2, Header: h, Body: io.NopCloser(bytes.NewReader(c.body)), Request: req}, nil
}

// Whatever the other side answers, there is one request, and either a name or a failure whose wait is bounded.
func FuzzAnswer(f *testing.F) {
	const failure = `{"error":{"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}`
	for _, status := range []int{200, 204, 301, 400, 401, 403, 404, 429, 500, 503, 599} {
		f.Add(status, "", []byte(failure))
		f.Add(status, "10", []byte(`{"name":"projects/p/messages/1"}`))
		f.Add(status, "Sun, 06 Nov 2094 08:49:37 GMT", []byte(`{"error":null}`))
		f.Add(status, "-1", []byte(`[`))
		f.Add(status, "99999999999999999999", bytes.Repeat([]byte("a"), maxAnswer+2))
	}
	f.Fuzz(func(t *testing.T, status int, after string, body []byte) {
		if status < 200 || status > 999 {
			return
		}
		from := &canned{status: status, after: after, body: body}
		to := &once{next: from, tokens: &tokens{last: &oauth2.Token{AccessToken: "t"}}}
		sdk, err := newSDK(t.Context(), "p", "https://fcm.invalid", to)
		if err != nil {
			t.Fatal(err)
		}
		c := &Client{fcm: sdk, timeout: time.Minute}
		id, failure := c.Send(t.Context(), Push{Token: "t", Notification: "n", Title: "T", Body: "B"})
		if from.asked != 1 {
			t.Errorf("%d requests", from.asked)
		}
		if (id == "") == (failure == nil) {
			t.Errorf("name %q and failure %v", id, failure)
		}
		if failure != nil && (failure.RetryAfter < 0 || failure.RetryAfter > maxRetryAfter || failure.Code == "" || failure.Error() == "") {
			t.Errorf("failure %+v", failure)
		}
	})
}
