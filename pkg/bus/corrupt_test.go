package bus_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// The server cuts a stream at the first message that it cannot read, and says so to nobody. Its publisher knows better.
func TestADamagedStreamIsSaid(t *testing.T) {
	t.Parallel()
	server := natstest.Start(t, natstest.WithTCP())
	reg := prometheus.NewRegistry()
	b, err := bus.Connect(server.URL("tracking-ingest"), "tracking-ingest", bus.Options{Log: natstest.Log(t), Metrics: reg})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	const n = 80
	for i := range n {
		if _, err := b.Publish(t.Context(), bustest.Position(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	server.Stop(t)
	damage(t, filepath.Join(server.Dir(), "jetstream", "$G", "streams", stream.Tracking, "msgs", "1.blk"))
	server.Restart(t)
	left := natstest.Stored(t, server.Admin(t), stream.Tracking)
	if left >= n {
		t.Fatalf("the server has all %d messages", left)
	}
	for i := range n {
		if _, err := b.Publish(t.Context(), bustest.Position(t, n+i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := bustest.Value(t, reg, "bus_stream_lost_total", "service=tracking-ingest", "stream=TRACKING"); got != float64(n-left) {
		t.Errorf("%v messages are said to be lost, the server has %d of %d", got, left, n)
	}
}

// damage overwrites 40 bytes in the middle of a file.
func damage(t *testing.T, file string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	junk := make([]byte, 40)
	for i := range junk {
		junk[i] = 0xaa
	}
	if _, err := f.WriteAt(junk, info.Size()/2); err != nil {
		t.Fatal(err)
	}
}
