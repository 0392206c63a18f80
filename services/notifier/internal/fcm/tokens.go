package fcm

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// earlyExpiry is how long before its end an access token is replaced.
const earlyExpiry = time.Minute

// tokens gets access tokens, one request for all who wait. Who waits stops waiting with its context; the request itself ends with the
// timeout of its HTTP client.
type tokens struct {
	fresh func() oauth2.TokenSource

	mu      sync.Mutex
	last    *oauth2.Token
	running *request
}

type request struct {
	done  chan struct{}
	token *oauth2.Token
	err   error
}

func newTokens(a *account, client *http.Client) *tokens {
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
	return &tokens{fresh: func() oauth2.TokenSource { return a.jwt.TokenSource(ctx) }}
}

func (t *tokens) get(ctx context.Context) (*oauth2.Token, error) {
	t.mu.Lock()
	if t.last != nil && (t.last.Expiry.IsZero() || time.Until(t.last.Expiry) > earlyExpiry) {
		defer t.mu.Unlock()
		return t.last, nil
	}
	r := t.running
	if r == nil {
		r = &request{done: make(chan struct{})}
		t.running = r
		go t.ask(r)
	}
	t.mu.Unlock()
	select {
	case <-r.done:
		return r.token, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for an access token: %w", context.Cause(ctx))
	}
}

// ask ends with the HTTP client's timeout.
func (t *tokens) ask(r *request) {
	token, err := t.fresh().Token()
	if err != nil {
		err = fmt.Errorf("get an access token: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r.token, r.err = token, err
	t.last, t.running = token, nil
	close(r.done)
}

// forget makes the next send get a new token, because FCM refused this one.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = nil
}
