package gateway_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/services/gateway"
)

// instance is one gateway with its own connections, as if it ran in its own process.
type instance struct {
	*app.Service
	URL       string
	directory *directory.Directory
	metrics   *prometheus.Registry
	clock     *clock.Manual
	stop      func()
}

type settings struct {
	gateway.Config
	bus *bus.Bus
	// narrow makes the kernel's buffer of each socket small.
	narrow bool
	// unready does not wait until the gateway is ready.
	unready bool
	// drain is how long a drain may take.
	drain time.Duration
}

// gateway starts one. change may be nil.
func (w *world) gateway(t *testing.T, change func(*settings)) *instance {
	t.Helper()
	var s settings
	if _, err := config.Load(&s.Config, nil); err != nil {
		t.Fatal(err)
	}
	// A busy machine may stand still for seconds. Tests of these limits set their own.
	s.DrainSpread, s.ResumeWait, s.drain = 0, patience, 10*time.Second
	if change != nil {
		change(&s)
	}
	if s.bus == nil {
		s.bus = w.nats.Bus(t, "gateway")
	}
	reg, now := prometheus.NewRegistry(), clock.NewManual(noon.Add(time.Hour))
	data := w.data.DB(t, "gateway")
	dir := directory.New(data, s.bus, natstest.Log(t), reg)
	service, err := gateway.New(s.Config, app.Deps{
		Log: natstest.Log(t), Metrics: reg, Clock: now, Bus: s.bus, DB: data, Directory: dir,
		Auth: w.issuer.Verifier(t, dir.Revoked), DrainTimeout: s.drain, Proxies: apptest.Loopback,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(service.Handler)
	if s.narrow {
		server.Listener = narrowListener{server.Listener}
	}
	server.Start()
	upkeep := &app.Service{Name: "gateway", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}}
	t.Cleanup(server.Close)
	stop := apptest.Run(t, upkeep, service)
	i := &instance{Service: service, URL: server.URL, directory: dir, metrics: reg, clock: now}
	i.stop = func() {
		stop()
		server.Close()
	}
	if !s.unready {
		i.ready(t)
	}
	return i
}

type narrowListener struct{ net.Listener }

func (l narrowListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(8 << 10)
	}
	return conn, err
}

func (i *instance) ready(t *testing.T) {
	t.Helper()
	eventually(t, "the gateway is ready", func() error { return i.Checks[0].Ready(t.Context()) })
}

// count returns the value of a metric, of the series with this label if one is given.
func (i *instance) count(t testing.TB, metric string, label ...string) int {
	t.Helper()
	families, err := i.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() != metric {
			continue
		}
		for _, m := range f.GetMetric() {
			labelled := len(label) == 0
			for _, l := range m.GetLabel() {
				labelled = labelled || l.GetName() == label[0] && l.GetValue() == label[1]
			}
			if labelled {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return int(sum)
}

// eventually repeats ask until it returns no error.
func eventually(t *testing.T, what string, ask func() error) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: still not after %v: %v", what, patience, err)
		}
	}
}

var errNotYet = errors.New("not yet")

var plainHTTP = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
