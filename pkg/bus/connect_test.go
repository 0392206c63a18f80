package bus_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	b, err := bus.Connect(s.URL(bustest.IngestService), bustest.IngestService, bus.Options{Log: natstest.Log(t), Name: "replica-1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if b.Service() != bustest.IngestService || b.Conn().Opts.Name != "replica-1" {
		t.Errorf("bus of %s is called %s", b.Service(), b.Conn().Opts.Name)
	}
	if _, err := b.Publish(t.Context(), bustest.Position(t, 1)); err != nil {
		t.Error(err)
	}
	b.Close()
	b.Close()
	if err := b.Ready(t.Context()); err == nil {
		t.Error("a closed bus is ready")
	}
	if _, err := bus.New(b.Conn(), bustest.IngestService, natstest.Log(t), nil); err == nil {
		t.Error("a bus was made of a closed connection")
	}
}

func TestConnectFailsFast(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	o := bus.Options{Log: natstest.Log(t)}
	wrong := strings.Replace(s.URL(bustest.IngestService), "password-of", "guess-of", 1)
	if _, err := bus.Connect(wrong, bustest.IngestService, o); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("with a wrong password: %v", err)
	}
	if _, err := bus.Connect("nats://127.0.0.1:1", bustest.IngestService, o); !errors.Is(err, nats.ErrNoServers) {
		t.Errorf("without a server: %v", err)
	}
	if _, err := bus.Connect(s.URL(bustest.IngestService), bustest.IngestService, bus.Options{}); err == nil {
		t.Error("a bus without a logger was made")
	}
}

// All services of one process share a registerer, and one service may have several buses.
func TestBusesShareMetrics(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	reg := prometheus.NewRegistry()
	w := &bustest.World{T: t, Server: s, Metrics: reg}
	for i, b := range []*bus.Bus{w.Bus(bustest.IngestService, reg), w.Bus(bustest.IngestService, reg), w.Bus("gateway", reg)} {
		_, _ = b.Publish(t.Context(), bus.Message{})
		if v := bustest.Value(t, reg, "bus_publish_failures_total", "service="+b.Service(), "reason=refused"); v != float64(i%2+1) {
			t.Errorf("bus %d of %s counts %g", i, b.Service(), v)
		}
	}
}
