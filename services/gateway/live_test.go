package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
)

// typing tells a live event as chat does. Its data names it.
func typing(t *testing.T, by *bus.Bus, tenant, name string, a audience.Audience) {
	t.Helper()
	typingData(t, by, tenant, fmt.Sprintf(`{"id":%q}`, name), a)
}

func typingData(t *testing.T, by *bus.Bus, tenant, data string, a audience.Audience) {
	t.Helper()
	to, err := subject.New(tenant, "chat", "escribiendo", "c1")
	if err != nil {
		t.Fatal(err)
	}
	header := map[string][]string{}
	if err := a.Set(header); err != nil {
		t.Fatal(err)
	}
	if err := by.PublishLive(context.WithoutCancel(t.Context()), bus.Live{Subject: to, Header: header, Data: []byte(data)}); err != nil {
		t.Error(err)
	}
}

// hears waits until the gateway of a client passes live events on. The client skips later probes.
func hears(t *testing.T, by *bus.Bus, tenant string, c *client) {
	t.Helper()
	came := make(chan struct{})
	var probes sync.WaitGroup
	probes.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			typing(t, by, tenant, probe, audience.Audience{Roles: []string{"admin", "supervisor", "colaborador"}})
			select {
			case <-came:
				return
			case <-tick.C:
			}
		}
	})
	c.until(t, "chat:escribiendo")
	close(came)
	probes.Wait()
}

// liveNames returns which live events a client gets up to mark.
func liveNames(t *testing.T, c *client) (names []string) {
	t.Helper()
	for {
		f := c.until(t, "chat:escribiendo")
		switch name := f.name(); {
		case f.ID != "":
			t.Errorf("the live event %s has a cursor", name)
		case name == "mark":
			return names
		case name != probe:
			names = append(names, name)
		}
	}
}

// Live events go to their audience on every gateway, and to nobody else: neither to another team's colaborador nor to another company.
func TestLiveEventsReachTheirAudienceOnEveryGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.nats.Bus(t, "chat")
	north := audience.Audience{Members: []string{"north"}}
	everybody := audience.Audience{Roles: []string{"admin", "supervisor", "colaborador"}}
	type watcher struct {
		who  string
		c    *client
		want []string
	}
	var all []watcher
	for _, g := range []*instance{w.gateway(t, nil), w.gateway(t, nil)} {
		for who, want := range map[string][]string{
			"acme/u1": {"north", "u1 alone"}, "acme/sup": {"north"}, "acme/u2": nil, "acme/boss": nil, "beta/u1": {"beta"}, "beta/u2": nil,
		} {
			c := connect(t, g.URL, bearer(w.token(t, who)).from(""))
			tenant, _, _ := strings.Cut(who, "/")
			hears(t, chat, tenant, c)
			all = append(all, watcher{who, c, want})
		}
	}
	typing(t, chat, "acme", "nobody", audience.Audience{})
	typing(t, chat, "acme", "north", north)
	typingData(t, chat, "acme", `{"broken":`, everybody)
	typingData(t, chat, "acme", `"},"id":"forged"}`, everybody)
	typing(t, chat, "acme", "u1 alone", audience.Audience{Users: []string{"u1"}})
	typing(t, chat, "beta", "beta", audience.Audience{Users: []string{"u1"}, Members: []string{"nobody"}})
	for _, tenant := range []string{"acme", "beta", "without-sockets"} {
		typing(t, chat, tenant, "mark", everybody)
	}
	for _, x := range all {
		if got := liveNames(t, x.c); !slices.Equal(got, x.want) {
			t.Errorf("%s got %q, want %q", x.who, got, x.want)
		}
	}
}

// A client resumes with its cursor and gets the events that it missed. It gets no live event again.
func TestLiveEventsAreNotReplayed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chat := w.nats.Bus(t, "chat")
	g := w.gateway(t, nil)
	u1 := audience.Audience{Users: []string{"u1"}}
	c := connect(t, g.URL, bearer(w.token(t, "acme/u1")).from(""))
	hears(t, chat, "acme", c)
	typing(t, chat, "acme", "mark", u1)
	liveNames(t, c) // No probe comes after this.
	w.event(t, "acme", "alerta", "a1", u1)
	cursor := c.until(t, "alerta:nueva").ID
	typing(t, chat, "acme", "heard", u1)
	typing(t, chat, "acme", "mark", u1)
	if got := liveNames(t, c); !slices.Equal(got, []string{"heard"}) || c.cursor != cursor {
		t.Errorf("got %q, and the cursor moved: %t", got, c.cursor != cursor)
	}
	_ = c.CloseNow()
	// What u1 misses has passed the gateway when the boss has it.
	boss := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	hears(t, chat, "acme", boss)
	typing(t, chat, "acme", "missed", audience.Audience{Users: []string{"u1", "boss"}})
	for boss.until(t, "chat:escribiendo").name() != "missed" {
		continue
	}
	w.event(t, "acme", "alerta", "a2", u1)
	back := connect(t, g.URL, bearer(w.token(t, "acme/u1")).from(cursor))
	back.expect(t, "alerta:nueva a2")
	typing(t, chat, "acme", "mark", u1)
	if got := liveNames(t, back); len(got) != 0 {
		t.Errorf("after the resume: %q", got)
	}
}
