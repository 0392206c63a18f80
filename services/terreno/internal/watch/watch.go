// Package watch is `terreno watch`: a small client that logs in, opens the socket and prints each event on one line. When
// the connection breaks, it connects again and resumes from its cursor. It shows what any client has to do, and it uses
// only the public protocol.
package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/terreno/internal/client"
)

// Config names the installation and the user, and where to print.
type Config struct {
	// URL of the installation, such as http://127.0.0.1:8080.
	URL                      string
	Company, Login, Password string
	Out                      io.Writer
	// Pushes is the address of a fake of FCM, and PushesCA the file with its certificate. If they are there, Run shows the pushes that the
	// fake received, and the user has a device there.
	Pushes, PushesCA string
	// Pause before the next attempt to connect; the default is one second.
	Pause time.Duration
}

// ErrRefused means that the installation refused the login. Another attempt would not help.
var ErrRefused = client.ErrRefused

// closeRevoked is the gateway's close code for a user who may not connect again.
const closeRevoked = 4403

// Run prints events until ctx ends; then it returns nil. The error wraps ErrRefused when the login is wrong.
func Run(ctx context.Context, c Config) error {
	w := &watcher{Config: c}
	if w.Pause == 0 {
		w.Pause = time.Second
	}
	if w.Pushes != "" {
		ctx, cancel := context.WithCancel(ctx)
		var shown sync.WaitGroup
		shown.Go(func() { w.showPushes(ctx) })
		defer shown.Wait()
		defer cancel()
	}
	for {
		err := w.session(ctx)
		if ctx.Err() != nil {
			return nil // The caller asked for the end, so the error of the socket does not matter.
		}
		if errors.Is(err, ErrRefused) || websocket.CloseStatus(err) == closeRevoked {
			return fmt.Errorf("watch %s: %w", c.URL, err)
		}
		w.line("connection lost (%v), connecting again", err)
		if !wait.For(ctx, w.Pause) {
			return nil
		}
	}
}

type watcher struct {
	Config
	mu     sync.Mutex // of Out
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
	if w.Pushes != "" {
		w.beDevice(ctx, account)
	}
	socket := "ws" + strings.TrimPrefix(strings.TrimSuffix(w.URL, "/"), "http") + "/ws"
	conn, _, err := websocket.Dial(ctx, socket, &websocket.DialOptions{ //nolint:bodyclose // The library closes it.
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
		// Send it even without a cursor. Otherwise the gateway would wait some seconds for it.
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
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = fmt.Fprintf(w.Out, format+"\n", args...)
}

// describe formats the frequent events for a person. It returns all other events unchanged.
func describe(f frame) string {
	switch {
	case f.Event == "tracking:ubicacion":
		return position(f.Data)
	case strings.HasPrefix(f.Event, "alerta:"):
		return alert(f.Data)
	case f.Event == "actividad:estado":
		return activity(f.Data)
	case f.Event == "chat:mensaje" || f.Event == "chat:editado":
		return message(f.Data)
	case f.Event == "chat:entregado" || f.Event == "chat:leido":
		return receipt(f.Data)
	case strings.HasPrefix(f.Event, "usuario:"):
		return presence(f.Data)
	}
	return string(f.Data)
}

// presence says who came or went, or how many of a list are online.
func presence(data []byte) string {
	var p struct {
		User  string `json:"user_id"`
		Users []struct{ State string }
	}
	if json.Unmarshal(data, &p) != nil {
		return string(data)
	}
	if p.User != "" {
		return p.User
	}
	online := 0
	for _, u := range p.Users {
		if u.State == "online" {
			online++
		}
	}
	return fmt.Sprintf("%d of %d online", online, len(p.Users))
}

func activity(data []byte) string {
	var a struct {
		ID, Tipo, State, Title, Reason string
		Retirada                       bool
		User                           string `json:"user_id"`
		Since                          time.Time
		Place                          string   `json:"place_name"`
		DistanceM                      *float64 `json:"check_in_distance_m"`
		WorkedS                        int      `json:"worked_s"`
	}
	if json.Unmarshal(data, &a) != nil || a.ID == "" {
		return string(data)
	}
	if a.Retirada {
		return fmt.Sprintf("%-10s no longer has %s", a.User, a.ID)
	}
	text := fmt.Sprintf("%-10s %s %s since %s", a.User, a.Tipo, a.State, a.Since.Format(instant))
	if a.Tipo == "jornada" {
		return text + fmt.Sprintf(", %v worked", time.Duration(a.WorkedS)*time.Second)
	}
	if what := strings.Trim(a.Title+", "+a.Place, ", "); what != "" {
		text += ": " + what
	}
	if a.DistanceM != nil {
		text += fmt.Sprintf(" (%.0f m away)", *a.DistanceM)
	}
	if a.Reason != "" {
		text += "; " + a.Reason
	}
	return text + "  " + a.ID
}

func position(data []byte) string {
	var p struct {
		User       string    `json:"user_id"`
		RecordedAt time.Time `json:"recorded_at"`
		ReceivedAt time.Time `json:"received_at"`
		Lat, Lon   float64
		Speed      *float64 `json:"speed_mps"`
	}
	if json.Unmarshal(data, &p) != nil {
		return string(data)
	}
	text := fmt.Sprintf("%-10s %9.5f %10.5f  %s", p.User, p.Lat, p.Lon, p.RecordedAt.Format(instant))
	if p.Speed != nil {
		text += fmt.Sprintf("  %3.0f km/h", *p.Speed*3.6)
	}
	if late := p.ReceivedAt.Sub(p.RecordedAt); late > 10*time.Minute {
		text += fmt.Sprintf("  (%v late)", late.Round(time.Minute))
	}
	return text
}

const instant = "2006-01-02 15:04:05Z"
