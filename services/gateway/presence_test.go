package gateway_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/audience"
)

// quick makes presence fast: a gateway that is dead for six seconds is dropped, and a person is offline after half a second.
func quick(s *settings) { s.PresenceDigest, s.PresenceGrace = 2*time.Second, 500*time.Millisecond }

// watcher is a client that reads only what is about presence, and keeps what it was told.
type watcher struct {
	*client
	who string
	// states and seen are by user; changes are the single events, such as `u1 online`.
	states, seen map[string]string
	changes      []string
	lists        int
	// unsure means that a list said unknown of somebody, so that another one follows.
	unsure bool
	// named are all users of whom it ever heard.
	named map[string]bool
}

func (w *world) watch(t *testing.T, g *instance, who string) *watcher {
	t.Helper()
	c := dial(t, g.URL, bearer(w.token(t, who)).from(""))
	return &watcher{client: c, who: who, states: map[string]string{}, seen: map[string]string{}, named: map[string]bool{}}
}

// hear reads one frame.
func (w *watcher) hear(t *testing.T) {
	t.Helper()
	f, err := w.readAny(t)
	if err != nil {
		t.Fatalf("%s: %v", w.who, err)
	}
	if strings.HasPrefix(f.Event, "usuario:") && f.ID != "" {
		t.Errorf("%s: %s has a cursor", w.who, f.Event)
	}
	switch f.Event {
	case "usuario:presencia":
		var list struct {
			Users []struct {
				User  string `json:"user_id"`
				State string
				Seen  string `json:"last_seen"`
			}
			Complete bool `json:"completo"`
		}
		if err := json.Unmarshal(f.Data, &list); err != nil || len(list.Users) > 500 {
			t.Fatalf("%s: %d users, %v", w.who, len(list.Users), err)
		}
		for _, u := range list.Users {
			w.states[u.User], w.seen[u.User], w.named[u.User] = u.State, u.Seen, true
			w.unsure = w.unsure || u.State == "unknown"
		}
		if list.Complete {
			w.lists++
		}
	case "usuario:online", "usuario:offline":
		var change struct {
			User string `json:"user_id"`
			Seen string `json:"last_seen"`
			At   time.Time
		}
		if err := json.Unmarshal(f.Data, &change); err != nil || change.At.IsZero() {
			t.Fatalf("%s: %s, %v", w.who, f.Data, err)
		}
		state := strings.TrimPrefix(f.Event, "usuario:")
		// The list may have said it before its news came. That the reader itself is connected comes with the first list or after it.
		if w.states[change.User] != state && !strings.HasSuffix(w.who, "/"+change.User) {
			w.changes = append(w.changes, change.User+" "+state)
		}
		w.states[change.User], w.seen[change.User], w.named[change.User] = state, change.Seen, true
	}
}

// until reads until these users have these states, such as `u1 online`.
func (w *watcher) until(t *testing.T, want ...string) {
	t.Helper()
	missing := func() bool {
		return slices.ContainsFunc(want, func(s string) bool {
			user, state, _ := strings.Cut(s, " ")
			return w.states[user] != state
		})
	}
	for deadline := time.Now().Add(patience); missing(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s knows %v, want %v", w.who, w.states, want)
		}
		w.hear(t)
	}
}

// told compares the single events since the last call.
func (w *watcher) told(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(w.changes, want) {
		t.Errorf("%s was told %v, want %v", w.who, w.changes, want)
	}
	w.changes = nil
}

// certain waits until a gateway knows some others, and all of them.
func (i *instance) certain(t *testing.T, others int) {
	t.Helper()
	eventually(t, "the gateway knows the others", func() error {
		if n := i.count(t, "gateway_presence_gateways"); n != others || i.count(t, "gateway_presence_certain") != 1 {
			return fmt.Errorf("it knows %d others", n)
		}
		return nil
	})
}

