package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/pkg/pgtest"
)

// A worker calls for help over the socket of its phone. The admin's socket hears it, says that it has shown it and that somebody goes there,
// and the worker's socket hears both. A repetition under the same key is the same call.
func TestACallForHelpOverTheSocket(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil, "TERRENO_DEMO_PHONES=false")
	admin, worker := login(t, w.URL(), "demo", "admin", "demo"), login(t, w.URL(), "demo", "campo01", "demo")
	office, phone := openSocket(t, w.URL(), admin), openSocket(t, w.URL(), worker)
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(w.URL(), "http", "ws", 1)+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + worker}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	id := cry(t, conn, `{"key":"k1","lat":4.6,"lon":-74.08,"note":"ayuda"}`)
	hears(t, office, "alerta:nueva", `"id":"`+id+`"`)
	hears(t, office, "alerta:actualizada", `"escalation_step":1`)
	if again := cry(t, conn, `{"key":"k1"}`); again != id {
		t.Errorf("a repetition is %q", again)
	}
	for _, do := range []struct{ path, by string }{{"received", "delivered_to"}, {"en-route", "en_route_by"}} {
		if status := call(t, http.MethodPost, w.URL()+"/v1/alerts/"+id+"/"+do.path, admin, map[string]string{}, nil); status != http.StatusOK {
			t.Errorf("%s: %d", do.path, status)
		}
		hears(t, phone, "alerta:actualizada", `"`+do.by+`":"admin"`)
	}
	w.checkNoDeadLetter(t)
}

// cry calls for help over a socket and returns the id of the alert. The notifier has 200 ms to see whether people are told; where a busy
// machine needs longer, the phone calls again under the same key, until they are.
func cry(t *testing.T, conn *websocket.Conn, data string) (id string) {
	t.Helper()
	within, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		if err := conn.Write(within, websocket.MessageText, []byte(`{"event":"alerta:panico","id":"f1","data":`+data+`}`)); err != nil {
			t.Fatal(err)
		}
		again, escalation := answered(within, t, conn)
		if id != "" && again != id {
			t.Fatalf("called again, it is %s, and was %s", again, id)
		}
		if id = again; escalation == "running" {
			return id
		}
	}
}

// answered reads the answer to a call for help.
func answered(ctx context.Context, t *testing.T, conn *websocket.Conn) (id, escalation string) {
	t.Helper()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Event string
			Data  struct {
				Ref    string
				Status int
				Data   struct{ ID, Escalation string }
			}
		}
		if json.Unmarshal(text, &f) != nil || f.Event != "alerta:panico:ok" && f.Event != "error" {
			continue
		}
		if f.Data.Ref != "f1" || f.Data.Status != http.StatusCreated || f.Data.Data.ID == "" {
			t.Fatalf("answer %s", text)
		}
		return f.Data.Data.ID, f.Data.Data.Escalation
	}
}

// hears waits until a socket has heard an event whose data holds a text.
func hears(t *testing.T, s *socket, event, text string) {
	t.Helper()
	eventually(t, time.Minute, func() (bool, string) {
		all := s.named(event)
		for _, data := range all {
			if strings.Contains(data, text) {
				return true, ""
			}
		}
		return false, fmt.Sprintf("%d %s, none with %s", len(all), event, text)
	})
}
