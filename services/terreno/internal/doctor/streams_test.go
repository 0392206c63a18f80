package doctor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/terreno/internal/doctor"
)

// Doctor warns of messages that have waited for long, and of a durable that is gone.
func TestDurables(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t)
	ingest := nats.Bus(t, "tracking-ingest")
	for _, id := range []string{"acme-1", "acme-2"} {
		s, err := subject.New("acme", "tracking", "ubicacion", "u1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ingest.Publish(t.Context(), bus.Message{Subject: s, ID: id, Data: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	durables := func(later time.Duration) doctor.Check {
		t.Helper()
		d := doctor.Deps{Bus: nats.Admin(t), Now: func() time.Time { return time.Now().Add(later) }}
		all := doctor.Run(t.Context(), d)
		if len(all) != 3 || all[0].Name != "durables" {
			t.Fatalf("%+v", all)
		}
		return all[0]
	}
	if c := durables(4 * time.Minute); !c.OK || c.Figures["tracking-writer"] != 2 || c.Figures["tracking-writer_behind_s"] < 240 || c.Figures["notifier-inbox"] != 0 {
		t.Errorf("%+v", c)
	}
	c := durables(time.Hour)
	if c.OK || !strings.Contains(c.Found, "geofence-evaluator has 2 waiting, the oldest for 1h0m") || !strings.Contains(c.Do, "tracking-ingest and geofence runs") {
		t.Errorf("%+v", c)
	}
	// What is handled waits no longer; what was delivered and not handled does.
	take(t, nats, 1)
	if c := durables(time.Hour); c.Figures["tracking-writer"] != 1 {
		t.Errorf("%+v", c)
	}
	if err := nats.Admin(t).JetStream().DeleteConsumer(t.Context(), stream.Tracking, stream.TrackingWriter); err != nil {
		t.Fatal(err)
	}
	if c := durables(0); c.OK || !strings.Contains(c.Found, "tracking-writer is missing") || !strings.Contains(c.Do, "terreno provision") {
		t.Errorf("%+v", c)
	}
}

// take handles so many messages of tracking-writer.
func take(t *testing.T, nats *natstest.Server, n int) {
	t.Helper()
	live, err := nats.Admin(t).JetStream().Consumer(t.Context(), stream.Tracking, stream.TrackingWriter)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := live.Fetch(n)
	if err != nil {
		t.Fatal(err)
	}
	for m := range batch.Messages() {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := m.DoubleAck(ctx); err != nil {
			t.Error(err)
		}
		cancel()
	}
}
