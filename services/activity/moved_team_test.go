package activity_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// gone checks that the next event tells somebody that an activity of a user is theirs no longer, and nothing else of it.
func (w *world) gone(t *testing.T, id, user, to string) {
	t.Helper()
	e := w.next(t)
	if e.body["id"] != id || e.body["retirada"] != true || e.body["user_id"] != user || e.sees() != to {
		t.Errorf("%s is not taken from %s, but told to %s: %v", id, to, e.sees(), e.body)
	}
	for _, name := range []string{"title", "state", "place_name", "address", "team_id", "reason", "notes"} {
		if e.body[name] != "" {
			t.Errorf("it tells %s: %v", name, e.body[name])
		}
	}
}

// told checks to whom the next event goes.
func (w *world) told(t *testing.T, id, to string) {
	t.Helper()
	if e := w.next(t); e.body["id"] != id || e.body["retirada"] != false || e.sees() != to {
		t.Errorf("%s is not told to %s, but to %s: %v", id, to, e.sees(), e.body)
	}
}

// A worker who changes team takes its visits along. The next event of each tells the supervisors of the old team, once.
func TestWhoChangesTeamTakesItsVisitsAlong(t *testing.T) {
	t.Parallel()
	w := site(t)
	for _, id := range []string{"acted", "edited", "given", "closed"} {
		w.make(t, job(id))
	}
	w.make(t, job("team", body{"team_id": "norte"})) // given to the team too: it stays with it
	w.user(t, "acme", "ana", audience.RoleColaborador, "{sur}")
	// What is read is right at once, before anything is told.
	if got := ids(t, w.get(t, person("sol"), "/v1/activities"), "activities"); got != "team" {
		t.Errorf("the old team reads %q", got)
	}
	if got := ids(t, w.get(t, person("sur"), "/v1/activities"), "activities"); got != "acted closed edited given team" {
		t.Errorf("the new team reads %q", got)
	}
	w.silent(t)
	w.act(t, person("ana"), "acted", "accept").Is(t, http.StatusOK, "")
	w.gone(t, "acted", "ana", "sol")
	w.told(t, "acted", "boss sur ana")
	w.act(t, person("ana"), "acted", "check-in").Is(t, http.StatusOK, "")
	w.told(t, "acted", "boss sur ana")
	w.put(t, person("boss"), "/v1/activities/edited", body{"title": "Otra", "place_id": "p1", "version": 1}).Is(t, http.StatusOK, "")
	w.gone(t, "edited", "ana", "sol")
	w.told(t, "edited", "boss sur ana")
	w.act(t, person("ana"), "team", "accept").Is(t, http.StatusOK, "")
	w.told(t, "team", "boss sol sur ana")
	// It leaves this team too, and the visit is given to somebody of a third.
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	w.act(t, person("boss"), "given", "assign", w.version(t, "given"), body{"user_id": "solo"}).Is(t, http.StatusOK, "")
	w.gone(t, "given", "ana", "sol ana")
	w.told(t, "given", "boss solo")
	w.act(t, person("ana"), "acted", "check-out").Is(t, http.StatusOK, "")
	w.gone(t, "acted", "ana", "sur")
	w.told(t, "acted", "boss ana")
	w.silent(t)
	w.closed(t, ten)
	told := map[string]string{}
	for range 7 { // Those of one activity are in order.
		e := w.next(t)
		if e.body["retirada"] == true {
			told[e.body["id"].(string)] += "from " + e.sees() + ", "
		} else {
			told[e.body["id"].(string)] += "to " + e.sees()
		}
	}
	for id, want := range map[string]string{"closed": "from sol, to boss ana", "edited": "from sur, to boss ana", "given": "to boss solo", "team": "from sur, to boss sol ana"} {
		if told[id] != want {
			t.Errorf("%s: %q, want %q", id, told[id], want)
		}
	}
	w.silent(t)
}

func TestWhoChangesTeamTakesItsShiftAlong(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", before(60)).Is(t, http.StatusOK, "")
	w.told(t, "s1", "boss sol ana")
	w.user(t, "acme", "ana", audience.RoleColaborador, "{sur}")
	w.shift(t, "ana", "pause", "s2", before(30)).Is(t, http.StatusOK, "")
	w.gone(t, "s1", "ana", "sol")
	w.told(t, "s1", "boss sur ana")
	w.shift(t, "ana", "resume", "s3", before(20)).Is(t, http.StatusOK, "")
	w.told(t, "s1", "boss sur ana")
	// A start that arrives late makes another shift of it, after another change of team.
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.shift(t, "ana", "start", "s0", before(90)).Is(t, http.StatusOK, "")
	told := map[string]string{}
	for range 3 { // Those of one shift are in order.
		e := w.next(t)
		told[e.body["id"].(string)] += fmt.Sprint(e.body["retirada"], " ", e.sees(), ", ")
	}
	if told["s1"] != "true sur, true boss sol ana, " || told["s0"] != "false boss sol ana, " {
		t.Errorf("%v", told)
	}
	w.silent(t)
}

// The old team was told of earlier shifts too. They are all taken from it with the next event, because nobody is told of it later.
func TestWhoChangesTeamTakesEarlierShiftsAlong(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", before(90)).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "end", "e1", before(60)).Is(t, http.StatusOK, "")
	w.told(t, "s1", "boss sol ana")
	w.told(t, "s1", "boss sol ana")
	w.user(t, "acme", "ana", audience.RoleColaborador, "{sur}")
	w.shift(t, "ana", "start", "s2", before(30)).Is(t, http.StatusOK, "")
	told := map[string]string{}
	for range 2 {
		e := w.next(t)
		told[e.body["id"].(string)] += fmt.Sprint(e.body["retirada"], " ", e.sees())
	}
	if told["s1"] != "true sol" || told["s2"] != "false boss sur ana" {
		t.Errorf("%v", told)
	}
	w.silent(t)
}
