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

// childDir tells this binary to be the process that will be killed.
const childDir = "TERRENO_PG_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(serveUntilKilled(dir))
	}
	goleak.VerifyTestMain(m)
}

// serveUntilKilled prints the server's process number and waits for the end.
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

// folder is a temporary folder that a server's user can reach, as t.TempDir's is not when we are root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "terreno-pg-") //nolint:usetesting // t.TempDir is closed to other users.
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

// query returns the one value that a query answers.
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

// eventually waits for a change that another process makes.
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
