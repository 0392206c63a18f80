package gateway_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway"
)

// everyone opens a socket for each user of a company.
func everyone(t *testing.T, w *world, g *instance, tenant string) map[string]*client {
	t.Helper()
	sockets := map[string]*client{}
	for _, user := range []string{"boss", "sup", "u1", "u2"} {
		sockets[user] = connect(t, g.URL, bearer(w.token(t, tenant+"/"+user)).from(""))
	}
	return sockets
}

// TestAudiences: each event reaches the people whom its header names, only in its own company, although both companies
// use the same ids.
func TestAudiences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	acme, beta := everyone(t, w, g, "acme"), everyone(t, w, g, "beta")
	cases := []struct {
		audience audience.Audience
		want     []string
	}{
		{audience.Audience{}, nil},
		{audience.Audience{Users: []string{"u1"}}, []string{"u1"}},
		{audience.Audience{Users: []string{"u1", "boss", "nobody"}}, []string{"boss", "u1"}},
		{audience.Audience{Teams: []string{"north"}}, []string{"sup"}},
		{audience.Audience{Teams: []string{"south"}}, nil},
		{audience.Audience{Roles: []string{"admin"}}, []string{"boss"}},
		{audience.Audience{Roles: []string{"colaborador"}}, []string{"u1", "u2"}},
		{audience.OfUser("u2", []string{"south"}), []string{"boss", "u2"}},
		{audience.OfUser("u1", []string{"north"}), []string{"boss", "sup", "u1"}},
	}
	domains := []string{"alerta", "actividad", "chat"}
	want := map[string][]string{}
	for i, c := range cases {
		domain := domains[i%3]
		id := fmt.Sprintf("e%d", i)
		w.event(t, "acme", domain, id, c.audience)
		for _, user := range c.want {
			want[user] = append(want[user], domain+":nueva "+id)
		}
	}
	everybody := audience.Audience{Users: []string{"boss", "sup", "u1", "u2"}}
	// The gateway follows the streams in parallel, so each needs its own last event.
	for _, domain := range domains {
		w.event(t, "acme", domain, "end-"+domain, everybody)
		w.event(t, "beta", domain, "end-"+domain, everybody)
	}
	for user, c := range acme {
		compareByDomain(t, "acme/"+user, c, want[user], domains)
	}
	for user, c := range beta {
		compareByDomain(t, "beta/"+user, c, nil, domains)
	}
}

// compareByDomain reads until each domain has ended, and compares the events of each stream in order.
func compareByDomain(t *testing.T, who string, c *client, want, domains []string) {
	t.Helper()
	var got []string
	for ends := 0; ends < len(domains); {
		f := c.next(t)
		if name := f.name(); len(name) > 3 && name[:4] == "end-" {
			ends++
		} else if f.Event != "latido" {
			got = append(got, f.Event+" "+name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s got %v, want %v", who, got, want)
	}
}

func TestAnAudienceFollowsTheDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	sup := connect(t, g.URL, bearer(w.token(t, "acme/sup")).from(""))
	south := audience.Audience{Teams: []string{"south"}}
	w.event(t, "acme", "alerta", "before", south)
	w.event(t, "acme", "alerta", "own", audience.Audience{Users: []string{"sup"}})
	sup.expect(t, "alerta:nueva own")
	w.tellUser(t, "acme", directory.User{ID: "sup", Role: audience.RoleSupervisor, Teams: []string{"south"}})
	eventually(t, "the directory knows", func() error {
		if u, _ := g.directory.User("acme", "sup"); !slices.Equal(u.Teams, []string{"south"}) {
			return fmt.Errorf("teams %v", u.Teams)
		}
		return nil
	})
	// The room follows the directory a moment later. The token still names no team.
	n := 0
	eventually(t, "the socket sees the new team", func() error {
		n++
		w.event(t, "acme", "alerta", fmt.Sprintf("s%d", n), south)
		w.event(t, "acme", "alerta", "mark", audience.Audience{Users: []string{"sup"}})
		f := sup.next(t)
		for f.Event == "latido" {
			f = sup.next(t)
		}
		if f.name() == "mark" {
			return errNotYet
		}
		if want := fmt.Sprintf("s%d", n); f.name() != want {
			t.Errorf("got %s, want %s", f.name(), want)
		}
		return nil
	})
}

func TestAnEventThatIsNoJSONIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	header := map[string][]string{audience.RolesHeader: {"admin"}}
	w.publish(t, "acme", "alerta", "nueva", "x", header, []byte(`{"broken":`))
	w.publish(t, "acme", "alerta", "nueva", "x", header, []byte(`"},"id":"forged"}`))
	w.publish(t, "acme", "alerta", "vacia", "x", header, nil)
	w.event(t, "acme", "alerta", "good", audience.Audience{Roles: []string{"admin"}})
	c.expect(t, "alerta:vacia null", "alerta:nueva good")
}

func TestLatidoBringsACursorToWhoSeesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.Heartbeat = time.Second })
	c := connect(t, g.URL, bearer(w.token(t, "acme/u2")).from(""))
	before := c.cursor
	w.event(t, "acme", "alerta", "not-for-u2", audience.Audience{Users: []string{"u1"}})
	for c.until(t, "latido").ID == before {
	}
	after := c.cursor
	_ = c.CloseNow()
	w.event(t, "acme", "alerta", "for-u2", audience.Audience{Users: []string{"u2"}})
	back := connect(t, g.URL, bearer(w.token(t, "acme/u2")).from(after))
	back.expect(t, "alerta:nueva for-u2")
}

func TestAMuteClientBeginsWhereItJoined(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.ResumeGrace = 300 * time.Millisecond })
	other := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.event(t, "acme", "alerta", "old", audience.Audience{Roles: []string{"admin"}})
	other.expect(t, "alerta:nueva old")
	c := dial(t, g.URL, bearer(w.token(t, "acme/boss")))
	listo := c.next(t)
	var ready struct{ Cursor string }
	if err := json.Unmarshal(listo.Data, &ready); err != nil || listo.ID != "" || ready.Cursor == "" {
		t.Errorf("listo %s, id %q: an id would take the place of the client's cursor: %v", listo.Data, listo.ID, err)
	}
	w.event(t, "acme", "alerta", "within-grace", audience.Audience{Roles: []string{"admin"}})
	c.expect(t, "alerta:nueva within-grace")
	late := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(ready.Cursor))
	late.expect(t, "alerta:nueva within-grace")
}

func TestConfigNamesEveryProblem(t *testing.T) {
	t.Parallel()
	c := gateway.Config{Origins: []string{"["}}
	if problems := c.Validate(); len(problems) != 12 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
}

var _ broker = (*natstest.Cluster)(nil)
