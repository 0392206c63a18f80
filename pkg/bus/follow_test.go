package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// consumers are those that the table does not name.
func consumers(t testing.TB, admin *bus.Bus) []string {
	t.Helper()
	s, err := admin.JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	row, _ := stream.ByName(stream.Alerts)
	var names []string
	for name := range s.ConsumerNames(t.Context()).Name() {
		if !slices.ContainsFunc(row.Consumers, func(c stream.Consumer) bool { return c.Durable == name }) {
			names = append(names, name)
		}
	}
	return names
}

func TestFollowFromAnySequence(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin, gateway := s.Admin(t), s.Bus(t, "gateway")
	bustest.Alerts(t, admin, 1, 700)
	all, some, news := bustest.StartFollow(t, gateway, 1), bustest.StartFollow(t, gateway, 600), bustest.StartFollow(t, gateway, 701)
	for _, f := range []*bustest.Follow{all, some} {
		f.Wait(700)
	}
	bustest.Alerts(t, admin, 701, 710)
	for _, f := range []*bustest.Follow{all, some, news} {
		f.Wait(710)
		f.End()
	}
	if left := consumers(t, admin); len(left) != 0 {
		t.Errorf("followers left consumers behind: %v", left)
	}
}

func TestFollowMessage(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	m := bustest.Alert(t, 1)
	m.Header = nats.Header{"Terreno-Users": {"u1"}}
	if _, err := admin.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := make(chan bus.Msg, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	gateway := s.Bus(t, "gateway")
	go func() { done <- gateway.Follow(ctx, stream.Alerts, 0, func(m bus.Msg) { got <- m }) }()
	f := bustest.Within(t, "message", time.Minute, got)
	if f.Subject != m.Subject || string(f.Data) != "1" || f.Header.Get("Terreno-Users") != "u1" || f.Seq != 1 ||
		f.Stream != stream.Alerts || f.StoredAt.IsZero() || f.Deliveries != 1 {
		t.Errorf("follower got %+v", f)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	n, ok, err := gateway.Next(t.Context(), stream.Alerts, "in.acme.>", 0)
	if err != nil || !ok || n.Subject != f.Subject || string(n.Data) != "1" || !n.StoredAt.Equal(f.StoredAt) || n.Header.Get("Terreno-Users") != "u1" {
		t.Errorf("next got %+v, %t, %v", n, ok, err)
	}
}

func TestFollowAcrossCuts(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	f := bustest.StartFollow(t, s.BusAt(t, "gateway", link.Addr()), 1)
	admin := s.Admin(t)
	const cuts, between = 8, 150
	const soon = 9 * time.Second // less than the 10 s after which a request for messages expires
	for i := range cuts {
		first := i*between + 1
		published := make(chan struct{})
		go func() {
			defer close(published)
			bustest.Alerts(t, admin, first, first+between-1)
		}()
		// Somewhere in the middle of what is being published.
		f.Wait(first + between/3)
		cut := time.Now()
		link.Cut()
		f.Wait(first + between - 1)
		<-published
		if took := time.Since(cut); took > soon {
			t.Errorf("cut %d: caught up after %s", i, took)
		}
	}
	f.End()
}

// An idle follower hears of what comes after a cut as soon as the link is back, not when signs of life are missing.
func TestFollowGoesOnSoonAfterACut(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	f := bustest.StartFollow(t, s.BusAt(t, "gateway", link.Addr()), 1)
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 1)
	f.Wait(1)
	// Two signs of life that are missing take 2 s each time. A busy machine takes as long now and then.
	quickest := time.Hour
	for next := 2; quickest > 2*time.Second && next < 12; next++ {
		link.Cut()
		begun := time.Now()
		bustest.Alerts(t, admin, next, next)
		f.Wait(next)
		quickest = min(quickest, time.Since(begun))
	}
	if quickest > 2*time.Second {
		t.Errorf("went on after %s at best", quickest)
	}
	f.End()
}

func TestFollowAcrossAnOutage(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	f := bustest.StartFollow(t, s.BusAt(t, "gateway", link.Addr()), 1)
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 20)
	f.Wait(20)
	link.Down()
	bustest.Alerts(t, admin, 21, 400)
	if f.Reached(400) {
		t.Error("the link is not down")
	}
	link.Up()
	f.Wait(400)
	f.End()
}

func TestFollowAcrossServerRestarts(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	gateway, admin := s.BusAt(t, "gateway", s.Addr()), s.BusAt(t, bus.Admin, s.Addr())
	f := bustest.StartFollow(t, gateway, 1)
	for i := range 3 {
		first := i*100 + 1
		published := make(chan struct{})
		go func() {
			defer close(published)
			bustest.Alerts(t, admin, first, first+99)
		}()
		f.Wait(first + 30)
		s.Restart(t)
		f.Wait(first + 99)
		<-published
	}
	f.End()
}

func TestFollowWhoseConsumerIsDeleted(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	f := bustest.StartFollow(t, s.Bus(t, "gateway"), 1)
	for i := range 3 {
		bustest.Alerts(t, admin, i*10+1, i*10+10)
		f.Wait(i*10 + 10)
		for _, name := range consumers(t, admin) {
			// The follower may have abandoned it by itself meanwhile, when it missed signs of life.
			if err := admin.JetStream().DeleteConsumer(t.Context(), stream.Alerts, name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
				t.Error(err)
			}
		}
	}
	bustest.Alerts(t, admin, 31, 31)
	f.Wait(31)
	f.End()
}

// What a follower cannot use does not stop it: a panic of its owner, a subject that does not parse, a purged range.
func TestFollowPassesOver(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 5)
	if err := admin.JetStream().DeleteStream(t.Context(), stream.DLQ); err != nil {
		t.Fatal(err)
	}
	live, err := admin.JetStream().Stream(t.Context(), stream.Alerts)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.Purge(t.Context(), jetstream.WithPurgeSequence(3)); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.JetStream().Publish(t.Context(), "in._sys.alerta.nueva.a1", nil); err != nil {
		t.Fatal(err)
	}
	bustest.Alerts(t, admin, 7, 8)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var seen []uint64
	gateway := s.Bus(t, "gateway")
	err = gateway.Follow(ctx, stream.Alerts, 1, func(m bus.Msg) {
		seen = append(seen, m.Seq)
		if m.Seq == 4 {
			panic("boom")
		}
		if m.Seq == 8 {
			cancel()
		}
	})
	if err != nil || fmt.Sprint(seen) != "[3 4 5 7 8]" {
		t.Errorf("saw %v, %v", seen, err)
	}
	m, ok, err := gateway.Next(t.Context(), stream.Alerts, "in.>", 6)
	if err != nil || !ok || m.Seq != 7 {
		t.Errorf("next from 6: %d, %t, %v", m.Seq, ok, err)
	}
	if _, ok, err := gateway.Next(t.Context(), stream.Alerts, "in.>", 9); ok || err != nil {
		t.Errorf("next after the end: %t, %v", ok, err)
	}
	if _, ok, err := gateway.Next(t.Context(), stream.Alerts, "in.globex.>", 1); ok || err != nil {
		t.Errorf("next of another tenant: %t, %v", ok, err)
	}
	state, err := gateway.StreamState(t.Context(), stream.Alerts)
	if err != nil || state.FirstSeq != 3 || state.LastSeq != 8 || time.Since(state.Created) > time.Minute {
		t.Errorf("state %+v, %v", state, err)
	}
}
