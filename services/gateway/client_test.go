package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// frame is a frame that a client reads. Data stays text.
type frame struct {
	Event string
	Data  json.RawMessage
	ID    string
}

// name is what tests compare: the id in the data, or the user and latitude of a position, or otherwise the data itself.
func (f frame) name() string {
	var d struct {
		ID     string
		UserID string `json:"user_id"`
		Lat    json.Number
	}
	if err := json.Unmarshal(f.Data, &d); err != nil || d.ID+d.UserID == "" {
		return string(f.Data)
	}
	if d.UserID != "" {
		return d.UserID + "@" + d.Lat.String()
	}
	return d.ID
}

func decode(text []byte) (frame, error) {
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return frame{}, fmt.Errorf("frame %q: %w", text, err)
	}
	return f, nil
}

// client is a socket that keeps the last cursor, like a real client.
type client struct {
	*websocket.Conn
	cursor string
}

type dialing struct {
	header http.Header
	query  string
	protos []string
}

// bearer sends a token in the header.
func bearer(token string) dialing {
	return dialing{header: http.Header{"Authorization": {"Bearer " + token}}}
}

func (d dialing) from(cursor string) dialing {
	d.query = "?desde=" + cursor
	return d
}

func dial(t testing.TB, url string, d dialing) *client {
	t.Helper()
	c, err := tryDial(t, url, d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryDial(t testing.TB, url string, d dialing) (*client, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, url+"/ws"+d.query, &websocket.DialOptions{
		HTTPClient: plainHTTP, HTTPHeader: d.header, Subprotocols: d.protos,
	})
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{Conn: conn}, nil
}

// connect opens a socket and reads `listo`.
func connect(t testing.TB, url string, d dialing) *client {
	t.Helper()
	c := dial(t, url, d)
	if f := c.next(t); f.Event != "listo" {
		t.Fatalf("first frame %s %s", f.Event, f.Data)
	}
	return c
}

// read returns the next frame that is neither a probe nor about presence.
func (c *client) read(t testing.TB) (frame, error) {
	for {
		f, err := c.readAny(t)
		if err != nil || !strings.HasPrefix(f.Event, "usuario:") && (f.Event != "tracking:ubicacion" || !strings.HasPrefix(f.name(), probe)) {
			return f, err
		}
	}
}

func (c *client) readAny(t testing.TB) (frame, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	_, text, err := c.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	f, err := decode(text)
	if err != nil {
		t.Error(err)
	}
	if f.ID != "" {
		c.cursor = f.ID
	}
	return f, nil
}

func (c *client) next(t testing.TB) frame {
	t.Helper()
	f, err := c.read(t)
	if err != nil {
		t.Fatalf("read a frame: %v", err)
	}
	return f
}

// until reads frames until one has this event, and returns it. It skips latido and positions.
func (c *client) until(t testing.TB, event string) frame {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		f := c.next(t)
		if f.Event == event {
			return f
		}
		if time.Now().After(deadline) {
			t.Fatalf("no %s for %v", event, patience)
		}
		if f.Event != "latido" && f.Event != "tracking:ubicacion" {
			t.Fatalf("waiting for %s, got %s %s", event, f.Event, f.Data)
		}
	}
}

// expect reads exactly these frames, by event and name. It skips latido.
func (c *client) expect(t testing.TB, want ...string) {
	t.Helper()
	var got []string
	for deadline := time.Now().Add(patience); len(got) < len(want) && time.Now().Before(deadline); {
		if f := c.next(t); f.Event != "latido" {
			got = append(got, f.Event+" "+f.name())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func (c *client) send(t testing.TB, text string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (c *client) sendEvent(t testing.TB, event string, data any) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"event": event, "data": data})
	if err != nil {
		t.Fatal(err)
	}
	c.send(t, string(text))
}

func (c *client) resume(t testing.TB, from string) {
	t.Helper()
	c.sendEvent(t, "reanudar", map[string]string{"desde": from})
}

// closed reads until the socket ends, and compares the code and reason.
func (c *client) closed(t testing.TB, code websocket.StatusCode, reason string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		_, err := c.read(t)
		if err == nil && time.Now().Before(deadline) {
			continue
		}
		var end websocket.CloseError
		if !errors.As(err, &end) || end.Code != code || (reason != "" && !strings.Contains(end.Reason, reason)) {
			t.Errorf("ended with %v, want %d %s", err, code, reason)
		}
		return
	}
}
