package gateway_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
)

const (
	loadSockets  = 50
	loadEvents   = 200 // of each stream
	lastPosition = 60
)

// loadPatience is long enough for elections of a cluster on a busy machine.
const loadPatience = 3 * time.Minute

var viewers = map[string]audience.Viewer{
	"boss": {User: "boss", Role: audience.RoleAdmin},
	"sup":  {User: "sup", Role: audience.RoleSupervisor, Teams: []string{"north"}},
	"u1":   {User: "u1", Role: audience.RoleColaborador, Teams: []string{"north"}},
	"u2":   {User: "u2", Role: audience.RoleColaborador, Teams: []string{"south"}},
}

var teamOf = map[string]string{"u1": "north", "u2": "south"}

// TestCutSocketsMissNothing: 50 sockets are cut at random and come back to one of two gateways, while events are written
// to all streams. Each socket gets every event of its audience once and in order, and the newest position of everybody
// whom it may see.
func TestCutSocketsMissNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The second gateway keeps no tails, so it reads missed events from the streams.
	l := newLoad(w, w.gateway(t, patient), w.gateway(t, func(s *settings) {
		patient(s)
		s.TailEvents = 0
	}))
	l.cut = 150 * time.Millisecond
	l.run(t, func() {})
	for _, kind := range []string{"tail", "stream"} {
		if l.gateways[0].count(t, "gateway_resumes_total", "kind", kind)+l.gateways[1].count(t, "gateway_resumes_total", "kind", kind) == 0 {
			t.Errorf("no resume of kind %s", kind)
		}
	}
}

// TestOpenSocketsMissNothingWhenNATSIsCut: the gateways lose their link to NATS again and again, and the sockets stay
// open.
func TestOpenSocketsMissNothingWhenNATSIsCut(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t, natstest.WithTCP())
	w := newWorldOn(t, nats)
	proxy := natstest.NewProxy(t, nats.Addr())
	start := func() *instance {
		return w.gateway(t, func(s *settings) {
			patient(s)
			s.bus = nats.BusAt(t, "gateway", proxy.Addr())
		})
	}
	l := newLoad(w, start(), start())
	l.run(t, func() {
		for n := range 4 {
			l.waitFor(t, (n+1)*loadEvents/2)
			proxy.Down()
			l.waitFor(t, (n+1)*loadEvents/2+40)
			proxy.Up()
		}
	})
	for _, r := range l.readers {
		if r.sockets != 1 {
			t.Errorf("%s needed %d sockets", r.who(), r.sockets)
		}
	}
}

// TestCutSocketsMissNothingOnACluster: like TestCutSocketsMissNothing, on three servers. The leader of a stream is killed
// and comes back.
func TestCutSocketsMissNothingOnACluster(t *testing.T) {
	t.Parallel()
	nats := natstest.StartCluster(t)
	w := newWorldOn(t, nats)
	l := newLoad(w, w.gateway(t, patient), w.gateway(t, patient))
	l.cut = 2 * time.Second
	l.run(t, func() {
		l.waitFor(t, loadEvents/2)
		leader := nats.Leader(t, stream.Alerts)
		nats.Stop(leader)
		l.waitFor(t, 2*loadEvents)
		nats.Restart(t, leader)
	})
}

// patient lets a resume wait for an election. It also limits how late a position may come that core NATS lost.
func patient(s *settings) {
	s.ResumeWait, s.ResumeGrace = loadPatience, loadPatience
	s.Snapshot = 3 * time.Second
	s.UserSockets = 1000 // A busy gateway notices late that a socket was cut.
}

// load has sockets that come and go, publishers, and what each socket must have received in the end.
type load struct {
	w        *world
	gateways []*instance
	readers  []*reader
	// cut is the longest life of a cut socket, while events are published. If it is zero, no socket is cut.
	cut       time.Duration
	published atomic.Int64
}

func newLoad(w *world, gateways ...*instance) *load { return &load{w: w, gateways: gateways} }

// waitFor returns once n events are stored.
func (l *load) waitFor(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(loadPatience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for l.published.Load() < int64(n) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d events stored, waiting for %d", l.published.Load(), n)
		}
	}
}

