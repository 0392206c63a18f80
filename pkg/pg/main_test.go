package pg

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// childDir is the variable that makes this binary run as the process that the tests kill.
const childDir = "TERRENO_PG_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(serveUntilKilled(dir))
	}
	goleak.VerifyTestMain(m)
}

// serveUntilKilled starts a server, prints its pid and waits until it ends.
func serveUntilKilled(dir string) int {
	signal.Ignore(syscall.SIGINT)
	s, err := Start(context.Background(), Options{Dir: dir, Ephemeral: os.Getenv("TERRENO_PG_TEST_EPHEMERAL") != ""})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	pid, err := readPid(s.place.data)
	fmt.Println(pid, err)
	<-s.Done()
	return 1
}

// folder returns a temporary folder that the server's user can reach. When the tests run as root, that user cannot reach
// t.TempDir.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "terreno-pg-") //nolint:usetesting // Other users cannot enter t.TempDir.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// query returns the single value of a query.
func query(dsn, text string) (string, error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	var value string
	err = db.QueryRow(text).Scan(&value)
	return value, err
}

// eventually waits until another process has made a change.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !happened() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("never happened: " + what)
		}
	}
}
