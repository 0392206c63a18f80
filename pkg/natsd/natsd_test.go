package natsd_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natsd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o natsd.Options) *natsd.Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := natsd.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Shutdown)
	return s
}

func connect(t *testing.T, s *natsd.Server, user string) *nats.Conn {
	t.Helper()
	nc, err := s.Connect(user)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestInProcessOnly(t *testing.T) {
	t.Parallel()
	s := start(t, natsd.Options{})
	if s.Addr() != "" || s.URL(bus.Admin) != "" {
		t.Errorf("a server without a port has an address: %q %q", s.Addr(), s.URL(bus.Admin))
	}
	if err := connect(t, s, bus.Admin).Flush(); err != nil {
		t.Error(err)
	}
	if _, err := s.Connect("nobody"); err == nil {
		t.Error("an unknown user connected")
	}
}

func TestOverTCPNeedsThePassword(t *testing.T) {
	t.Parallel()
	s := start(t, natsd.Options{Port: -1})
	if !strings.HasPrefix(s.Addr(), "127.0.0.1:") {
		t.Errorf("server listens on %s", s.Addr())
	}
	nc, err := nats.Connect(s.URL("gateway"), bus.DialOptions("gateway")...)
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	for _, url := range []string{"nats://" + s.Addr(), "nats://gateway:wrong@" + s.Addr()} {
		if nc, err := nats.Connect(url); !errors.Is(err, nats.ErrAuthorization) {
			nc.Close()
			t.Errorf("connect to %s: %v, expected an authorization error", url, err)
		}
	}
}

func TestStreamsSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := natsd.Start(natsd.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	nc, err := first.Connect(bus.Admin)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "s", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	nc.Close()
	first.Shutdown()

	js, err = jetstream.New(connect(t, start(t, natsd.Options{Dir: dir}), bus.Admin))
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), "S")
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.GetMsg(t.Context(), 1)
	if err != nil || string(m.Data) != "kept" {
		t.Errorf("after a restart: %v, %v", m, err)
	}
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	if _, err := natsd.Start(natsd.Options{}); err == nil {
		t.Error("a server without a directory started")
	}
	open := natsd.Options{Dir: t.TempDir(), Passwords: func(string) string { return "" }}
	if _, err := natsd.Start(open); err == nil {
		t.Error("a server without passwords started")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := natsd.Start(natsd.Options{Dir: file}); err == nil || strings.Contains(err.Error(), "not ready") {
		t.Errorf("a server whose directory is a file: %v", err)
	}
}

func TestServerLinesGoToTheLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := natsd.Start(natsd.Options{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s.Shutdown()
	if !strings.Contains(out.String(), "level=DEBUG") || !strings.Contains(out.String(), "Server is ready") {
		t.Errorf("the log lacks the server's lines:\n%s", out.String())
	}
	if strings.Contains(out.String(), "level=WARN") {
		t.Errorf("a normal start logs a warning:\n%s", out.String())
	}
}

// The server's own default is two minutes: a power cut could lose all messages of that time.
func TestSyncInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, want time.Duration }{{0, 200 * time.Millisecond}, {time.Second, time.Second}} {
		s := start(t, natsd.Options{SyncInterval: c.set})
		if got := natsd.SyncInterval(s); got != c.want {
			t.Errorf("sync interval %s, expected %s", got, c.want)
		}
	}
}
