package up

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

func openDir(t *testing.T) *datadir.Dir {
	t.Helper()
	d, err := datadir.Open(filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestTheStreamsFollowTheDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ free, want int64 }{
		{1 << 40, 8 << 30}, {16 << 30, 8 << 30}, {15 << 30, 4 << 30}, {2 << 30, 1 << 30}, {600 * mib, 256 * mib}, {512 * mib, 256 * mib},
	} {
		got, err := planStreams(openDir(t), func() (int64, error) { return c.free, nil }, true)
		if err != nil || got != c.want {
			t.Errorf("%d MiB free: streams of %d MiB, %v; want %d MiB", c.free/mib, got/mib, err, c.want/mib)
		}
	}
}

func TestTheLimitsOfStreamsNeverShrink(t *testing.T) {
	t.Parallel()
	d := openDir(t)
	plan := func(free int64) int64 {
		t.Helper()
		got, err := planStreams(d, func() (int64, error) { return free, nil }, true)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := plan(2 << 30); got != 1<<30 {
		t.Fatalf("first start: %d", got)
	}
	if err := os.Mkdir(d.Path("nats"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := plan(100 * mib); got != 1<<30 {
		t.Errorf("with less room: %d", got)
	}
	if got := plan(8 << 30); got != 4<<30 {
		t.Errorf("with more room: %d", got)
	}
}

// A data folder of a version that saved no plan has streams of 8 GiB. They may hold more than a smaller limit.
func TestAnOldFolderKeepsItsLimits(t *testing.T) {
	t.Parallel()
	d := openDir(t)
	if err := os.Mkdir(d.Path("nats"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := planStreams(d, func() (int64, error) { return 1 << 30, nil }, true); err != nil || got != streamsMost {
		t.Errorf("plan %d, %v", got, err)
	}
}

func TestTooLittleDiskSaysHowMuchIsNeeded(t *testing.T) {
	t.Parallel()
	small := func() (int64, error) { return 90 * mib, nil }
	_, err := planStreams(openDir(t), small, true)
	for _, words := range []string{"90 MiB free", "needs 512 MiB", "256 MiB for the streams", "256 MiB for PostgreSQL", "TERRENO_DATA"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not contain %q", err, words)
		}
	}
	if _, err := planStreams(openDir(t), small, false); err == nil || !strings.Contains(err.Error(), "needs 256 MiB") {
		t.Errorf("with a PostgreSQL elsewhere: %v", err)
	}
	d := openDir(t)
	if err := os.Mkdir(d.Path("nats"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := planStreams(d, small, true); err != nil {
		t.Errorf("an installation that is there does not start: %v", err)
	}
	if _, err := planStreams(d, func() (int64, error) { return 3 * mib, nil }, true); err == nil || !strings.Contains(err.Error(), "needs 64 MiB") {
		t.Errorf("an installation on a full disk: %v", err)
	}
}
