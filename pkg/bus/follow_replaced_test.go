package bus_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

func replaceAlerts(t testing.TB, s *natstest.Server, admin *bus.Bus) {
	t.Helper()
	if err := admin.JetStream().DeleteStream(t.Context(), stream.Alerts); err != nil {
		t.Fatal(err)
	}
	bustest.Provision(t, admin, s.Table())
}

func TestFollowOfAReplacedStream(t *testing.T) {
	t.Parallel()
	// The new stream is shorter than, as long as, or longer than the old one.
	for name, n := range map[string]int{"empty": 0, "shorter": 3, "equal": 10, "longer": 40} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := natstest.Start(t)
			admin := s.Admin(t)
			bustest.Alerts(t, admin, 1, 10)
			f := bustest.StartFollow(t, s.Bus(t, "gateway"), 1)
			f.Wait(10)
			replaceAlerts(t, s, admin)
			bustest.Alerts(t, admin, 1, n)
			if err := bustest.Within(t, "follow ends", time.Minute, f.Result); !errors.Is(err, bus.ErrStreamReplaced) {
				t.Errorf("follow: %v", err)
			}
			if f.Reached(11) {
				t.Error("the follower was given messages of the new stream")
			}
		})
	}
}

func TestFollowOfAStreamReplacedDuringAnOutage(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	admin := s.Admin(t)
	bustest.Alerts(t, admin, 1, 10)
	f := bustest.StartFollow(t, s.BusAt(t, "gateway", link.Addr()), 1)
	f.Wait(10)
	link.Down()
	replaceAlerts(t, s, admin)
	bustest.Alerts(t, admin, 1, 40)
	link.Up()
	if err := bustest.Within(t, "follow ends", time.Minute, f.Result); !errors.Is(err, bus.ErrStreamReplaced) {
		t.Errorf("follow: %v", err)
	}
}

// A server that lost its power comes back with an older state of its disk, and gives the lost sequences to others.
func TestFollowOfAStreamThatLostItsEnd(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	bustest.Alerts(t, s.Admin(t), 1, 5)
	s.Stop(t)
	earlier := filepath.Join(t.TempDir(), "earlier")
	if err := os.CopyFS(earlier, os.DirFS(s.Dir())); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	bustest.Alerts(t, s.Admin(t), 6, 10)
	f := bustest.StartFollow(t, s.BusAt(t, "gateway", link.Addr()), 1)
	f.Wait(10)
	link.Down()
	s.Stop(t)
	if err := errors.Join(os.RemoveAll(s.Dir()), os.CopyFS(s.Dir(), os.DirFS(earlier))); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	bustest.Alerts(t, s.Admin(t), 6, 20)
	link.Up()
	if err := bustest.Within(t, "follow ends", time.Minute, f.Result); !errors.Is(err, bus.ErrStreamReplaced) {
		t.Errorf("follow: %v", err)
	}
	if f.Reached(11) {
		t.Error("the follower was given messages of after the loss")
	}
}

func TestFollowBeyondTheEnd(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	bustest.Alerts(t, s.Admin(t), 1, 10)
	f := bustest.StartFollow(t, s.Bus(t, "gateway"), 12)
	if err := bustest.Within(t, "follow ends", time.Minute, f.Result); !errors.Is(err, bus.ErrStreamReplaced) {
		t.Errorf("follow: %v", err)
	}
}

func TestFollowOnAClosedBus(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, "gateway")
	f := bustest.StartFollow(t, b, 1)
	bustest.Alerts(t, s.Admin(t), 1, 1)
	f.Wait(1)
	b.Close()
	if err := bustest.Within(t, "follow ends", time.Minute, f.Result); !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("follow: %v", err)
	}
}
