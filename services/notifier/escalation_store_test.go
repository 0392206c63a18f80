package notifier_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// store is a replica without its consumers.
func (w *world) store(t *testing.T) (*store.Store, *change.Changes) {
	t.Helper()
	pool := w.database.DB(t, name)
	changes := change.New(pool, outbox.NewRelay(pool, w.nats.Bus(t, name), store.Schema, natstest.Log(t), nil), store.Schema, w.clock)
	s := store.New(pool, changes, alert.Settings{})
	if _, _, err := s.Escalations(schedule.TimersDeps{Clock: w.clock, Log: natstest.Log(t)}); err != nil {
		t.Fatal(err)
	}
	return s, changes
}

// Two replicas that store two calls of one person at the same moment leave one of them open.
func TestTwoReplicasJoinTwoCalls(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	one, _ := w.store(t)
	other, _ := w.store(t)
	for round := range 10 {
		user := fmt.Sprint("p", round)
		call := func(id string) []store.Received {
			return []store.Received{{Message: alert.Message{
				Company: "acme", ID: user + id, Entry: alert.Entry{What: alert.WhatRaised, At: noon},
				Facts: alert.Facts{Type: wire.TypePanic, User: user, StartedAt: noon, RaisedAt: noon, Zones: []string{}},
			}}}
		}
		var both sync.WaitGroup
		for id, replica := range map[string]*store.Store{"a": one, "b": other} {
			both.Go(func() {
				if _, err := replica.Receive(t.Context(), call(id), noon); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if n := pgtest.Count(t, w.admin, "notifier.alert WHERE status = 'nueva' AND user_id = '"+user+"'"); n != 1 {
			t.Errorf("round %d: %d are open", round, n)
		}
	}
}

// A phone that reports the push about a panic as delivered has shown the panic. The first one counts, and not that of the person itself.
func TestAPushThatWasDeliveredShowsTheAlert(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	s, changes := w.store(t)
	for _, c := range []struct{ by, id, want string }{{"ana", id, ""}, {"sol", "gone", ""}, {"sol", id, "sol"}, {"boss", id, "sol"}} {
		if err := changes.In(t.Context(), "acme", c.by, func(ch *change.Change) error { return s.Shown(t.Context(), ch, c.id) }); err != nil {
			t.Error(err)
		}
		if got := w.get(t, boss("acme"), "/v1/alerts/"+id).Body["delivered_to"]; got != c.want {
			t.Errorf("after %s: delivered to %v", c.by, got)
		}
	}
	if w.timers(t) != 1 || w.history(t, boss("acme"), id) != "raised unreachable delivered" {
		t.Errorf("%d timers, history %q", w.timers(t), w.history(t, boss("acme"), id))
	}
}

// Two calls five minutes apart are stored after an outage of hours, one after the other. People are told once.
func TestAnOutageBetweenTwoCalls(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	s, _ := w.store(t)
	for i, id := range []string{"first", "second"} {
		at := noon.Add(time.Duration(i) * 5 * time.Minute)
		call := store.Received{Message: alert.Message{
			Company: "acme", ID: id, Entry: alert.Entry{What: alert.WhatRaised, At: at},
			Facts: alert.Facts{Type: wire.TypePanic, User: "ana", StartedAt: at, RaisedAt: at, Zones: []string{}},
		}}
		w.clock.Set(noon.Add(3*time.Hour + time.Duration(i)*time.Second))
		if _, err := s.Receive(t.Context(), []store.Received{call}, w.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if first, second := w.told(t, "first"), w.told(t, "second"); first != "sol 1" || second != "" {
		t.Errorf("told of the first %q, of the second %q", first, second)
	}
}
