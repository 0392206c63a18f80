package fcm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

const (
	// earlyExpiry is how long before its end an access token is replaced, and lateExpiry until when nobody waits for its successor.
	earlyExpiry, lateExpiry = 5 * time.Minute, 10 * time.Second
	// pauseAfter is the pause after a request that failed while the last token is still good.
	pauseAfter = time.Second
)

// tokens gets access tokens, with one request for all who wait. While the last token is good, nobody waits. A caller stops waiting when its
// context ends; the request itself ends with the timeout of its HTTP client.
type tokens struct {
	fresh func() oauth2.TokenSource

	mu      sync.Mutex
	last    *oauth2.Token
	running *request
	// failedAt is when a request failed last.
	failedAt time.Time
}

type request struct {
	done  chan struct{}
	token *oauth2.Token
	err   error
}

// newTokens reads the file again for each request, about once an hour, so that a new key needs no restart. While the file cannot be
// read, or is of another project, the last key counts.
func newTokens(path string, a *account, client *http.Client) *tokens {
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
	return &tokens{fresh: func() oauth2.TokenSource {
		if now, err := readAccount(path); err == nil && now.project == a.project {
			a = now
		}
		return a.jwt.TokenSource(ctx)
	}}
}

func (t *tokens) get(ctx context.Context) (*oauth2.Token, error) {
	t.mu.Lock()
	if t.lasts(earlyExpiry) {
		defer t.mu.Unlock()
		return t.last, nil
	}
	last, good := t.last, t.lasts(lateExpiry)
	r := t.running
	if r == nil && (!good || time.Since(t.failedAt) > pauseAfter) {
		r = &request{done: make(chan struct{})}
		t.running = r
		go t.ask(r)
	}
	t.mu.Unlock()
	if good { // An urgent push does not wait for an endpoint that is slow.
		return last, nil
	}
	select {
	case <-r.done:
		return r.token, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for an access token: %w", context.Cause(ctx))
	}
}

// lasts says that the last token is good for longer than that. The caller holds the lock.
func (t *tokens) lasts(d time.Duration) bool {
	return t.last != nil && (t.last.Expiry.IsZero() || time.Until(t.last.Expiry) > d)
}

// ask ends with the HTTP client's timeout.
func (t *tokens) ask(r *request) {
	token, err := t.fresh().Token()
	if err == nil && token.AccessToken == "" {
		err = errors.New("the endpoint's answer has none")
	}
	if err != nil {
		err = fmt.Errorf("get an access token: %w", refusal(err))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r.token, r.err = token, err
	if t.running = nil; err == nil {
		t.last = token
	} else {
		t.failedAt = time.Now()
	}
	close(r.done)
}

// refusedError says that the token endpoint knows us, and gives no token.
type refusedError struct {
	status int
	code   string
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("the endpoint answers %d %s; is the key in the file of TERRENO_FCM_CREDENTIALS still valid, and this machine's clock right?", e.status, e.code)
}

// refusal leaves out the answer, which may be long and quote what was asked.
func refusal(err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || answer.Response == nil {
		return err
	}
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(answer.Body, &said)
	e := &refusedError{status: answer.Response.StatusCode, code: excerpt(said.Error)}
	if e.status/100 == 4 {
		return e
	}
	return fmt.Errorf("the endpoint answers %d", e.status)
}

// forget makes the next send get a new token, because FCM refused this one.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = nil
}
