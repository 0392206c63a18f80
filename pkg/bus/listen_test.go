package bus_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
)

func directory(t testing.TB, tenant, entity, id string) bus.Message {
	return bus.Message{
		Subject: bustest.Subject(t, tenant, "directorio", "usuario", entity), ID: id, Data: []byte(`{"id":"` + entity + `"}`),
		Header: nats.Header{"Terreno-Version": {"3"}},
	}
}

func TestNewsAreHeardWithTheirSequence(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	identity, listener := s.Bus(t, "identity"), s.Bus(t, bustest.IngestService)
	heard, loads := make(chan bus.Msg, 10), make(chan struct{}, 10)
	row := s.Row(t, stream.Directory)
	l, err := bus.Listen(listener, row.RelayPattern(), func(m bus.Msg) { heard <- m }, func() { loads <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	bustest.Within(t, "first load", time.Minute, loads)
	// The second one is a duplicate: only what was stored is news.
	for _, id := range []string{"acme-1", "acme-1", "acme-2"} {
		if _, err := identity.Publish(t.Context(), directory(t, "acme", "u1", id)); err != nil {
			t.Fatal(err)
		}
	}
	for seq := uint64(1); seq <= 2; seq++ {
		m := bustest.Within(t, "news", time.Minute, heard)
		if m.Seq != seq || m.Stream != stream.Directory || m.Subject != bustest.Subject(t, "acme", "directorio", "usuario", "u1") ||
			string(m.Data) != `{"id":"u1"}` || m.Header.Get("Terreno-Version") != "3" || m.StoredAt.IsZero() {
			t.Errorf("heard %+v", m)
		}
	}
	if len(heard) != 0 || len(loads) != 0 {
		t.Errorf("%d more messages, %d more loads", len(heard), len(loads))
	}
}

func TestRelayOfHeadersLeavesTheBodyOut(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	heard := make(chan bus.Msg, 10)
	l, err := bus.Listen(s.Bus(t, "gateway"), "acme.tracking.ubicacion.*", func(m bus.Msg) { heard <- m }, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ingest := s.Bus(t, bustest.IngestService)
	for _, tenant := range []string{"globex", "acme"} {
		m := bus.Message{
			Subject: bustest.Subject(t, tenant, "tracking", "ubicacion", "u1"), ID: tenant, Data: []byte("for workers"),
			Header: nats.Header{audience.DataHeader: {`{"lat":1}`}},
		}
		if _, err := ingest.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	m := bustest.Within(t, "relay", time.Minute, heard)
	if m.Subject.Tenant() != "acme" || len(m.Data) != 0 || m.Header.Get(audience.DataHeader) != `{"lat":1}` || m.Seq != 2 {
		t.Errorf("heard %+v", m)
	}
}

func TestSlowListenerIsToldToLoad(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	identity := s.Bus(t, "identity")
	loads, entered, release := make(chan struct{}, 10), make(chan struct{}, 100), make(chan struct{})
	l, err := bus.ListenWithin(s.Bus(t, "gateway"), "dir.*.directorio.*.*", func(bus.Msg) {
		entered <- struct{}{}
		<-release
	}, func() { loads <- struct{}{} }, 4, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	defer close(release)
	bustest.Within(t, "first load", time.Minute, loads)
	for i := range 20 {
		if _, err := identity.Publish(t.Context(), directory(t, "acme", "u1", "acme-"+string(rune('a'+i)))); err != nil {
			t.Fatal(err)
		}
	}
	bustest.Within(t, "handler", time.Minute, entered)
	bustest.Within(t, "load after messages were dropped", time.Minute, loads)
}

func TestListenerGoesOnAfterAReconnect(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	identity := s.Bus(t, "identity")
	heard, loads := make(chan bus.Msg, 10), make(chan struct{}, 10)
	l, err := bus.Listen(s.BusAt(t, "gateway", link.Addr()), "dir.*.directorio.*.*",
		func(m bus.Msg) { heard <- m }, func() { loads <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	bustest.Within(t, "first load", time.Minute, loads)
	link.Down()
	if _, err := identity.Publish(t.Context(), directory(t, "acme", "u1", "acme-1")); err != nil {
		t.Fatal(err)
	}
	link.Up()
	bustest.Within(t, "load after the reconnect", time.Minute, loads)
	// What is published after the owner was told to load is heard.
	if _, err := identity.Publish(t.Context(), directory(t, "acme", "u2", "acme-2")); err != nil {
		t.Fatal(err)
	}
	if m := bustest.Within(t, "news", time.Minute, heard); m.Subject.Entity() != "u2" {
		t.Errorf("heard %+v", m)
	}
}

// A reconnect while the owner still loads means another load.
func TestReconnectDuringALoad(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	b := s.BusAt(t, "gateway", link.Addr())
	loads, release := make(chan struct{}, 10), make(chan struct{})
	l, err := bus.Listen(b, "dir.*.directorio.*.*", func(bus.Msg) {}, func() {
		loads <- struct{}{}
		<-release
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	bustest.Within(t, "first load", time.Minute, loads)
	before := b.Conn().Stats().Reconnects
	link.Cut()
	bustest.Eventually(t, "reconnected", func() bool { return b.Conn().Stats().Reconnects > before && b.Ready(t.Context()) == nil })
	close(release)
	bustest.Within(t, "second load", time.Minute, loads)
}

func TestListenerSurvivesPanics(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	identity := s.Bus(t, "identity")
	var calls atomic.Int32
	second := make(chan struct{}, 1)
	l, err := bus.Listen(s.Bus(t, "gateway"), "dir.*.directorio.*.*", func(bus.Msg) {
		if calls.Add(1) == 1 {
			panic("boom")
		}
		second <- struct{}{}
	}, func() { panic("boom in onLost") })
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"acme-1", "acme-2"} {
		if _, err := identity.Publish(t.Context(), directory(t, "acme", "u1", id)); err != nil {
			t.Fatal(err)
		}
	}
	bustest.Within(t, "second message", time.Minute, second)
	l.Close()
	l.Close()
	if _, err := identity.Publish(t.Context(), directory(t, "acme", "u1", "acme-3")); err != nil {
		t.Fatal(err)
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("%d messages were heard, one of them after Close", n)
	}
}

func TestListenOnAClosedBus(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, "gateway")
	b.Close()
	if _, err := bus.Listen(b, "dir.*.directorio.*.*", func(bus.Msg) {}, nil); !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("listen on a closed bus: %v", err)
	}
}