// TestPresenceIsToldToWhoMaySeeThePerson, over two gateways, and to nobody else.
func TestPresenceIsToldToWhoMaySeeThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.gateway(t, quick), w.gateway(t, quick)
	a.certain(t, 1)
	b.certain(t, 1)
	boss, sup := w.watch(t, a, "acme/boss"), w.watch(t, b, "acme/sup")
	boss.until(t, "boss online", "sup online", "u1 offline", "u2 offline")
	boss.changes = nil // whether sup came before the list or after it
	sup.until(t, "sup online", "u1 offline")
	sup.changes = nil
	other, phone := w.watch(t, b, "beta/boss"), w.watch(t, a, "acme/u1")
	other.until(t, "boss online", "sup offline", "u1 offline", "u2 offline")
	other.changes = nil
	phone.until(t, "u1 online")
	boss.until(t, "u1 online")
	sup.until(t, "u1 online")
	u2 := w.watch(t, b, "acme/u2")
	boss.until(t, "u2 online")
	_ = u2.CloseNow()
	boss.until(t, "u2 offline")
	if boss.seen["u2"] != "2026-03-08T12:59:00Z" { // the grace before one o'clock, where the clock stands still
		t.Errorf("u2 was last seen %q", boss.seen["u2"])
	}
	boss.told(t, "u1 online", "u2 online", "u2 offline")
	// The current directory decides: u1 leaves the team, and u2 comes to it. Who sees u2 no longer sees u1.
	w.tellUser(t, "acme", directory.User{ID: "u1", Role: audience.RoleColaborador, Teams: []string{"south"}})
	w.tellUser(t, "acme", directory.User{ID: "u2", Role: audience.RoleColaborador, Teams: []string{"north"}})
	sup.until(t, "u2 offline")
	if sup.seen["u2"] == "" {
		t.Error("the list of a supervisor lacks when u2 was seen")
	}
	_ = phone.CloseNow()
	boss.until(t, "u1 offline")
	w.watch(t, a, "acme/u2")
	sup.until(t, "u2 online")
	// That u2 is offline, the list of the changed team says; the news of it may come to the other gateway after that change, too.
	sup.changes = slices.DeleteFunc(sup.changes, func(s string) bool { return s == "u2 offline" })
	sup.told(t, "u1 online", "u2 online")
	w.watch(t, a, "beta/u1")
	other.until(t, "u1 online")
	other.told(t, "u1 online")
	for _, c := range []struct {
		*watcher
		want []string
	}{{boss, []string{"boss", "sup", "u1", "u2"}}, {sup, []string{"sup", "u1", "u2"}}, {other, []string{"boss", "sup", "u1", "u2"}}} {
		if named := slices.Sorted(maps.Keys(c.named)); !slices.Equal(named, c.want) {
			t.Errorf("%s heard of %v", c.who, named)
		}
	}
	if !maps.Equal(phone.named, map[string]bool{"u1": true}) || phone.changes != nil || phone.lists != 1 {
		t.Errorf("a phone heard of %v: %v", phone.named, phone.changes)
	}
}

// TestAFlapOverTwoGatewaysIsNotTold: a phone that comes back elsewhere was never away.
func TestAFlapOverTwoGatewaysIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slow := func(s *settings) { s.PresenceDigest, s.PresenceGrace = 2*time.Second, 20*time.Second }
	a, b := w.gateway(t, slow), w.gateway(t, slow)
	a.certain(t, 1)
	b.certain(t, 1)
	boss := w.watch(t, a, "acme/boss")
	boss.until(t, "u1 offline")
	phone := w.watch(t, a, "acme/u1")
	boss.until(t, "u1 online")
	for _, g := range []*instance{b, a, b, b} {
		_ = phone.CloseNow()
		phone = w.watch(t, g, "acme/u1")
		phone.until(t, "u1 online")
	}
	w.watch(t, b, "acme/u2")
	boss.until(t, "u2 online")
	boss.told(t, "u1 online", "u2 online")
}

// TestADrainingGatewaySaysGoodbye: its people are offline after the grace, and nobody waits for its lease.
func TestADrainingGatewaySaysGoodbye(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.gateway(t, quick), w.gateway(t, quick)
	a.certain(t, 1)
	boss := w.watch(t, a, "acme/boss")
	w.watch(t, b, "acme/u1")
	boss.until(t, "u1 online")
	b.stop()
	boss.until(t, "u1 offline")
	if n := a.count(t, "gateway_presence_lost_gateways_total"); n != 0 {
		t.Errorf("%d gateways were lost", n)
	}
	a.certain(t, 0)
	if n := pgtest.Count(t, w.admin, `gateway.last_seen WHERE id_empresa = 'acme' AND user_id = 'u1' AND at = '2026-03-08T13:00:00Z'`); n != 1 {
		t.Errorf("%d rows say when u1 was last seen", n)
	}
}

