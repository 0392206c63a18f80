package watch_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/terreno/internal/watch"
)

// installation is a fake installation with a login and a socket. Each connection to the socket runs the next of the
// sessions.
func installation(t *testing.T, sessions ...func(ctx context.Context, c *websocket.Conn)) *httptest.Server {
	t.Helper()
	var next atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/login", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Company, Login, Password string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Password != "demo" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"code":"login_failed","detail":"That login and password do not go together."}`)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"t-`+in.Login+`"}`)
	})
	mux.HandleFunc("PUT /v1/push-tokens/{token}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("token") != "terreno-watch.demo.admin" || r.Header.Get("Authorization") != "Bearer t-admin" {
			t.Errorf("a device %s of %s", r.PathValue("token"), r.Header.Get("Authorization"))
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t-admin" {
			t.Errorf("authorization %q", r.Header.Get("Authorization"))
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.CloseNow() }()
		if i := int(next.Add(1)) - 1; i < len(sessions) {
			sessions[i](r.Context(), c)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

type lines struct {
	mu   sync.Mutex
	text strings.Builder
	seen chan string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	select {
	case l.seen <- string(p):
	default:
	}
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func send(ctx context.Context, t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		t.Error(err)
	}
}

func TestWatchResumesFromItsCursor(t *testing.T) {
	t.Parallel()
	resumed := make(chan string, 1)
	srv := installation(t,
		func(ctx context.Context, c *websocket.Conn) {
			send(ctx, t, c, `{"event":"listo","data":{"cursor":"c1"}}`)
			_, text, err := c.Read(ctx)
			if want := `{"data":{"desde":""},"event":"reanudar"}`; err != nil || string(text) != want {
				t.Errorf("the first frame is %s, %v, want %s", text, err, want)
			}
			send(ctx, t, c, `{"event":"tracking:ubicacion","data":{"user_id":"campo07","lat":30.26,"lon":-97.74,"speed_mps":10,"recorded_at":"2015-06-07T15:00:00Z","received_at":"2015-06-07T15:42:00Z"},"id":"c1"}`)
			send(ctx, t, c, `{"event":"alerta:nueva","data":{"id":"a0","type":"outside_zone","user_id":"campo09","started_at":"2015-06-07T15:00:00Z","distance_m":892.6,"zones":["centro","sur"]},"id":"c1"}`)
			send(ctx, t, c, `{"event":"alerta:actualizada","data":{"id":"a0","type":"outside_zone","user_id":"campo09","started_at":"2015-06-07T15:00:00Z","distance_m":892.6,"zones":["centro"],"ended_at":"2015-06-07T15:03:59Z","end_reason":"zones_changed","status":"reconocida"},"id":"c1"}`)
			send(ctx, t, c, `{"event":"actividad:estado","data":{"id":"v1","tipo":"visita","user_id":"campo07","state":"en_sitio","since":"2015-06-07T15:00:00Z","title":"Entrega","place_name":"Panadería","check_in_distance_m":31.7},"id":"c1"}`)
			send(ctx, t, c, `{"event":"actividad:estado","data":{"id":"v1","tipo":"visita","user_id":"campo07","retirada":true},"id":"c1"}`)
			send(ctx, t, c, `{"event":"actividad:estado","data":{"id":"s1","tipo":"jornada","user_id":"campo08","state":"terminada","since":"2015-06-07T22:00:00Z","worked_s":28800},"id":"c1"}`)
			send(ctx, t, c, `{"event":"alerta:nueva","data":{"id":"a1"},"id":"c2"}`)
			_ = c.Close(1012, "restart")
		},
		func(ctx context.Context, c *websocket.Conn) {
			send(ctx, t, c, `{"event":"listo","data":{"cursor":"c9"}}`)
			_, text, err := c.Read(ctx)
			if err != nil {
				t.Error(err)
			}
			resumed <- string(text)
			_, _, _ = c.Read(ctx)
		})
	out := &lines{seen: make(chan string, 64)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- watch.Run(ctx, watch.Config{
			URL: srv.URL, Company: "demo", Login: "admin", Password: "demo", Out: out, Pause: time.Millisecond,
		})
	}()
	if got, want := <-resumed, `{"data":{"desde":"c2"},"event":"reanudar"}`; got != want {
		t.Errorf("resumed with %s, want %s", got, want)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run ended with %v", err)
	}
	for _, want := range []string{
		"connected as admin of demo", "campo07", "36 km/h", "(42m0s late)", `alerta:nueva           {"id":"a1"}`,
		"alerta:nueva           campo09    outside centro, sur since 2015-06-07 15:00:00Z, 893 m  a0\n",
		"campo07    visita en_sitio since 2015-06-07 15:00:00Z: Entrega, Panadería (32 m away)  v1\n", "campo07    no longer has v1\n",
		"campo08    jornada terminada since 2015-06-07 22:00:00Z, 8h0m0s worked\n",
		"outside centro since 2015-06-07 15:00:00Z, 893 m; zones changed after 3m59s; reconocida  a0\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output does not contain %q:\n%s", want, out.String())
		}
	}
}

func TestWatchStopsWhenAnotherAttemptIsUseless(t *testing.T) {
	t.Parallel()
	srv := installation(t, func(_ context.Context, c *websocket.Conn) { _ = c.Close(4403, "revoked") })
	wrong := watch.Config{URL: srv.URL, Company: "demo", Login: "admin", Password: "guess", Out: io.Discard}
	if err := watch.Run(t.Context(), wrong); !errors.Is(err, watch.ErrRefused) || !strings.Contains(err.Error(), "do not go together") {
		t.Errorf("wrong password: %v", err)
	}
	revoked := wrong
	revoked.Password = "demo"
	if err := watch.Run(t.Context(), revoked); websocket.CloseStatus(err) != 4403 {
		t.Errorf("revoked: %v", err)
	}
}
