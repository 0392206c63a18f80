// Package forward sends what clients ask for over a socket to the services that serve it over HTTP. One table says which frame is which
// request. The service judges the request and the token as any other; the gateway adds nothing to it.
//
// A request that a client has a key for may be repeated (pkg/retry), so one is always sent with a key. How many requests run at once is
// bounded for each event, so that one cannot take the places of another, and companies share them (httpx.Shares). The package starts no
// goroutine.
package forward

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/retry"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Route is the request that a frame stands for.
type Route struct {
	Method, Path, Service string
	// Places is how many of them run at once.
	Places int
}

// Routes are the events that clients may send and that other services serve. The data of the frame is the body of the request, with the
// member key for the Idempotency-Key.
var Routes = map[string]Route{
	protocol.EventPanic: {http.MethodPost, httpx.PanicPath, "notifier", 128},
}

const (
	// timeout is longer than a service tries to reach NATS (12 s).
	timeout = 15 * time.Second
	// maxAnswer is the longest answer that is sent to a client.
	maxAnswer = 32 << 10
)

// ErrFull says that too many requests of this event run, of all companies or of one.
var ErrFull = errors.New("too many requests of this kind run")

// Answer is the answer of a service: a status, and JSON.
type Answer struct {
	Status int
	Body   json.RawMessage
}

// Forwarder sends frames to services. It is safe for concurrent use.
type Forwarder struct {
	base   string
	client *http.Client
	places map[string]*httpx.Shares
}

// New makes a forwarder. base is the address of every service; {service} in it stands for the service's name.
func New(base string) *Forwarder {
	f := &Forwarder{base: base, client: &http.Client{Transport: retry.New(transport())}, places: map[string]*httpx.Shares{}}
	for event, r := range Routes {
		f.places[event] = httpx.NewShares(int64(r.Places))
	}
	return f
}

func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout, t.Proxy = 16, timeout, nil
	return t
}

// Close ends the connections that are not in use.
func (f *Forwarder) Close() { f.client.CloseIdleConnections() }

// CheckBase says what is wrong with an address of services.
func CheckBase(base string) error {
	u, err := url.Parse(strings.ReplaceAll(base, "{service}", "x"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return errors.New("give an address such as http://{service}:8080")
	}
	return nil
}

// Knows says whether an event is in the table.
func Knows(event string) bool {
	_, ok := Routes[event]
	return ok
}

// Send sends the data of a frame as the request that its event stands for, with the token of a socket of a company. An error means that
// there is no answer; what the service refuses is an answer.
func (f *Forwarder) Send(ctx context.Context, event, company, token string, data json.RawMessage) (Answer, error) {
	r, places := Routes[event], f.places[event]
	if places.Take(company, 1) != "" {
		return Answer{}, ErrFull
	}
	defer places.Give(company, 1)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	to := strings.TrimRight(strings.ReplaceAll(f.base, "{service}", r.Service), "/") + r.Path
	request, err := http.NewRequestWithContext(ctx, r.Method, to, bytes.NewReader(data))
	if err != nil {
		return Answer{}, fmt.Errorf("forward %s: %w", event, err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", keyOf(data))
	response, err := f.client.Do(request)
	if err != nil {
		return Answer{}, fmt.Errorf("forward %s: %w", event, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, fmt.Errorf("forward %s: read the answer %d: %w", event, response.StatusCode, err)
	}
	if len(body) > maxAnswer || !json.Valid(body) {
		return Answer{}, fmt.Errorf("forward %s: the answer %d is no JSON of at most %d bytes", event, response.StatusCode, maxAnswer)
	}
	return Answer{response.StatusCode, body}, nil
}

// keyOf returns the key that the frame names. Without one it makes one that is good for this frame. A header can hold no key that is long or
// not plain ASCII; the hash of such a key stands for it, so that a repetition has the same one.
func keyOf(data json.RawMessage) string {
	var named struct {
		Key json.RawMessage `json:"key"`
	}
	if json.Unmarshal(data, &named) != nil || len(named.Key) == 0 || string(named.Key) == `""` || string(named.Key) == "null" {
		return rand.Text()
	}
	var key string
	if json.Unmarshal(named.Key, &key) == nil && len(key) <= 255 && !strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return key
	}
	sum := sha256.Sum256(named.Key)
	return hex.EncodeToString(sum[:])
}
