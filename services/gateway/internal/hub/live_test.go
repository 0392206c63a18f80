package hub_test

import (
	"testing"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

var typing = &protocol.Event{Name: "chat:escribiendo", Data: []byte(`"ana"`)}

// A live event has no cursor. It goes to the attached sockets of its audience, and nobody gets it later.
func TestALiveEventReachesWhoIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/ana", audience.RoleColaborador, "north")
	w.user("acme/leo", audience.RoleColaborador, "south")
	w.user("beta/ana", audience.RoleColaborador, "north")
	ana, leo, other := w.socket(t, "acme/ana"), w.socket(t, "acme/leo"), w.socket(t, "beta/ana")
	late := w.member("acme/ana")
	if _, err := w.Join(late, greeting); err != nil {
		t.Fatal(err)
	}
	before := w.Frontier().String()
	if left := w.Live("acme", audience.Audience{Members: []string{"north"}}, typing); left != 0 {
		t.Errorf("%d sockets did not get it", left)
	}
	w.Attach(late)
	late.Queue.Uncork(nil)
	items := take(t, ana)
	if len(items) != 1 || items[0].ID != "" || items[0].Repeat || items[0].Kind != len(newWorldStreams())+2 || w.Frontier().String() != before {
		t.Errorf("got %+v", items)
	}
	expect(t, leo)
	expect(t, other)
	expect(t, late)
	w.Live("acme", audience.Audience{}, typing)
	expect(t, ana)
}

// A socket that lags does not get live events, and stays open.
func TestALiveEventIsNotForWhoLags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/ana", audience.RoleColaborador)
	m := w.member("acme/ana")
	m.Queue = queue.New(1000)
	if _, err := w.Join(m, greeting); err != nil {
		t.Fatal(err)
	}
	to := audience.Audience{Users: []string{"ana"}}
	w.Attach(m)
	if left := w.Live("acme", to, typing); left != 1 {
		t.Errorf("a socket that is being resumed got it: %d left out", left)
	}
	m.Queue.Uncork(nil)
	left := 0
	for range 100 {
		left += w.Live("acme", to, typing)
	}
	if n := len(take(t, m)); n+left != 100 || n == 0 || n > 8 {
		t.Errorf("%d queued, %d left out", n, left)
	}
}

func TestACompanyWithoutSocketsNeedNoLiveEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/ana", audience.RoleColaborador)
	m := w.socket(t, "acme/ana")
	if !w.Occupied("acme") || w.Occupied("beta") {
		t.Error("only acme has a socket")
	}
	w.Leave(m)
	if w.Occupied("acme") {
		t.Error("the last socket has left, and the room is occupied")
	}
	if left := w.Live("beta", audience.Audience{Users: []string{"ana"}}, typing); left != 0 {
		t.Errorf("%d sockets of a company without any", left)
	}
}
