package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
)

// activityEvent is what a test reads of an actividad:estado.
type activityEvent struct {
	ID, Tipo, State, Reason string
	UserID                  string `json:"user_id"`
	Retirada                bool
}

func (s *socket) activities(t *testing.T) (words []string) {
	t.Helper()
	for _, data := range s.named("actividad:estado") {
		var e activityEvent
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatal(err)
		}
		word := e.ID + " " + e.State
		if e.Reason != "" {
			word += " " + e.Reason
		}
		if e.Retirada {
			word = e.ID + " retirada"
		}
		words = append(words, word)
	}
	return words
}

// A day of the demo, six hundred times as fast as real time: visits are planned, accepted, done, given to somebody else and
// forgotten, and the day is closed at 22:00. Everybody sees on the socket what is theirs, and nothing else.
func TestADayOfVisitsOnTheSocket(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), []string{"identity", "activity", "gateway"}, "TERRENO_CLOCK_START=2015-06-07T16:00:00-05:00", "TERRENO_CLOCK_SPEED=600")
	tokens, sockets := map[string]string{}, map[string]*socket{}
	for _, user := range []string{"admin", "supervisor1", "campo01", "campo02"} {
		tokens[user] = login(t, w.URL(), "demo", user, "demo")
		sockets[user] = openSocket(t, w.URL(), tokens[user])
	}
	post := func(user, path string, in map[string]any) (version int) {
		t.Helper()
		var out struct{ Version int }
		if status := call(t, http.MethodPost, w.URL()+path, tokens[user], in, &out); status != http.StatusOK && status != http.StatusCreated {
			t.Fatalf("%s %s: %d", user, path, status)
		}
		return out.Version
	}
	post("admin", "/v1/places", map[string]any{"id": "p1", "name": "Panadería", "lat": 30.27, "lon": -97.74})
	for _, id := range []string{"done", "given", "forgotten"} {
		post("supervisor1", "/v1/activities", map[string]any{"id": id, "title": "Visita", "place_id": "p1", "user_id": "campo01", "day": "2015-06-07"})
	}
	post("campo01", "/v1/shifts/start", map[string]any{})
	post("campo01", "/v1/activities/done/accept", map[string]any{})
	post("campo01", "/v1/activities/done/check-in", map[string]any{"lat": 30.27, "lon": -97.74, "accuracy_m": 8})
	post("campo01", "/v1/activities/done/check-out", map[string]any{})
	post("campo01", "/v1/activities/forgotten/check-in", map[string]any{})
	post("supervisor1", "/v1/activities/given/assign", map[string]any{"user_id": "campo02", "version": 1})

	want := map[string][]string{
		"supervisor1": {
			"done pendiente", "done aceptada", "done en_sitio", "done completada", "given pendiente", "given pendiente", "given incompleta cierre",
			"forgotten pendiente", "forgotten en_sitio", "forgotten incompleta cierre", "shift en_curso", "shift terminada",
		},
		"campo01": {
			"done pendiente", "done aceptada", "done en_sitio", "done completada", "given pendiente", "given retirada",
			"forgotten pendiente", "forgotten en_sitio", "forgotten incompleta cierre", "shift en_curso", "shift terminada",
		},
		"campo02": {"given pendiente", "given incompleta cierre"},
	}
	want["admin"] = want["supervisor1"]
	for user, events := range want {
		slices.Sort(events)
		eventually(t, 5*time.Minute, func() (bool, string) {
			got := sockets[user].activities(t)
			for i, word := range got { // The id of a shift is a key that was made up.
				if id, state, _ := strings.Cut(word, " "); !slices.Contains([]string{"done", "given", "forgotten"}, id) {
					got[i] = "shift " + state
				}
			}
			slices.Sort(got)
			return slices.Equal(got, events), fmt.Sprintf("%s received %q, want %q", user, got, events)
		})
	}
}
