package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/socket"
	"github.com/terreno/terreno/services/gateway/internal/tail"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

func TestMain(m *testing.M) {
	if what := os.Getenv(clientsEnv); what != "" {
		runClients(what)
		return
	}
	goleak.VerifyTestMain(m)
}

const patience = 20 * time.Second

// world is a server of sockets. Its timers fire when the test says so.
type world struct {
	*socket.Server
	hub    *hub.Hub
	issuer *authtest.Issuer
	wall   *clock.Manual
	url    string

	mu      sync.Mutex
	timers  []*timer
	armed   chan struct{}
	resumed chan resumed
	judged  error
}

type noFeed struct{}

func (noFeed) Again(string)      {}
func (noFeed) Need(string, bool) {}
func (noFeed) Close()            {}

type timer struct {
	after   time.Duration
	fire    func()
	stopped bool
}

type resumed struct {
	from  cursor.Cursor
	asked bool
}

func newWorld(t *testing.T, change func(*socket.Config, *socket.Backend)) *world {
	t.Helper()
	w := &world{
		issuer: authtest.New(t), wall: clock.NewManual(time.Now()), armed: make(chan struct{}, 100), resumed: make(chan resumed, 10),
	}
	m, err := metrics.New(nil, []string{"alerta", "actividad", "chat"})
	if err != nil {
		t.Fatal(err)
	}
	w.hub = hub.New(hub.Config{
		Streams: stream.Replayed(), Tail: tail.Config{Bytes: 1 << 20, Events: 100, TotalBytes: 1 << 20}, UserSockets: 20, CompanySockets: 100, Positions: 100,
		Viewer: func(_, user string) (audience.Viewer, bool) {
			return audience.Viewer{User: user, Role: audience.RoleAdmin}, true
		},
		Open: func(*hub.Room) hub.Feed { return noFeed{} },
	})
	for s := range w.hub.Domains() {
		w.hub.Start(s, cursor.Point{Epoch: 1})
	}
	cfg := socket.Config{
		MaxSockets: 100, MaxPending: 100, AddressPending: 100, QueueBytes: 128 << 10, AuthTimeout: time.Minute, ResumeGrace: 2 * time.Minute, Heartbeat: time.Hour,
		PingEvery: time.Hour, Recheck: time.Hour, FramesPerSecond: 1000, FrameBurst: 1000, MaxFrame: 64 << 10, After: w.after, Now: w.wall.Now,
		Wire: wire.Options{
			Subprotocols: []string{socket.Subprotocol}, MaxFrame: 32 << 10, IdleTimeout: patience, WriteTimeout: patience,
			CloseTimeout: patience,
		},
	}
	back := socket.Backend{
		Log: natstest.Log(t), Metrics: m, Hub: w.hub, Verify: w.issuer.Verifier(t, nil).Verify, Judge: w.verdict,
		Resume: w.resume, Ready: func() error { return nil },
	}
	if change != nil {
		change(&cfg, &back)
	}
	w.Server = socket.New(cfg, back)
	server := httptest.NewServer(w.Server)
	w.url = server.URL
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	t.Cleanup(func() {
		w.Drain(ctx)
		cancel()
		running.Wait()
		server.Close()
	})
	return w
}

func (w *world) after(d time.Duration, f func()) func() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := &timer{after: d, fire: f}
	w.timers = append(w.timers, x)
	w.armed <- struct{}{}
	return func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		x.stopped = true
		return true
	}
}

// timer waits for the n-th timer that was armed.
func (w *world) timer(t *testing.T, n int) timer {
	t.Helper()
	for {
		w.mu.Lock()
		if len(w.timers) > n {
			defer w.mu.Unlock()
			return *w.timers[n]
		}
		w.mu.Unlock()
		select {
		case <-w.armed:
		case <-time.After(patience):
			t.Fatalf("timer %d is never armed", n)
		}
	}
}

func (w *world) resume(_ context.Context, m *hub.Member, from cursor.Cursor, asked bool) {
	w.hub.Attach(m)
	m.Queue.Uncork(nil)
	w.resumed <- resumed{from, asked}
}

func (w *world) verdict(auth.Claims) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.judged
}

func (w *world) judge(err error) {
	w.mu.Lock()
	w.judged = err
	w.mu.Unlock()
	w.Changed("acme")
}

func (w *world) token(t *testing.T, user string, expires time.Time) string {
	t.Helper()
	return w.issuer.Token(t, auth.Claims{Subject: user, Company: "acme", Role: audience.RoleAdmin, ExpiresAt: expires})
}

type client struct{ *websocket.Conn }

// dial opens a socket. An empty token means none.
func (w *world) dial(t *testing.T, token, query string) client {
	t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	c, _, err := websocket.Dial(t.Context(), w.url+"/ws"+query, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, HTTPHeader: header,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return client{c}
}

func (c client) next(t *testing.T) (event string, data json.RawMessage, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	_, text, err := c.Read(ctx)
	if err != nil {
		return "", nil, err
	}
	var f struct {
		Event string
		Data  json.RawMessage
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f.Event, f.Data, nil
}

func (c client) expect(t *testing.T, event string) json.RawMessage {
	t.Helper()
	got, data, err := c.next(t)
	if err != nil || got != event {
		t.Fatalf("got %s %s, %v; want %s", got, data, err, event)
	}
	return data
}

func (c client) send(t *testing.T, text string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (c client) closed(t *testing.T, code websocket.StatusCode, reason string) {
	t.Helper()
	for {
		_, _, err := c.next(t)
		if err == nil {
			continue
		}
		var end websocket.CloseError
		if !errors.As(err, &end) || end.Code != code || end.Reason != reason {
			t.Errorf("ended with %v, want %d %s", err, code, reason)
		}
		return
	}
}

// eventually waits for a condition that nothing announces.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}
