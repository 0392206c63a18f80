package bus_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

func TestPublishIsConfined(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	for name, c := range map[string]struct {
		service, domain, event string
		allowed                bool
	}{
		"ingest, positions":    {bustest.IngestService, "tracking", "ubicacion", true},
		"identity, directory":  {"identity", "directorio", "usuario", true},
		"gateway, positions":   {"gateway", "tracking", "ubicacion", false},
		"gateway, alerts":      {"gateway", "alerta", "nueva", false},
		"ingest, alerts":       {bustest.IngestService, "alerta", "nueva", false},
		"ingest, directory":    {bustest.IngestService, "directorio", "usuario", false},
		"identity, positions":  {"identity", "tracking", "ubicacion", false},
		"identity, activities": {"identity", "actividad", "estado", false},
	} {
		publish := func() (took time.Duration) {
			reg := prometheus.NewRegistry()
			b, err := bus.New(s.Connect(t, c.service), c.service, natstest.Log(t), reg)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			begun := time.Now()
			_, err = b.Publish(t.Context(), bus.Message{Subject: bustest.Subject(t, "acme", c.domain, c.event, "x"), ID: "acme-x"})
			took = time.Since(begun)
			if c.allowed != (err == nil) || err != nil && !errors.Is(err, bus.ErrDenied) {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil && took <= 2*time.Second && bustest.Value(t, reg, "nats_permission_violations_total", "service="+c.service) != 1 {
				t.Errorf("%s: the violation is not counted", name)
			}
			return took
		}
		// A busy machine takes as long now and then, a timeout does each time.
		took := publish()
		for tries := 1; took > 2*time.Second && tries < 5; tries++ {
			took = publish()
		}
		if took > 2*time.Second {
			t.Errorf("%s took %s: a refusal must not look like a timeout", name, took)
		}
	}
}

func TestApiIsConfined(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	for _, c := range []struct{ service, api string }{
		{"gateway", "STREAM.DELETE.ALERTS"},
		{"gateway", "STREAM.PURGE.ALERTS"},
		{"gateway", "STREAM.MSG.DELETE.ALERTS"},
		{"gateway", "STREAM.UPDATE.ALERTS"},
		{"gateway", "STREAM.CREATE.MINE"},
		{"gateway", "STREAM.MSG.GET.DLQ"},
		{"gateway", "STREAM.MSG.GET.TRACKING"},
		{"gateway", "CONSUMER.DELETE.TRACKING.tracking-writer"},
		{"gateway", "CONSUMER.MSG.NEXT.TRACKING.tracking-writer"},
		{bustest.IngestService, "STREAM.DELETE.TRACKING"},
		{bustest.IngestService, "STREAM.UPDATE.TRACKING"},
		{bustest.IngestService, "STREAM.MSG.GET.ALERTS"},
		{bustest.IngestService, "CONSUMER.DELETE.TRACKING.tracking-writer"},
		{"identity", "STREAM.INFO.ALERTS"},
		{bustest.Geofence, "CONSUMER.RESET.TRACKING.tracking-writer"},
		{bustest.Geofence, "CONSUMER.MSG.NEXT.TRACKING.tracking-writer"},
		{bustest.Geofence, "CONSUMER.INFO.TRACKING.tracking-writer"},
		{bustest.Geofence, "CONSUMER.DELETE.TRACKING.geofence-evaluator"},
		{bustest.Geofence, "STREAM.PURGE.TRACKING"},
		{bustest.IngestService, "CONSUMER.RESET.TRACKING.geofence-evaluator"},
		{bustest.IngestService, "CONSUMER.RESET.TRACKING.tracking-writer"},
		{"gateway", "CONSUMER.RESET.TRACKING.geofence-evaluator"},
	} {
		nc := s.Connect(t, c.service)
		refused := make(chan error, 1)
		nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
		if err := nc.Publish("$JS.API."+c.api, nil); err != nil {
			t.Fatal(err)
		}
		err := bustest.Within(t, c.service+" "+c.api, time.Minute, refused)
		if !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s on %s: %v", c.service, c.api, err)
		}
	}
	js := s.Admin(t).JetStream()
	for _, row := range s.Table() {
		if _, err := js.Stream(t.Context(), row.Name); err != nil {
			t.Errorf("stream %s: %v", row.Name, err)
		}
	}
}

func TestRelaysAreHeardByTheirListenersOnly(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	for _, c := range []struct {
		service, pattern string
		allowed          bool
	}{
		{"gateway", "*.tracking.ubicacion.*", true},
		{"gateway", "acme.tracking.ubicacion.*", true},
		{"gateway", "dir.*.directorio.*.*", true},
		{bustest.IngestService, "dir.*.directorio.*.*", true},
		{"gateway", "_live.>", true},
		{"chat", "_live.>", false},
		{"chat", "_live.acme.chat.escribiendo.*", false},
		{bustest.IngestService, "_live.*.chat.escribiendo.*", false},
		{"gateway", "acme.>", false},
		{"gateway", ">", false},
		{"gateway", "in.*.tracking.ubicacion.*", false},
		{"gateway", "dlq.>", false},
		{"gateway", "_INBOX.>", false},
		{"gateway", stream.InboxPrefix("identity") + ".>", false},
		{bustest.IngestService, "*.tracking.ubicacion.*", false},
		{"identity", "*.tracking.ubicacion.*", false},
		{"identity", "$JS.>", false},
		{"identity", "$SYS.>", false},
		{"identity", stream.InboxPrefix("gateway") + ".>", false},
	} {
		b, err := bus.New(s.Connect(t, c.service), c.service, natstest.Log(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		l, err := bus.Listen(b, c.pattern, func(bus.Msg) {}, nil)
		if c.allowed != (err == nil) || err != nil && !errors.Is(err, bus.ErrDenied) {
			t.Errorf("%s on %s: %v", c.service, c.pattern, err)
		}
		if err == nil {
			l.Close()
		}
		b.Close()
	}
}

// The evaluator's user may do all that its durable needs: TestOrdered... run with it. Here is that nobody acknowledges for it.
func TestAcknowledgementsAreConfined(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	for service, durable := range map[string]string{bustest.IngestService: stream.GeofenceEvaluator, bustest.Geofence: stream.TrackingWriter} {
		nc := s.Connect(t, service)
		refused := make(chan error, 1)
		nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err })
		if err := nc.Publish("$JS.ACK."+stream.Tracking+"."+durable+".1.1.1.1.0", nil); err != nil {
			t.Fatal(err)
		}
		if err := bustest.Within(t, service, time.Minute, refused); !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s acknowledges for %s: %v", service, durable, err)
		}
	}
}

// An answer goes to the one who asked: the inbox of a service is its own.
func TestInboxesArePrivate(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, bustest.IngestService)
	if got := b.Conn().NewRespInbox(); len(got) < 20 || got[:len("_INBOX_tracking-ingest.")] != "_INBOX_tracking-ingest." {
		t.Errorf("replies come to %s", got)
	}
	// Somebody else's connection has no right to the common inbox space, so a request made with it is never answered.
	nc, err := s.Server.Connect(bustest.IngestService, nats.CustomInboxPrefix("_INBOX"),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if m, err := nc.RequestWithContext(ctx, "$JS.API.INFO", nil); err == nil {
		t.Errorf("answered in the common inbox space: %s", m.Data)
	}
}