func (l *load) run(t *testing.T, disturb func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), loadPatience)
	defer cancel()
	users := []string{"boss", "sup", "u1", "u2"}
	for i := range loadSockets {
		tenant := []string{"acme", "beta"}[i%2]
		r := &reader{load: l, tenant: tenant, user: users[i/2%4], events: map[string][]string{}, newest: map[string]int{}}
		c, err := r.dial(t)
		if err != nil {
			t.Fatal(err)
		}
		r.first = c
		l.readers = append(l.readers, r)
	}
	var reading, writing sync.WaitGroup
	results := make(chan error, loadSockets)
	for _, r := range l.readers {
		reading.Go(func() { results <- r.run(ctx, t) })
	}
	for _, s := range stream.Replayed() {
		writing.Go(func() { l.write(t, hub.Domain(s)) })
	}
	writing.Go(func() { l.move(t) })
	disturb()
	writing.Wait()
	reading.Wait()
	for range l.readers {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	l.verify(t)
	sockets := 0
	for _, r := range l.readers {
		sockets += r.sockets
	}
	if l.cut > 0 && sockets < 2*loadSockets {
		t.Errorf("only %d sockets for %d readers", sockets, loadSockets)
	}
	for i, g := range l.gateways {
		t.Logf("%d sockets; gateway %d: resumes from memory %d, from streams %d, %d events replayed", sockets, i,
			g.count(t, "gateway_resumes_total", "kind", "tail"), g.count(t, "gateway_resumes_total", "kind", "stream"),
			g.count(t, "gateway_replayed_events_total"))
	}
}

// write publishes the events of one stream with audiences of every kind, and a last event for everybody.
func (l *load) write(t *testing.T, domain string) {
	audiences := []audience.Audience{
		{Users: []string{"u1", "u2"}},
		{Roles: []string{"admin"}},
		{Teams: []string{"north"}},
		{Roles: []string{"colaborador"}},
		audience.OfUser("u1", []string{"north"}),
		{},
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for i := range loadEvents {
		tenant := []string{"acme", "beta"}[rand.IntN(2)]
		l.w.event(t, tenant, domain, fmt.Sprintf("%s-%d", domain, i), audiences[rand.IntN(len(audiences))])
		l.published.Add(1)
		<-tick.C
	}
	for _, tenant := range []string{"acme", "beta"} {
		l.w.event(t, tenant, domain, "end-"+domain, audience.Audience{Users: []string{"boss", "sup", "u1", "u2"}})
	}
}

// move stores and publishes positions, as tracking-ingest's writer and API do.
func (l *load) move(t *testing.T) {
	for second := 1; second <= lastPosition; second++ {
		for _, tenant := range []string{"acme", "beta"} {
			for user, team := range teamOf {
				l.w.store(t, tenant, user, second)
				l.w.upload(t, tenant, user, second, team)
			}
		}
	}
}

// verify compares what each reader received with what the streams hold.
func (l *load) verify(t *testing.T) {
	t.Helper()
	for _, s := range stream.Replayed() {
		type stored struct {
			tenant, id string
			audience   audience.Audience
		}
		var all []stored
		for next := uint64(1); ; {
			m, ok, err := l.w.publisher.Next(t.Context(), s.Name, s.Ingress, next)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			all = append(all, stored{m.Subject.Tenant(), m.Subject.Entity(), audience.Of(m.Header)})
			next = m.Seq + 1
		}
		if len(all) != loadEvents+2 {
			t.Errorf("%s holds %d events, want %d", s.Name, len(all), loadEvents+2)
		}
		for _, r := range l.readers {
			var want []string
			for _, e := range all {
				if e.tenant == r.tenant && e.audience.Includes(viewers[r.user]) {
					want = append(want, e.id)
				}
			}
			if got := r.events[hub.Domain(s)]; !slices.Equal(got, want) {
				t.Errorf("%s after %d sockets, %s:\n got %v\nwant %v", r.who(), r.sockets, s.Name, got, want)
			}
		}
	}
}
