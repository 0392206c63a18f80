// Package forward sends what clients ask for over a socket to the services that serve it over HTTP. One table says which frame is which
// request. The service judges the request and the token as any other; the gateway adds nothing to it.
//
// A request that a client has a key for may be repeated (pkg/retry), so one is always sent with a key. How many requests run at once is
// bounded for each event, so that one cannot take the places of another, and companies share them (httpx.Shares): a flood of messages leaves
// a call for help its places. The package starts no goroutine.
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
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/retry"
	"github.com/terreno/terreno/pkg/strictjson"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Route is the request that a frame stands for.
type Route struct {
	Method, Path, Service string
	// Places is how many of them run or wait their turn at once, and OfSocket how many of these are one socket's. Conns is how many are
	// with the service at once; 0 means as many as run.
	Places, OfSocket, Conns int
	// Conversation means that the frame's data is an object with the conversation_id of the path, and that it and key are no part of the
	// body. Without it, the data is the body.
	Conversation bool
	// Keyed means that the client must give a key.
	Keyed bool
	// InOrder means that those of one socket are sent one after the other, as they came.
	InOrder bool
	// Every, if set, marks what is worth nothing late. It is sent once, without a key, at most every so often for each socket and
	// conversation. The rest is dropped, and success gets no answer.
	Every time.Duration
}

// Routes are the events that clients may send and that other services serve.
var Routes = map[string]Route{
	protocol.EventPanic: {Method: http.MethodPost, Path: httpx.PanicPath, Service: "notifier", Places: 128, OfSocket: 4},
	"chat:mensaje":      conversation(Route{Path: "messages", Places: 256, Keyed: true}),
	// When many hear one message, their receipts come at once.
	"chat:entregado":   conversation(Route{Path: "delivered", Places: 1024}),
	"chat:leido":       conversation(Route{Path: "read", Places: 1024}),
	"chat:escribiendo": conversation(Route{Path: "typing", Places: 128, Every: 3 * time.Second}),
}

func conversation(r Route) Route {
	r.Method, r.Service, r.Path = http.MethodPost, "chat", "/v1/conversations/{"+conversationID+"}/"+r.Path
	r.OfSocket, r.Conns, r.Conversation, r.InOrder = 4, 64, true, r.Every == 0
	return r
}

// The members of a frame's data that say what the request is.
const conversationID, keyMember = "conversation_id", "key"

const (
	// timeout is longer than a service tries to reach NATS (12 s).
	timeout = 15 * time.Second
	// maxAnswer is the longest answer that is sent to a client. A message of 8,000 characters fits, each of which JSON may write with six.
	maxAnswer = 64 << 10
)

// Answer is the answer of a service: a status, and JSON.
type Answer struct {
	Status int
	Body   json.RawMessage
}

// Forwarder sends frames to services. It is safe for concurrent use.
type Forwarder struct {
	base string
	// Each event has connections of its own, so that one never waits for those of another.
	clients map[string]*http.Client
	places  map[string]*httpx.Shares
}

// New makes a forwarder. base is the address of every service; {service} in it stands for the service's name.
func New(base string) *Forwarder {
	f := &Forwarder{base: base, clients: map[string]*http.Client{}, places: map[string]*httpx.Shares{}}
	for event, r := range Routes {
		f.clients[event] = &http.Client{Transport: retry.New(transport(r.Conns))}
		f.places[event] = httpx.NewShares(int64(r.Places))
	}
	return f
}

func transport(conns int) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost, t.ResponseHeaderTimeout, t.Proxy = conns, max(16, conns), timeout, nil
	return t
}

// Close ends the connections that are not in use.
func (f *Forwarder) Close() {
	for _, c := range f.clients {
		c.CloseIdleConnections()
	}
}

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

// Request is a frame as a request.
type Request struct {
	Event, Path string
	// Key is the Idempotency-Key. It is empty for what must not be repeated.
	Key  string
	Body []byte
}

// DataError says why the data of a frame cannot become a request, in a sentence for the client's developer.
type DataError struct{ Detail string }

func (e *DataError) Error() string { return e.Detail }

