package datadir_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

func open(t *testing.T, path string) *datadir.Dir {
	t.Helper()
	d, err := datadir.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestOneOwnerAtATime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	d := open(t, path)
	_, err := datadir.Open(path)
	if !errors.Is(err, datadir.ErrInUse) || !strings.Contains(err.Error(), "TERRENO_DATA") {
		t.Errorf("second owner: %v, want ErrInUse with instructions", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestSecretAndClockSurvive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	first := open(t, path)
	if _, ok := first.Clock(); ok {
		t.Error("a new folder has a clock")
	}
	if first.Welcomed() {
		t.Error("a new folder says that the welcome was shown")
	}
	if err := first.Keep("demo"); err != nil {
		t.Fatal(err)
	}
	password := first.Password("terreno_identity")
	at := time.Date(2015, 6, 7, 14, 3, 2, 5, time.UTC)
	if err := first.SaveClock(at); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, path)
	if second.Welcomed() {
		t.Error("the folder says that the welcome was shown, but nobody called Welcome")
	}
	if err := second.Welcome(); err != nil || !second.Welcomed() {
		t.Errorf("after Welcome: welcomed %v, %v", second.Welcomed(), err)
	}
	if err := second.Keep("demo"); err != nil {
		t.Error(err)
	}
	if err := second.Keep("own"); !errors.Is(err, datadir.ErrOtherKind) || !strings.Contains(err.Error(), "TERRENO_DATA") {
		t.Errorf("the demo's folder used for another kind: %v", err)
	}
	if second.ID() != first.ID() || len(first.ID()) != 8 {
		t.Errorf("id %q, then %q", first.ID(), second.ID())
	}
	if got, ok := second.Clock(); !ok || !got.Equal(at) {
		t.Errorf("clock %v %v, want %v", got, ok, at)
	}
	if second.Password("terreno_identity") != password || second.Password("terreno_gateway") == password {
		t.Error("the passwords are not derived from the secret and the user")
	}
	if info, err := os.Stat(second.Path("secret")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secret: %v, %v", info, err)
	}
}

func TestBrokenSecretIsNotReplaced(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "secret"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := datadir.Open(path); err == nil || !strings.Contains(err.Error(), "restore it") {
		t.Errorf("opened with a broken secret: %v", err)
	}
}

func TestOthersFindARunningInstallation(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	if _, err := datadir.ReadRunning(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder without a running installation: %v", err)
	}
	want := datadir.Running{HTTP: "http://127.0.0.1:8080", NATS: "nats://admin:x@127.0.0.1:4222", PostgreSQL: "postgres://postgres:x@127.0.0.1:5432/terreno"}
	if err := open(t, path).SaveRunning(want); err != nil {
		t.Fatal(err)
	}
	if got, err := datadir.ReadRunning(path); err != nil || got != want {
		t.Errorf("read %+v, %v", got, err)
	}
}
