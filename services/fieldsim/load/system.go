package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // the driver "postgres"

	"github.com/terreno/terreno/pkg/wait"
)

// startTimeout is for the start of an installation on a busy machine.
const startTimeout = 2 * time.Minute

// program is how an installation is started.
type program struct {
	command []string
	environ []string
}

// system is a running installation.
type system struct {
	dir  string // its data folder
	addr string // host:port of its public listener
	cmd  *exec.Cmd
	// exited is closed once the process has ended.
	exited chan struct{}
	// postmaster is the first process of PostgreSQL, and backend the one that serves this package's questions.
	postmaster, backend int
	pool                *sqlx.DB
	db                  *sqlx.Conn
}

// start runs `terreno up` on a data folder and returns when it is ready.
func (p program) start(ctx context.Context, dir string) (*system, error) {
	log, err := os.OpenFile(dir+".log", os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = log.Close() }() // The process has its own descriptor.
	s := &system{dir: dir, exited: make(chan struct{})}
	args := append(append([]string{}, p.command[1:]...), "up")
	s.cmd = exec.CommandContext(ctx, p.command[0], args...)
	s.cmd.Env = append(append(os.Environ(), p.environ...),
		"TERRENO_DATA="+dir, "TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_DEMO=false", "DEMO=false",
		"DATABASE_URL=", "TERRENO_GATEWAY_COMPANY_SOCKETS=50000")
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start terreno: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start terreno: %w", err)
	}
	ready := make(chan bool, 1)
	go func() {
		lines, up := bufio.NewScanner(out), false
		for !up && lines.Scan() {
			up = strings.HasPrefix(lines.Text(), "up in ")
		}
		ready <- up
		_, _ = io.Copy(io.Discard, out)
		_ = s.cmd.Wait() // Whoever ends it knows how it ended.
		close(s.exited)
	}()
	if err := s.await(ctx, ready); err != nil {
		_ = s.cmd.Process.Kill()
		<-s.exited
		tail, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("start terreno: %w\nit logged:\n%s", err, tail[max(0, len(tail)-2000):])
	}
	return s, nil
}

// await waits until the installation is ready and connects to its database.
func (s *system) await(ctx context.Context, ready <-chan bool) error {
	select {
	case up := <-ready:
		if !up {
			return errors.New("it ended before it was ready")
		}
	case <-time.After(startTimeout):
		return fmt.Errorf("not ready after %v", startTimeout)
	}
	var running struct {
		HTTP string `json:"http"`
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "running.json"))
	if err == nil {
		err = json.Unmarshal(text, &running)
	}
	if err != nil {
		return fmt.Errorf("find its address: %w", err)
	}
	s.addr = strings.TrimPrefix(running.HTTP, "http://")
	return s.connect(ctx)
}

// connect opens one connection to PostgreSQL as its superuser. The address stands in postmaster.pid, by lines: the process,
// the folder, the start, the port, the folder of the socket.
func (s *system) connect(ctx context.Context) error {
	found, err := filepath.Glob(filepath.Join(s.dir, "postgresql-*", "data", "postmaster.pid"))
	if err != nil || len(found) != 1 {
		return fmt.Errorf("PostgreSQL's own user cannot reach %s, so its files are elsewhere: choose another folder with -data", s.dir)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		return fmt.Errorf("find PostgreSQL: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 5 {
		return fmt.Errorf("find PostgreSQL: %s has %d lines", found[0], len(lines))
	}
	if s.postmaster, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil {
		return fmt.Errorf("find PostgreSQL: %w", err)
	}
	dsn := fmt.Sprintf("host=%s port=%s user=postgres dbname=terreno sslmode=disable", lines[4], lines[3])
	if s.pool, err = sqlx.Open("postgres", dsn); err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if s.db, err = s.pool.Connx(ctx); err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	s.backend, err = s.ownBackend(ctx)
	return err
}

// cpu returns the CPU time of all servers since their start.
func (s *system) cpu() (usage, error) { return cpuOf(s.cmd.Process.Pid, s.backend) }

// end sends the process a signal and waits until it and PostgreSQL have ended. It may be called again.
func (s *system) end(signal syscall.Signal) error {
	if s.pool != nil {
		_ = s.db.Close() // The server is about to end.
		_ = s.pool.Close()
		s.pool = nil
	}
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end terreno: %w", err)
	}
	<-s.exited
	deadline, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for s.postmaster != 0 && syscall.Kill(s.postmaster, 0) == nil {
		if !wait.For(deadline, 20*time.Millisecond) {
			return fmt.Errorf("PostgreSQL still runs %v after terreno ended", startTimeout)
		}
	}
	return nil
}
