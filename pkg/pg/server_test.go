package pg

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func mustQuery(t *testing.T, dsn, text, want string) {
	t.Helper()
	if got, err := query(dsn, text); err != nil || got != want {
		t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
	}
}

func TestServerKeepsItsDataAndAddressOverARestart(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: filepath.Join(folder(t), "pg")})
	if err := s.CreateDatabase(t.Context(), "terreno"); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateDatabase(t.Context(), "terreno"); err != nil {
		t.Errorf("create a database that exists: %v", err)
	}
	dsn := s.DSN(Superuser, "terreno")
	mustQuery(t, dsn, "CREATE TABLE kept AS SELECT 'here' AS value; SELECT value FROM kept", "here")
	mustQuery(t, dsn, "SHOW fsync", "off")
	mustQuery(t, dsn, "SHOW max_connections", "200")

	stop(t, s)
	stop(t, s)
	if _, err := query(dsn, "SELECT 1"); err == nil {
		t.Error("a stopped server answers")
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustQuery(t, dsn, "SELECT value FROM kept", "here")
	if err := s.Restart(t.Context()); err == nil {
		t.Error("a running server was started again")
	}
}

func TestDurableServerSyncs(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: filepath.Join(folder(t), "pg"), Durable: true})
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes", "autovacuum"} {
		mustQuery(t, s.DSN(Superuser, "postgres"), "SHOW "+setting, "on")
	}
}

func TestOnlyItsOwnUserReachesTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: filepath.Join(folder(t), "pg")})
	st, err := os.Stat(s.place.socket)
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode().Perm() != 0o700 || st.Sys().(*syscall.Stat_t).Uid != s.account.uid {
		t.Errorf("the socket's folder has mode %v", st.Mode())
	}
	pid, err := readPid(s.place.data)
	if err != nil {
		t.Fatal(err)
	}
	if st, err = os.Stat(fmt.Sprintf("/proc/%d", pid)); err == nil && st.Sys().(*syscall.Stat_t).Uid == 0 {
		t.Error("the server runs as root")
	}
	group, err := syscall.Getpgid(pid)
	if err != nil || group == syscall.Getpgrp() {
		t.Errorf("the server is in our process group, so Ctrl-C reaches it: %v", err)
	}

	tcp := func(user, password string) string {
		u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/postgres"}
		u.Host = fmt.Sprintf("127.0.0.1:%d", s.Port)
		return u.String() + "?sslmode=disable"
	}
	mustQuery(t, s.DSN(Superuser, "postgres"), "CREATE ROLE guest LOGIN PASSWORD 'open'; SELECT 'done'", "done")
	mustQuery(t, tcp("guest", "open"), "SELECT current_user", "guest")
	for user, password := range map[string]string{"guest": "wrong", Superuser: "open"} {
		if _, err := query(tcp(user, password), "SELECT 1"); err == nil {
			t.Errorf("%s connected over TCP with password %q", user, password)
		}
	}
}

func TestFolderHasOneServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	s := start(t, Options{Dir: dir})
	if _, err := Start(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a second server: %v", err)
	}
	stop(t, s)
	start(t, Options{Dir: dir, Port: s.Port})
}

func TestFailedStartShowsTheServersLog(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	s := start(t, Options{Dir: dir})
	stop(t, s)
	conf := filepath.Join(s.place.data, "postgresql.conf")
	if err := os.WriteFile(conf, []byte("work_mem = plenty\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "work_mem"`) {
		t.Errorf("got %v", err)
	}
	if _, err := lockFolder(dir); err != nil {
		t.Errorf("a failed start keeps the folder's lock: %v", err)
	}
}

func TestStartRefusesForeignFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	if err := os.MkdirAll(filepath.Join(dir, "data", "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
}

// The pid in the file of a killed server may belong to another process of the same user in the meantime.
func TestStalePidFileDoesNotPreventAStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	s := start(t, Options{Dir: dir})
	stop(t, s)
	other := exec.Command("sleep", "600")
	other.SysProcAttr = s.account.attributes()
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Process.Kill(); _ = other.Wait() })
	stale := fmt.Sprintf("%d\n%s\n1700000000\n%d\n%s\n\n", other.Process.Pid, s.place.data, s.Port, s.place.socket)
	for _, name := range []string{
		filepath.Join(s.place.data, "postmaster.pid"), filepath.Join(s.place.socket, fmt.Sprintf(".s.PGSQL.%d.lock", s.Port)),
	} {
		if err := os.WriteFile(name, []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(name, int(s.account.uid), int(s.account.gid)); err != nil {
			t.Fatal(err)
		}
	}
	start(t, Options{Dir: dir, Port: s.Port})
}

func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	stop(t, start(t, Options{Dir: dir}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{Dir: dir}); err == nil {
		t.Error("a start with a cancelled context succeeded")
	}
	if _, err := readPid(filepath.Join(dir, "data")); err == nil {
		t.Error("a server was left behind")
	}
	start(t, Options{Dir: dir})
}
