// Package watch is `terreno watch`: a small client that logs in, opens the socket, prints events a line each and, when
// the connection breaks, comes back with its cursor. It shows what any client has to do and uses nothing but the public
// protocol.
package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/terreno/internal/client"
)

// Config is whom to watch as.
type Config struct {
	// URL of the installation, http://127.0.0.1:8080.
	URL                      string
	Company, Login, Password string
	Out                      io.Writer
	// Pause between two tries to come back; a second when zero.
	Pause time.Duration
}

// ErrRefused says that the installation does not let the user in: trying again would not help.
var ErrRefused = client.ErrRefused

// closeRevoked is the gateway's close code for a user who may not come back.
const closeRevoked = 4403

// Run prints events until ctx ends. It returns nil then, and an error that wraps ErrRefused when the login is wrong.
func Run(ctx context.Context, c Config) error {
	w := &watcher{Config: c}
	if w.Pause == 0 {
		w.Pause = time.Second
	}
	for {
		err := w.session(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the watcher was asked to stop; how the socket ended does not matter
		}
		if errors.Is(err, ErrRefused) || websocket.CloseStatus(err) == closeRevoked {
			return fmt.Errorf("watch %s: %w", c.URL, err)
		}
		w.line("connection lost (%v), coming back", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(w.Pause):
		}
	}
}

type watcher struct {
	Config
	cursor string
}

type frame struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
	ID    string          `json:"id"`
}

func (w *watcher) session(ctx context.Context) error {
	account, err := client.Open(ctx, client.Account{URL: w.URL, Company: w.Company, Login: w.Login, Password: w.Password})
	if err != nil {
		return err
	}
	socket := "ws" + strings.TrimPrefix(strings.TrimSuffix(w.URL, "/"), "http") + "/ws"
	conn, _, err := websocket.Dial(ctx, socket, &websocket.DialOptions{ //nolint:bodyclose // the library closes it
		HTTPHeader: http.Header{"Authorization": {"Bearer " + account.Token}},
	})
	if err != nil {
		return fmt.Errorf("open the socket: %w", err)
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(1 << 20)
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("read the socket: %w", err)
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			return fmt.Errorf("read a frame: %w", err)
		}
		if err := w.handle(ctx, conn, f); err != nil {
			return err
		}
	}
}

func (w *watcher) handle(ctx context.Context, conn *websocket.Conn, f frame) error {
	switch f.Event {
	case "listo":
		w.line("connected as %s of %s", w.Login, w.Company)
		// Said also without a cursor: else the gateway gives a client some seconds in which to say it.
		resume, err := json.Marshal(map[string]any{"event": "reanudar", "data": map[string]string{"desde": w.cursor}})
		if err != nil {
			return fmt.Errorf("encode the cursor: %w", err)
		}
		if err := conn.Write(ctx, websocket.MessageText, resume); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		var listo struct{ Cursor string }
		if json.Unmarshal(f.Data, &listo) == nil && w.cursor == "" {
			w.cursor = listo.Cursor
		}
	case "latido":
	default:
		w.line("%-22s %s", f.Event, describe(f))
	}
	if f.ID != "" {
		w.cursor = f.ID
	}
	return nil
}

func (w *watcher) line(format string, args ...any) {
	_, _ = fmt.Fprintf(w.Out, format+"\n", args...)
}

// describe shortens a position to what a person reads; any other event is shown as it came.
func describe(f frame) string {
	var p struct {
		User       string    `json:"user_id"`
		RecordedAt time.Time `json:"recorded_at"`
		ReceivedAt time.Time `json:"received_at"`
		Lat, Lon   float64
		Speed      *float64 `json:"speed_mps"`
	}
	if f.Event != "tracking:ubicacion" || json.Unmarshal(f.Data, &p) != nil {
		return string(f.Data)
	}
	text := fmt.Sprintf("%-10s %9.5f %10.5f  %s", p.User, p.Lat, p.Lon, p.RecordedAt.Format("2006-01-02 15:04:05Z"))
	if p.Speed != nil {
		text += fmt.Sprintf("  %3.0f km/h", *p.Speed*3.6)
	}
	if late := p.ReceivedAt.Sub(p.RecordedAt); late > 10*time.Minute {
		text += fmt.Sprintf("  (%v late)", late.Round(time.Minute))
	}
	return text
}
