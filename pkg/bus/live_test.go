package bus_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
)

func typing(t testing.TB, tenant, conversation string) bus.Live {
	return bus.Live{Subject: bustest.Subject(t, tenant, "chat", "escribiendo", conversation), Data: []byte(`{"user_id":"u1"}`)}
}

// listenLive returns what a gateway hears from now on.
func listenLive(t *testing.T, s *natstest.Server) <-chan bus.Live {
	t.Helper()
	heard, began := make(chan bus.Live, 100), make(chan struct{}, 10)
	l, err := bus.ListenLive(s.Bus(t, "gateway"), func(m bus.Live) { heard <- m }, func() { began <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	bustest.Within(t, "the beginning", time.Minute, began)
	return heard
}

// Every gateway hears a live event with its header, and no stream stores it.
func TestLiveEventsAreHeardByEveryGateway(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	chat := s.Bus(t, "chat")
	gateways := []<-chan bus.Live{listenLive(t, s), listenLive(t, s)}
	m := typing(t, "acme", "c1")
	m.Header = nats.Header{audience.UsersHeader: {"u1,u2"}}
	if err := chat.PublishLive(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for _, heard := range gateways {
		got := bustest.Within(t, "a live event", time.Minute, heard)
		if got.Subject != m.Subject || string(got.Data) != string(m.Data) || got.Header.Get(audience.UsersHeader) != "u1,u2" {
			t.Errorf("heard %+v", got)
		}
	}
	for _, row := range s.Table() {
		info, err := s.Admin(t).JetStream().Stream(t.Context(), row.Name)
		if err != nil {
			t.Fatal(err)
		}
		if n := info.CachedInfo().State.Msgs; n != 0 {
			t.Errorf("%s stores %d messages", row.Name, n)
		}
	}
}

func TestLiveEventsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	heard := listenLive(t, s)
	big, largest := typing(t, "acme", "big"), typing(t, "acme", "largest")
	big.Data = []byte(strings.Repeat("x", stream.MaxLive))
	largest.Data = []byte(strings.Repeat("x", stream.MaxLive-len("NATS/1.0\r\n\r\n")))
	reserved, unknown := typing(t, "acme", "c1"), typing(t, "acme", "c1")
	reserved.Header = nats.Header{"Nats-Msg-Id": {"x"}}
	unknown.Subject = bustest.Subject(t, "acme", "chat", "mensaje", "c1")
	chat := s.Bus(t, "chat")
	for name, c := range map[string]struct {
		by   *bus.Bus
		m    bus.Live
		want error
	}{
		"another service's":                     {s.Bus(t, "identity"), typing(t, "acme", "c1"), bus.ErrDenied},
		"too large":                             {chat, big, bus.ErrTooLarge},
		"a reserved header":                     {chat, reserved, nil},
		"an event that is stored, and not live": {chat, unknown, nil},
		"no subject":                            {chat, bus.Live{}, nil},
	} {
		if err := c.by.PublishLive(t.Context(), c.m); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What the table does not name is not passed on either.
	admin := s.Admin(t).Conn()
	if err := admin.Publish("_live.acme.chat.mensaje.c1", nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(admin.Flush(), chat.PublishLive(t.Context(), largest)); err != nil {
		t.Fatal(err)
	}
	if got := bustest.Within(t, "the largest", time.Minute, heard); got.Subject.Entity() != "largest" {
		t.Errorf("heard %+v", got.Subject)
	}
}

// A live event without a connection is lost at once: sent later, it would no longer be true.
func TestLiveEventsDoNotWaitForAConnection(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	chat := s.BusAt(t, "chat", link.Addr())
	heard := listenLive(t, s)
	link.Down()
	bustest.Eventually(t, "the link is lost", func() bool {
		err := chat.PublishLive(t.Context(), typing(t, "acme", "lost"))
		return errors.Is(err, bus.ErrUnavailable)
	})
	link.Up()
	bustest.Eventually(t, "the link is back", func() bool {
		return chat.PublishLive(t.Context(), typing(t, "acme", "back")) == nil
	})
	if got := bustest.Within(t, "the next", time.Minute, heard); got.Subject.Entity() != "back" {
		t.Errorf("heard %v", got.Subject)
	}
}

// The server itself lets nobody but the publishers of the table tell live events, and nobody but gateway hear them.
func TestLiveEventsAreConfined(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	heard := listenLive(t, s)
	for _, c := range []struct{ service, subject string }{
		{"gateway", "_live.acme.chat.escribiendo.c1"},
		{"identity", "_live.acme.chat.escribiendo.c1"},
		{bustest.IngestService, "_live.acme.chat.escribiendo.c1"},
		{"notifier", "_live.acme.chat.escribiendo.c1"},
		{"chat", "_live.acme.chat.mensaje.c1"},
		{"chat", "_live.acme.usuario.offline.u1"},
		{"chat", "_live.acme.alerta.nueva.a1"},
		{"chat", "acme.chat.escribiendo.c1"},
	} {
		nc := s.Connect(t, c.service)
		refused := make(chan error, 1)
		nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
		if err := nc.Publish(c.subject, nil); err != nil {
			t.Fatal(err)
		}
		if err := bustest.Within(t, c.service, time.Minute, refused); !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s on %s: %v", c.service, c.subject, err)
		}
	}
	if len(heard) > 0 {
		t.Errorf("a gateway heard %+v", <-heard)
	}
	for _, service := range stream.Services() {
		b := s.Bus(t, service)
		l, err := bus.ListenLive(b, func(bus.Live) {}, nil)
		if (service == "gateway") != (err == nil) || err != nil && !errors.Is(err, bus.ErrDenied) {
			t.Errorf("%s listens: %v", service, err)
		}
		if err == nil {
			l.Close()
		}
	}
}
