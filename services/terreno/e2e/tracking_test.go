package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// A company tracks its people in their shifts only. What its worker records outside a shift is on no socket, in no list and in no day,
// the worker's own included, and raises no alert. A start of the shift that arrives late shows what lies in the shift. Another company,
// whose worker has the same id and sends the same, sees everything.
func TestACompanyThatTracksInShiftsOnly(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil, "TERRENO_DEMO=false", "TERRENO_ADMIN_LOGIN=plataforma", "TERRENO_ADMIN_PASSWORD=plataforma-1")
	platform := login(t, w.URL(), "", "plataforma", "plataforma-1")
	tokens, sockets := map[string]string{}, map[string]*socket{}
	do := func(who, method, path string, in, out any, want int) {
		t.Helper()
		if status := call(t, method, w.URL()+path, tokens[who], in, out); status != want {
			t.Fatalf("%s: %s %s: %d, want %d", who, method, path, status, want)
		}
	}
	policy := func(tracking string) map[string]any {
		return map[string]any{"check_in_policy": "note", "check_in_max_m": 200, "close_at": "22:00", "tracking": tracking, "version": 0}
	}
	circle := map[string]any{
		"type": "Feature", "id": "z1", "geometry": map[string]any{"type": "Point", "coordinates": []float64{-74.08, 4.65}},
		"properties": map[string]any{"name": "Centro", "radius_m": 200},
	}
	for _, c := range []string{"norte", "sur"} {
		w.company(t, platform, c)
		tokens[c+"/jefa"], tokens[c+"/juan"] = login(t, w.URL(), c, "1", "contraseña-1"), login(t, w.URL(), c, "2", "contraseña-2")
		do(c+"/jefa", http.MethodPost, "/v1/zones", circle, nil, http.StatusCreated)
		do(c+"/jefa", http.MethodPut, "/v1/zones/z1/users", map[string]any{"users": []string{"juan"}}, nil, http.StatusOK)
	}
	do("norte/juan", http.MethodPut, "/v1/activity-settings", policy("on_shift"), nil, http.StatusForbidden)
	do("norte/jefa", http.MethodPut, "/v1/activity-settings", policy("on_shift"), nil, http.StatusOK)
	do("norte/juan", http.MethodPut, "/v1/activity-settings", policy("always"), nil, http.StatusForbidden)
	for who, token := range tokens {
		sockets[who] = openSocket(t, w.URL(), token)
	}
	fix := func(at string, lat float64) map[string]any {
		return map[string]any{"recorded_at": "2017-03-21T" + at + "Z", "lat": lat, "lon": -74.08, "accuracy_m": 8}
	}
	post := func(c string, fixes ...map[string]any) (hidden int) {
		t.Helper()
		var answer struct{ Accepted, Hidden int }
		do(c+"/juan", http.MethodPost, "/v1/positions", map[string]any{"device_id": "phone", "positions": fixes}, &answer, http.StatusAccepted)
		if answer.Accepted != len(fixes) {
			t.Errorf("%d of %d are accepted", answer.Accepted, len(fixes))
		}
		return answer.Hidden
	}
	// Until all services have heard of the decision; the first position is inside the zone.
	eventually(t, time.Minute, func() (bool, string) {
		return post("norte", fix("23:52:00", 4.65)) == 1, "the phone is not told that a position is hidden"
	})
	out := []map[string]any{fix("23:54:00", 4.66), fix("23:55:00", 4.66), fix("23:56:00", 4.66)}
	if n := post("norte", out...); n != 3 {
		t.Errorf("%d are hidden, want 3", n)
	}
	if n := post("sur", append(out, fix("23:52:00", 4.65))...); n != 0 {
		t.Errorf("%d are hidden in the company that tracks always", n)
	}
	w.reads(t, tokens["sur/jefa"], "23:56:00", 4)
	eventually(t, time.Minute, func() (bool, string) {
		s := sockets["sur/jefa"]
		return len(s.named("alerta:nueva")) == 1 && len(s.users()) == 1, fmt.Sprintf("in sur, alerts %q and positions of %q", s.named("alerta:nueva"), s.users())
	})
	eventually(t, time.Minute, func() (bool, string) {
		n := trackingtest.Count(t, w.db, "id_empresa = 'norte'")
		return n == 4, fmt.Sprintf("%d positions are stored", n)
	})
	w.reads(t, tokens["norte/jefa"], "", 0)
	w.reads(t, tokens["norte/juan"], "", 0)

	do("norte/juan", http.MethodPost, "/v1/shifts/start", map[string]any{"occurred_at": "2017-03-21T23:55:30Z"}, nil, http.StatusOK)
	for _, who := range []string{"norte/jefa", "norte/juan"} {
		w.reads(t, tokens[who], "23:56:00", 1)
		eventually(t, time.Minute, func() (bool, string) {
			at := sockets[who].newest("juan")
			return at == "23:56:00", fmt.Sprintf("%s is sent %q", who, at)
		})
	}
	// A pause belongs to the shift, and what comes after the end does not.
	do("norte/juan", http.MethodPost, "/v1/shifts/pause", map[string]any{"occurred_at": "2017-03-21T23:57:00Z"}, nil, http.StatusOK)
	do("norte/juan", http.MethodPost, "/v1/shifts/end", map[string]any{"occurred_at": "2017-03-21T23:58:30Z"}, nil, http.StatusOK)
	eventually(t, time.Minute, func() (bool, string) {
		return post("norte", fix("23:58:00", 4.65), fix("23:59:00", 4.65)) == 1, "the end of the shift is not known to the service that takes positions"
	})
	for _, who := range []string{"norte/jefa", "norte/juan"} {
		w.reads(t, tokens[who], "23:58:00", 2)
	}
	// Until the gateway has heard of the end too. What it was sent before, it has shown.
	eventually(t, time.Minute, func() (bool, string) {
		late := openSocket(t, w.URL(), tokens["norte/jefa"])
		defer late.close() // A person may have twenty.
		eventually(t, time.Minute, func() (bool, string) { return late.newest("juan") != "", "a new socket is sent nothing" })
		return late.newest("juan") == "23:58:00", "a new socket is sent a position of " + late.newest("juan")
	})
	const after, within = 4.6502, 4.6501
	if n := post("norte", fix("23:59:30", after)); n != 1 {
		t.Errorf("%d are hidden after the end, want 1", n)
	}
	post("norte", fix("23:58:10", within))
	for _, who := range []string{"norte/jefa", "norte/juan"} {
		s := sockets[who]
		eventually(t, time.Minute, func() (bool, string) {
			return slices.Contains(s.latitudes(), within), fmt.Sprintf("%s is sent the latitudes %v", who, s.latitudes())
		})
		if slices.Contains(s.latitudes(), after) || len(s.named("alerta:nueva")) != 0 || len(s.named("alerta:tardia")) != 0 {
			t.Errorf("%s is sent the latitudes %v, alerts %q", who, s.latitudes(), s.named("alerta:nueva"))
		}
	}
	if got := sockets["sur/jefa"].users(); !slices.Equal(got, []string{"juan"}) || sockets["sur/jefa"].newest("juan") != "23:56:00" {
		t.Errorf("sur is sent positions of %q, the newest at %s", got, sockets["sur/jefa"].newest("juan"))
	}
	w.checkNoDeadLetter(t)
}

// newest is the time of day of the newest position of a user that came, in UTC.
func (s *socket) newest(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.positions[user]
	if !ok {
		return ""
	}
	return at.UTC().Format(time.TimeOnly)
}

// reads waits until somebody reads this as Juan's newest position, and then wants so many in his day.
func (w *world) reads(t *testing.T, token, newest string, day int) {
	t.Helper()
	type list struct {
		Positions []struct {
			At time.Time `json:"recorded_at"`
		}
	}
	eventually(t, time.Minute, func() (bool, string) {
		var latest list
		status := call(t, http.MethodGet, w.URL()+"/v1/positions/latest", token, nil, &latest)
		at := ""
		if len(latest.Positions) > 0 {
			at = latest.Positions[0].At.UTC().Format(time.TimeOnly)
		}
		return status == http.StatusOK && at == newest, fmt.Sprintf("%d, the newest position is of %q", status, at)
	})
	var all list
	status := call(t, http.MethodGet, w.URL()+"/v1/users/juan/positions?from=2017-03-21T00:00:00Z&to=2017-03-23T00:00:00Z", token, nil, &all)
	if status != http.StatusOK || len(all.Positions) != day {
		t.Errorf("%d with %d positions of the day, want %d", status, len(all.Positions), day)
	}
}
