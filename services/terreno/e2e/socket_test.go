package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// socket is a client that records the events that it receives.
type socket struct {
	mu        sync.Mutex
	positions map[string]time.Time // time of the newest position, by user
	lats      []float64
	events    []event
	code      int // close code, 0 while open
	close     func()
}

type event struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
	ID    string          `json:"id"`
}

// openSocket connects, waits for `listo` and reads until the test ends.
func openSocket(t *testing.T, base, token string) *socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(base, "http")+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	s := &socket{positions: map[string]time.Time{}}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		s.read(ctx, conn, ready)
	}()
	t.Cleanup(func() {
		cancel()
		_ = conn.CloseNow()
		<-done
	})
	s.close = func() { _ = conn.Close(websocket.StatusNormalClosure, "") }
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatal("the gateway did not send listo")
	}
	// It has nothing to resume. Without these words the gateway waits for them, and keeps for the socket what happens meanwhile: at the
	// start of the demo that can be more than it keeps.
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"event":"reanudar","data":{}}`)); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *socket) read(ctx context.Context, conn *websocket.Conn, ready chan struct{}) {
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			s.mu.Lock()
			s.code = int(websocket.CloseStatus(err))
			s.mu.Unlock()
			return
		}
		var e event
		if json.Unmarshal(text, &e) != nil {
			continue
		}
		if e.Event == "listo" {
			close(ready)
		}
		s.record(e)
	}
}

func (s *socket) record(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Event != "tracking:ubicacion" {
		s.events = append(s.events, e)
		return
	}
	var p struct {
		User     string    `json:"user_id"`
		Recorded time.Time `json:"recorded_at"`
		Lat      float64
	}
	if json.Unmarshal(e.Data, &p) != nil {
		return
	}
	s.lats = append(s.lats, p.Lat)
	if p.Recorded.After(s.positions[p.User]) {
		s.positions[p.User] = p.Recorded
	}
}

// latitudes returns the latitudes of all positions that the socket received. They show from which company a position is, even
// if two companies have users with the same id.
func (s *socket) latitudes() []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lats)
}

// users returns the users whose positions the socket received.
func (s *socket) users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.positions))
}

// closed returns the close code, or 0 while the socket is open.
func (s *socket) closed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.code
}

// named returns the data of the events of one name, in order.
func (s *socket) named(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var data []string
	for _, e := range s.events {
		if e.Event == name {
			data = append(data, string(e.Data))
		}
	}
	return data
}

// hasNewest compares the newest positions that the socket received with the newest stored ones, in milliseconds by user.
func (s *socket) hasNewest(newest map[string]int64) (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for user, ms := range newest {
		if got := s.positions[user].UnixMilli(); got != ms {
			return false, fmt.Sprintf("%s: the newest received position is of %v, the newest stored one of %v", user, s.positions[user], time.UnixMilli(ms).UTC())
		}
	}
	return true, ""
}