// Read makes a request from the data of a frame whose event is in the table. The error is a *DataError.
func Read(event string, data json.RawMessage) (Request, error) {
	route := Routes[event]
	if !route.Conversation {
		return Request{Event: event, Path: route.Path, Key: anyKey(data), Body: data}, nil
	}
	var members map[string]json.RawMessage
	var id string
	if json.Unmarshal(data, &members) != nil || json.Unmarshal(members[conversationID], &id) != nil || subject.CheckID(id) != nil {
		return Request{}, &DataError{fmt.Sprintf("The data of %s is an object with %s, the id of a conversation.", event, conversationID)}
	}
	if why := protocol.Repeats(data, strictjson.Free()); why != "" {
		return Request{}, &DataError{why}
	}
	var key string
	named := json.Unmarshal(members[keyMember], &key) == nil && inHeader(key)
	switch {
	case route.Every > 0:
		key = ""
	case named:
	case route.Keyed:
		return Request{}, &DataError{fmt.Sprintf("Name a %s in the data of %s: 1 to 255 characters of ASCII without a space at the ends, new for each. Send the same again when you repeat it.", keyMember, event)}
	default: // A receipt that comes again changes nothing.
		key = rand.Text()
	}
	delete(members, conversationID)
	delete(members, keyMember)
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // The text stays as long as it was.
	if err := encoder.Encode(members); err != nil {
		return Request{}, &DataError{fmt.Sprintf("The data of %s is not JSON.", event)}
	}
	return Request{Event: event, Path: strings.Replace(route.Path, "{"+conversationID+"}", id, 1), Key: key, Body: bytes.TrimSpace(body.Bytes())}, nil
}

// Take takes one of the places of an event for a company, and returns false if none is free for it. Give returns it.
func (f *Forwarder) Take(event, company string) bool { return f.places[event].Take(company, 1) == "" }

// Give returns what Take took.
func (f *Forwarder) Give(event, company string) { f.places[event].Give(company, 1) }

// Send sends a request with the token of a socket, for which the caller holds a place. An error means that there is no answer; what the
// service refuses is an answer.
func (f *Forwarder) Send(ctx context.Context, r Request, token string) (Answer, error) {
	route := Routes[r.Event]
	patience := timeout
	if route.Every > 0 {
		patience = route.Every
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	to := strings.TrimRight(strings.ReplaceAll(f.base, "{service}", route.Service), "/") + r.Path
	request, err := http.NewRequestWithContext(ctx, route.Method, to, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("forward %s: %w", r.Event, err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	if r.Key != "" {
		request.Header.Set("Idempotency-Key", r.Key)
	}
	response, err := f.clients[r.Event].Do(request)
	if err != nil {
		return Answer{}, fmt.Errorf("forward %s: %w", r.Event, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, fmt.Errorf("forward %s: read the answer %d: %w", r.Event, response.StatusCode, err)
	}
	if len(body) == 0 && (response.StatusCode == http.StatusNoContent || response.StatusCode == http.StatusAccepted) {
		return Answer{Status: response.StatusCode, Body: json.RawMessage("null")}, nil
	}
	if len(body) > maxAnswer || !json.Valid(body) {
		return Answer{}, fmt.Errorf("forward %s: the answer %d is no JSON of at most %d bytes", r.Event, response.StatusCode, maxAnswer)
	}
	return Answer{response.StatusCode, body}, nil
}

// inHeader says that a key is one that Idempotency-Key can hold. HTTP takes away the spaces at the ends of a header.
func inHeader(key string) bool { return idem.Check(key) == nil && strings.TrimSpace(key) == key }

// anyKey returns the key that data names, whatever it is, because nothing may hold back a call for help. The hash of a key that no header
// can hold stands for it, so that a repetition has the same one. Without any, it is a new one.
func anyKey(data json.RawMessage) (key string) {
	var members map[string]json.RawMessage
	_ = json.Unmarshal(data, &members)
	named := members[keyMember]
	switch {
	case len(named) == 0 || string(named) == `""` || string(named) == "null":
		return rand.Text()
	case json.Unmarshal(named, &key) == nil && inHeader(key):
		return key
	}
	sum := sha256.Sum256(named)
	return hex.EncodeToString(sum[:])
}
