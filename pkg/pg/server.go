package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/terreno/terreno/pkg/freeport"
)

// Superuser is the administrator of a private cluster. It connects only over the unix socket.
const Superuser = "postgres"

const (
	defaultStartTimeout = 60 * time.Second
	// orphanTimeout is how long we wait for the fast shutdown of a server whose parent was killed. After that we assume
	// that somebody else runs the server.
	orphanTimeout = 15 * time.Second
)

// Options say where and how a server runs. Only Dir is required.
type Options struct {
	// Dir holds the cluster. Start creates it when it is missing and initialises it when it is empty.
	Dir string
	// Durable protects the data against a crash. Without it, fsync, synchronous_commit, full_page_writes and autovacuum
	// are off: use that only for data that may be lost.
	Durable bool
	// Ephemeral removes Dir when our process dies without a call of Stop. A caller of Stop removes Dir itself.
	Ephemeral bool
	// Port on 127.0.0.1. 0 chooses a free port, which the server keeps over Restart.
	Port int
	// Bin is the folder with initdb and postgres. If it is empty, Start finds one.
	Bin string
	// StartTimeout limits the start, without initdb; the default is 60 s.
	StartTimeout time.Duration
	Log          *slog.Logger
}

// Server is a running cluster.
type Server struct {
	// Bin is the folder of its binaries.
	Bin string
	// Dir is the folder of the cluster: Options.Dir, or a folder under /var/lib/terreno when the server's user cannot
	// reach Options.Dir.
	Dir string
	// User is the system user that the server runs as; empty means the user of our own process.
	User string
	Port int

	options Options
	place   place
	account account
	lock    *os.File

	mu   sync.Mutex
	life *process
}

// Start initialises the cluster if there is none, and starts its server. It returns when the server accepts connections.
// If the server fails to start, the error includes the end of the server's log. Only one process at a time may use the
// folder.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = defaultStartTimeout
	}
	a, err := serverAccount()
	if err != nil {
		return nil, err
	}
	p, err := choosePlace(o.Dir, fallbackRoot, a)
	if err != nil {
		return nil, err
	}
	if o.Bin == "" {
		if o.Bin, err = chooseBinaries(ctx, finder{root: "/", environ: os.Environ()}, p.data); err != nil {
			return nil, err
		}
	}
	if err := p.make(a); err != nil {
		return nil, err
	}
	lock, err := lockFolder(p.dir)
	if err != nil {
		return nil, err
	}
	s := &Server{Bin: o.Bin, Dir: p.dir, User: a.name, Port: o.Port, options: o, place: p, account: a, lock: lock}
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return s, nil
}

// lockFolder keeps other processes of ours out of the folder. The lock holds until it is closed or our process ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database folder's lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process uses the database in %s: %w", dir, err), f.Close())
	}
	return f, nil
}

func (s *Server) begin(ctx context.Context) error {
	if err := s.initialise(ctx); err != nil {
		return err
	}
	if err := s.place.clearLocks(ctx, orphanTimeout); err != nil {
		return err
	}
	deadline := time.Now().Add(orphanTimeout)
	for attempt := 1; ; attempt++ {
		port, err := s.choosePort(ctx)
		if err != nil {
			return err
		}
		err = s.launch(ctx, port)
		if err == nil {
			s.Port = port
			return nil
		}
		switch {
		case errors.Is(err, errMemoryHeld) && time.Now().Before(deadline) && ctx.Err() == nil:
			// The processes of a killed server take a while to end. An attempt takes a while too, so there is no pause.
		case errors.Is(err, errPortTaken) && s.Port == 0 && attempt < 3:
			// Another program took the port after we chose it and before the server bound it.
		default:
			return err
		}
	}
}

func (s *Server) choosePort(ctx context.Context) (int, error) {
	if s.Port != 0 {
		return s.Port, nil
	}
	ports, err := freeport.Pick(ctx, 1)
	if err != nil {
		return 0, err
	}
	return ports[0], nil
}

// DSN returns the address for a role over the unix socket, which needs no password.
func (s *Server) DSN(user, dbname string) string { return s.dsn(user, dbname, s.Port) }

func (s *Server) dsn(user, dbname string, port int) string {
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + dbname, RawQuery: url.Values{
		"host": {s.place.socket}, "port": {strconv.Itoa(port)}, "sslmode": {"disable"},
	}.Encode()}
	return u.String()
}

// Done returns a channel that is closed when the server has ended, on its own or by Stop.
func (s *Server) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life.exited
}

// Stop shuts the server down and releases the folder. It cuts open connections. It may be called twice.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.life.stop(ctx, func() (int, error) { return readPid(s.place.data) })
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
		s.lock = nil
	}
	return err
}

// Restart starts an ended server again, in the same folder and at the same address, so that existing pools recover.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.life.exited:
	default:
		return errors.New("restart: the server is running")
	}
	if s.lock == nil {
		lock, err := lockFolder(s.place.dir)
		if err != nil {
			return err
		}
		s.lock = lock
	}
	return s.begin(ctx)
}
