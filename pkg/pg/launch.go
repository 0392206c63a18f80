package pg

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/lib/pq"
)

var (
	errPortTaken = errors.New("the port was taken")
	// errMemoryHeld means that some processes of a killed server are still running.
	errMemoryHeld = errors.New("the previous server's shared memory is still in use")
)

// maxLog is the largest size of a log, in bytes, to which a start appends. Above it, the start renames the log and begins a
// new one. Only one old log is kept.
const maxLog = 16 << 20

// initialise creates the cluster under a temporary name and then renames it. An initdb that was killed therefore never
// leaves a cluster that looks complete.
func (s *Server) initialise(ctx context.Context) error {
	if exists(filepath.Join(s.place.data, "PG_VERSION")) {
		return nil
	}
	if entries, err := os.ReadDir(s.place.data); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty and holds no PostgreSQL cluster", s.place.data)
	}
	raw := s.place.data + ".new"
	if err := os.RemoveAll(raw); err != nil {
		return fmt.Errorf("remove an unfinished cluster: %w", err)
	}
	args := []string{
		"-D", raw, "-U", Superuser, "--auth-local=trust", "--auth-host=scram-sha-256",
		"--encoding=UTF8", "--locale=" + locale(), "--no-instructions",
	}
	if !s.options.Durable {
		args = append(args, "--no-sync")
	}
	s.options.Log.Info("initialising PostgreSQL", "dir", s.place.dir, "bin", s.Bin)
	cmd := exec.CommandContext(ctx, filepath.Join(s.Bin, "initdb"), args...)
	cmd.Dir = s.place.dir
	cmd.Env = serverEnviron(os.Environ())
	cmd.SysProcAttr = s.account.attributes()
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initialise the cluster: %w\n%s", err, bytes.TrimSpace(out))
	}
	if err := os.RemoveAll(s.place.data); err != nil {
		return fmt.Errorf("replace the empty cluster folder: %w", err)
	}
	if err := os.Rename(raw, s.place.data); err != nil {
		return fmt.Errorf("rename the new cluster: %w", err)
	}
	return nil
}

// locale returns C.UTF-8, which sorts by code point and knows the letters beyond ASCII. Not every macOS has it.
func locale() string {
	if runtime.GOOS == "linux" {
		return "C.UTF-8"
	}
	return "C"
}

// launch starts a server on the port and waits until it answers.
func (s *Server) launch(ctx context.Context, port int) error {
	log, err := s.openLog()
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // The server has its own descriptor.
	before, err := log.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("find the end of the server's log: %w", err)
	}
	life, err := supervise(ctx, s.account, s.place.dir, s.scrap(), log, s.command(port)...)
	if err != nil {
		return err
	}
	s.life = life
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.options.StartTimeout)
	defer cancel()
	if err := s.awaitReady(ctx, life, port); err != nil {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		tail, why := logTail(log.Name(), before)
		err = errors.Join(fmt.Errorf("start PostgreSQL from %s: %w; it logged:\n%s", s.Bin, err, tail),
			life.stop(stopCtx, func() (int, error) { return readPid(s.place.data) }), why)
		return err
	}
	s.options.Log.Info("PostgreSQL is ready", "dir", s.place.dir, "bin", s.Bin, "port", port, "user", s.User,
		"durable", s.options.Durable, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

func (s *Server) scrap() string {
	if s.options.Ephemeral {
		return s.place.dir
	}
	return ""
}

func (s *Server) command(port int) []string {
	settings := []string{
		"listen_addresses=127.0.0.1", "max_connections=200", "timezone=UTC", "log_timezone=UTC", "lc_messages=C",
		"log_line_prefix=%m [%p] %q%u@%d ", "jit=off",
		// The server's output goes directly to our log file. A collector would be one more process.
		"logging_collector=off", "log_destination=stderr",
	}
	if !s.options.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
			"wal_level=minimal", "max_wal_senders=0", "shared_buffers=64MB")
	}
	command := []string{
		filepath.Join(s.Bin, "postgres"), "-D", s.place.data, "-k", s.place.socket, "-p", strconv.Itoa(port),
	}
	for _, setting := range settings {
		command = append(command, "-c", setting)
	}
	return command
}

// awaitReady pings the server until it answers, the server ends, or ctx ends.
func (s *Server) awaitReady(ctx context.Context, life *process, port int) error {
	connector, err := pq.NewConnector(s.dsn(Superuser, Superuser, port) + "&connect_timeout=5")
	if err != nil {
		return fmt.Errorf("parse the server's address: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-life.exited:
			return fmt.Errorf("the server ended: %w", life.err)
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w (last error: %w)", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// CreateDatabase creates a database unless one with that name exists. The superuser owns it.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	db, err := sql.Open("postgres", s.DSN(Superuser, Superuser))
	if err != nil {
		return fmt.Errorf("connect as superuser: %w", err)
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(name))
	const duplicateDatabase, uniqueViolation = "42P04", "23505" // Two sessions that create it at once get the second code.
	if err != nil && pq.As(err, duplicateDatabase, uniqueViolation) == nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

func (s *Server) openLog() (*os.File, error) {
	name := filepath.Join(s.place.dir, "server.log")
	if st, err := os.Stat(name); err == nil && st.Size() > maxLog {
		if err := os.Rename(name, name+".old"); err != nil {
			return nil, fmt.Errorf("rename the old server log: %w", err)
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return f, nil
}

// logTail returns the last lines that the server wrote after the offset. why is errPortTaken or errMemoryHeld when the
// lines show a cause for which another attempt may succeed; otherwise it is nil.
func logTail(name string, from int64) (tail string, why error) {
	b, err := os.ReadFile(name)
	if err != nil || from > int64(len(b)) {
		return fmt.Sprintf("(the log %s cannot be read: %v)", name, err), nil
	}
	b = bytes.TrimSpace(b[from:])
	switch {
	case bytes.Contains(b, []byte("Address already in use")):
		why = errPortTaken
	case bytes.Contains(b, []byte("pre-existing shared memory block")):
		why = errMemoryHeld
	}
	lines := bytes.Split(b, []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-15):], []byte("\n"))), why
}