// TestADeployIsNotTold: a phone that goes to another gateway when its own drains was never away.
func TestADeployIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	slow := func(s *settings) {
		s.PresenceDigest, s.PresenceGrace, s.DrainSpread = 2*time.Second, 10*time.Second, time.Second
	}
	a, b := w.gateway(t, slow), w.gateway(t, slow)
	a.certain(t, 1)
	b.certain(t, 1)
	boss := w.watch(t, a, "acme/boss")
	boss.until(t, "u1 offline", "u2 offline")
	stays := w.watch(t, b, "acme/u1")
	w.watch(t, b, "acme/u2") // and goes
	boss.until(t, "u1 online", "u2 online")
	boss.changes = nil
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		b.stop()
	}()
	for err := error(nil); err == nil; {
		_, err = stays.readAny(t)
	}
	w.watch(t, a, "acme/u1").until(t, "u1 online")
	<-stopped
	boss.until(t, "u2 offline")
	boss.told(t, "u2 offline")
}

// TestAGatewayThatIsCutOff: the others drop it after its lease, and it says unknown of whom only they could know; when it comes back,
// everybody knows the truth and nothing false was told.
func TestAGatewayThatIsCutOff(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t, natstest.WithTCP())
	w := newWorldOn(t, nats)
	link := natstest.NewProxy(t, nats.Addr())
	a, b := w.gateway(t, quick), w.gateway(t, quick)
	c := w.gateway(t, func(s *settings) {
		quick(s)
		s.bus = nats.BusAt(t, "gateway", link.Addr())
	})
	for _, g := range []*instance{a, b, c} {
		g.certain(t, 2)
	}
	boss := w.watch(t, a, "acme/boss")
	inside := w.watch(t, c, "acme/sup")
	inside.until(t, "u1 offline")
	w.watch(t, b, "acme/u2")
	phone := w.watch(t, c, "acme/u1")
	boss.until(t, "u1 online", "u2 online", "sup online")
	inside.until(t, "u1 online")
	link.Down()
	boss.until(t, "u1 offline", "sup offline")
	eventually(t, "the loss is counted", func() error {
		if a.count(t, "gateway_presence_lost_gateways_total") != 1 {
			return errNotYet
		}
		return nil
	})
	late := w.watch(t, c, "acme/boss")
	late.until(t, "boss online", "u1 online", "sup online", "u2 unknown")
	// Another device of u2 comes to the gateway that cannot know of the first one.
	second := w.watch(t, c, "acme/u2")
	late.until(t, "u2 online")
	_ = second.CloseNow()
	_ = phone.CloseNow()
	link.Up()
	late.until(t, "u2 online", "u1 offline")
	boss.until(t, "sup online")
	inside.until(t, "u1 offline")
	slices.Sort(inside.changes)
	inside.told(t, "u1 offline", "u1 online")
	// These two its lists may have said before their news came.
	late.changes = slices.DeleteFunc(late.changes, func(s string) bool { return s == "boss online" || s == "u1 offline" })
	late.told(t, "u2 online")
	for _, g := range []*instance{a, b, c} {
		g.certain(t, 2)
	}
}

// TestAMinorityKnowsNothing: one of three servers goes on alone. A gateway there does not say that people of another one are offline.
func TestAMinorityKnowsNothing(t *testing.T) {
	t.Parallel()
	nats := natstest.StartCluster(t)
	w := newWorldOn(t, nats)
	at := func(server int) func(*settings) {
		return func(s *settings) {
			quick(s)
			s.PresenceDigest = 3 * time.Second
			s.bus = nats.BusAt(t, "gateway", nats.Addr(server))
		}
	}
	a, b := w.gateway(t, at(0)), w.gateway(t, at(1))
	a.certain(t, 1)
	b.certain(t, 1)
	boss := w.watch(t, a, "acme/boss")
	w.watch(t, b, "acme/u1")
	boss.until(t, "u1 online", "u2 offline")
	nats.Stop(1)
	nats.Stop(2)
	eventually(t, "the minority notices", func() error {
		if a.count(t, "gateway_presence_certain") != 0 {
			return errNotYet
		}
		return nil
	})
	late := w.watch(t, a, "acme/boss")
	late.until(t, "boss online", "u2 unknown")
	// The lease of the other ends, and two more: a gives three signs of life a second.
	before := a.count(t, "gateway_presence_messages_total")
	eventually(t, "three leases pass", func() error {
		if a.count(t, "gateway_presence_messages_total") < before+90 {
			return errNotYet
		}
		return nil
	})
	w.watch(t, a, "acme/u2")
	boss.until(t, "u2 online")
	last := w.watch(t, a, "acme/sup")
	last.until(t, "sup online", "u1 unknown")
	nats.Restart(t, 1)
	nats.Restart(t, 2)
	last.until(t, "u1 online")
	for _, who := range []*watcher{boss, late, last} {
		who.until(t, "u1 online", "sup online")
		if slices.Contains(who.changes, "u1 offline") {
			t.Errorf("%s was told %v", who.who, who.changes)
		}
	}
}

