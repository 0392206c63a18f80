package gateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
)

// untilPosition reads positions until a user's position has this latitude. It fails when the user's positions go back in
// time.
func (c *client) untilPosition(t testing.TB, user string, second int) {
	t.Helper()
	last := -1
	for {
		f := c.until(t, "tracking:ubicacion")
		var p struct {
			User string `json:"user_id"`
			Lat  int
		}
		if err := json.Unmarshal(f.Data, &p); err != nil {
			t.Fatal(err)
		}
		if p.User != user {
			continue
		}
		if p.Lat <= last {
			t.Errorf("%s went from %d to %d", user, last, p.Lat)
		}
		if last = p.Lat; last == second {
			return
		}
	}
}

func TestPositionsReachWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	acme, beta := everyone(t, w, g, "acme"), everyone(t, w, g, "beta")
	w.heard(t, "acme", acme["boss"])
	w.heard(t, "beta", beta["boss"])
	w.upload(t, "acme", "u1", 10, "north")
	w.upload(t, "beta", "u1", 20, "north")
	for _, user := range []string{"boss", "sup", "u1"} {
		acme[user].expect(t, "tracking:ubicacion u1@10")
		beta[user].expect(t, "tracking:ubicacion u1@20")
	}
	mark := audience.Audience{Users: []string{"u2"}}
	w.event(t, "acme", "alerta", "mark", mark)
	acme["u2"].expect(t, "alerta:nueva mark")
}

func TestAnOlderPositionIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.heard(t, "acme", c)
	for _, second := range []int{10, 30, 20, 30, 25, 40} {
		w.upload(t, "acme", "u1", second)
	}
	c.untilPosition(t, "u1", 40)
	if got := g.count(t, "gateway_positions_coalesced_total"); got < 3 {
		t.Errorf("coalesced %d, want at least the 3 that were not newer", got)
	}
}

func TestAnUploadWithoutALiveFixSaysNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.heard(t, "acme", c)
	w.publish(t, "acme", "tracking", "ubicacion", "u1", nil, []byte("old fixes"))
	broken := map[string][]string{audience.DataHeader: {`{"lat":`}, audience.RolesHeader: {"admin"}}
	if err := audience.SetNewest(broken, "u1", noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.publish(t, "acme", "tracking", "ubicacion", "u1", broken, nil)
	w.upload(t, "acme", "u1", 5)
	c.expect(t, "tracking:ubicacion u1@5")
}

// TestAFirstPictureComesFromTheDatabase: it has only positions of the company, and only of users whom the viewer may see.
// A client cannot tell a stored position from a live one.
func TestAFirstPictureComesFromTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	for _, tenant := range []string{"acme", "beta"} {
		for i, user := range []string{"u1", "u2", "boss"} {
			w.store(t, tenant, user, 10*len(tenant[:1])+i+map[string]int{"acme": 0, "beta": 100}[tenant])
		}
	}
	want := map[string][]string{
		"boss": {"boss@12", "u1@10", "u2@11"}, "sup": {"u1@10"}, "u1": {"u1@10"}, "u2": {"u2@11"},
	}
	for user, positions := range want {
		for range 2 { // first from the database, then from the room, which is open by then
			c := connect(t, g.URL, bearer(w.token(t, "acme/"+user)).from(""))
			var got []string
			for range positions {
				got = append(got, c.until(t, "tracking:ubicacion").name())
			}
			slices.Sort(got)
			if !slices.Equal(got, positions) {
				t.Errorf("%s sees %v, want %v", user, got, positions)
			}
		}
	}
	c := connect(t, g.URL, bearer(w.token(t, "beta/sup")).from(""))
	c.expect(t, "tracking:ubicacion u1@110")
}

func TestPositionFramesDoNotMoveTheCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// A latido would move the cursor, too, and so would the end of the time for a resume.
	g := w.gateway(t, func(s *settings) { s.Heartbeat, s.ResumeGrace = time.Hour, time.Hour })
	c := connect(t, g.URL, bearer(w.token(t, "acme/u1")).from(""))
	w.heard(t, "acme", c)
	began := c.cursor
	w.event(t, "acme", "alerta", "unseen", admins)
	boss := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(began))
	boss.expect(t, "alerta:nueva unseen")
	w.upload(t, "acme", "u1", 1)
	if f := c.until(t, "tracking:ubicacion"); f.ID != began {
		t.Errorf("the position carries %q, the client is at %q", f.ID, began)
	}
	undecided := connect(t, g.URL, bearer(w.token(t, "acme/u1")))
	if f := undecided.until(t, "tracking:ubicacion"); f.ID != "" {
		t.Errorf("before the client said where it resumes: %q", f.ID)
	}
}

// TestWhatTheLinkLostIsReadFromTheDatabase: core NATS loses the positions that are published while the gateway's link is
// cut.
func TestWhatTheLinkLostIsReadFromTheDatabase(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t, natstest.WithTCP())
	w := newWorldOn(t, nats)
	proxy := natstest.NewProxy(t, nats.Addr())
	g := w.gateway(t, func(s *settings) { s.bus = nats.BusAt(t, "gateway", proxy.Addr()) })
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.heard(t, "acme", c)
	w.upload(t, "acme", "u1", 1)
	c.expect(t, "tracking:ubicacion u1@1")
	proxy.Down()
	for second := 2; second < 5; second++ {
		w.upload(t, "acme", "u1", second)
	}
	w.event(t, "acme", "alerta", "a1", admins)
	w.store(t, "acme", "u1", 4)
	proxy.Up()
	var got []string
	for len(got) < 2 {
		if f := c.next(t); f.Event != "latido" {
			got = append(got, f.name())
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"a1", "u1@4"}) {
		t.Errorf("after the cut %v", got)
	}
}

// TestACompanyIsHeardWhileASocketIsOpen: the subscription begins and ends with the room, a little after the last socket.
func TestACompanyIsHeardWhileASocketIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.Linger = 0 })
	first := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	second := connect(t, g.URL, bearer(w.token(t, "acme/u1")))
	other := connect(t, g.URL, bearer(w.token(t, "beta/u1")))
	w.heard(t, "acme", first)
	w.heard(t, "beta", other)
	// NATS says at once that nobody listens. From who listens, no answer comes.
	listens := func(tenant string) error {
		_, err := w.publisher.Conn().Request(tenant+".tracking.ubicacion.nobody", nil, 100*time.Millisecond)
		if errors.Is(err, nats.ErrNoResponders) {
			return nil
		}
		return fmt.Errorf("somebody listens to %s: %w", tenant, err)
	}
	gone := func(tenant string) {
		t.Helper()
		eventually(t, "the subscription is gone", func() error { return listens(tenant) })
	}
	_ = other.CloseNow()
	gone("beta")
	if listens("acme") == nil {
		t.Error("nobody listens to a company with sockets")
	}
	_ = first.CloseNow()
	w.heard(t, "acme", second)
	_ = second.CloseNow()
	gone("acme")
}