// TestInvisibleOutsideShifts: with on_shift a person is hidden outside shifts, is told of within them, and nothing is told in between.
func TestInvisibleOutsideShifts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.gateway(t, quick), w.gateway(t, quick)
	a.certain(t, 1)
	b.certain(t, 1)
	boss := w.watch(t, a, "acme/boss")
	other := w.watch(t, b, "beta/boss")
	boss.until(t, "u1 offline")
	w.watch(t, b, "acme/u1")
	boss.until(t, "u1 online", "sup offline")
	// Set on one gateway, it holds on the other too.
	w.put(t, b, "acme/boss", "/v1/presence-settings", map[string]any{"presence": "on_shift", "version": 0}).Is(t, 200, "")
	boss.until(t, "u1 hidden", "sup hidden", "boss hidden")
	boss.told(t, "u1 online")
	work := &shiftstest.Activity{Admin: w.admin, Bus: w.publisher}
	work.Shift(t, "acme", "u1", "s1", noon, time.Time{})
	boss.until(t, "u1 online")
	w.watch(t, b, "acme/u2")
	sup := w.watch(t, b, "acme/sup")
	sup.until(t, "u1 online", "sup hidden")
	// Of whom it hears later than of their shifts, it would tell as of somebody who came.
	eventually(t, "the first gateway has heard of all five", func() error {
		if n := a.count(t, "gateway_presence_users"); n != 5 {
			return fmt.Errorf("it knows %d", n)
		}
		return nil
	})
	// The phone of u2 is a minute ahead. When u1 is hidden, the news of that shift has come too.
	soon := a.clock.Now().Add(time.Minute)
	work.Shift(t, "acme", "u2", "s2", soon, soon.Add(time.Minute))
	work.Correct(t, "acme", "u1", "s1", noon, noon.Add(time.Minute))
	boss.until(t, "u1 hidden")
	sup.until(t, "u1 hidden")
	if boss.seen["u1"] != "" {
		t.Errorf("hidden, but last seen %s", boss.seen["u1"])
	}
	a2 := w.get(t, a, "acme/boss", "/v1/presence").Is(t, 200, "")
	if strings.Contains(a2.Text, "last_seen") || strings.Contains(a2.Text, "since") || strings.Count(a2.Text, `"hidden"`) != 4 {
		t.Errorf("the list says %s", a2.Text)
	}
	a.clock.Advance(time.Minute)
	boss.until(t, "u2 online")
	a.clock.Advance(time.Minute)
	boss.until(t, "u2 hidden")
	w.put(t, a, "acme/boss", "/v1/presence-settings", map[string]any{"presence": "always", "version": 1}).Is(t, 200, "")
	boss.until(t, "u1 online", "u2 online", "sup online")
	boss.told(t)
	if other.states["u1"] == "hidden" || w.get(t, a, "beta/boss", "/v1/presence-settings").Body["presence"] != "always" {
		t.Errorf("another company's people are %v", other.states)
	}
}

// TestALargeCompanyComesInParts, and a reader that is slow is not closed for it.
func TestALargeCompanyComesInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role, version) SELECT 'acme', 'many' || n, 'x', 'colaborador', 100000 + n FROM generate_series(1, 4000) n`)
	w.exec(t, `INSERT INTO gateway.last_seen (id_empresa, user_id, at) SELECT 'acme', 'many' || n, '2026-03-01T10:00:00Z' FROM generate_series(1, 4000) n`)
	g := w.gateway(t, func(s *settings) {
		quick(s)
		s.QueueBytes = 128 << 10
	})
	g.certain(t, 0)
	boss := w.watch(t, g, "acme/boss")
	boss.until(t, "many1 offline", "many4000 offline", "u2 offline", "boss online")
	if len(boss.states) != 4004 || boss.lists != 1 && !boss.unsure || boss.seen["many77"] != "2026-03-01T10:00:00Z" {
		t.Errorf("%d people in %d lists, many77 seen %s", len(boss.states), boss.lists, boss.seen["many77"])
	}
}
