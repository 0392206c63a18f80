package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Superuser is the administrator of a private cluster. It connects over the unix socket alone.
const Superuser = "postgres"

const (
	defaultStartTimeout = 60 * time.Second
	// How long a server whose process was killed may take for its fast shutdown before we call it somebody else's.
	orphanPatience = 15 * time.Second
)

// Options say where and how a server runs. Only Dir is needed.
type Options struct {
	// Dir holds the cluster; it is made when missing and initialised when empty.
	Dir string
	// Durable false is for data that may be lost: fsync, synchronous_commit, full_page_writes and autovacuum are off.
	Durable bool
	// Ephemeral removes Dir when our process dies without Stop. Whoever calls Stop removes it.
	Ephemeral bool
	// Port on 127.0.0.1; 0 takes a free one, which the server keeps over Restart.
	Port int
	// Bin is the folder with initdb and postgres; empty means FindBinaries.
	Bin string
	// StartTimeout covers the start alone, not initdb; 60 s when zero.
	StartTimeout time.Duration
	Log          *slog.Logger
}

// Server is a running cluster.
type Server struct {
	// Bin is the folder of the binaries it runs from.
	Bin string
	// Dir is where it lives: Options.Dir, or a folder under /var/lib/terreno when the server's user cannot reach that.
	Dir string
	// User is the system user that it runs as; empty means our own.
	User string
	Port int

	options Options
	place   place
	account account
	lock    *os.File

	mu   sync.Mutex
	life *process
}

// Start initialises the cluster if there is none and starts its server. It returns when the server takes connections;
// its error ends with what the server logged. Only one process may have the folder.
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

// lockFolder keeps a second process of ours away for as long as this one lives.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database folder's lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process runs the database in %s: %w", dir, err), f.Close())
	}
	return f, nil
}

func (s *Server) begin(ctx context.Context) error {
	if err := s.initialise(ctx); err != nil {
		return err
	}
	if err := s.place.clearLocks(ctx, orphanPatience); err != nil {
		return err
	}
	giveUp := time.Now().Add(orphanPatience)
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
		case errors.Is(err, errMemoryHeld) && time.Now().Before(giveUp) && ctx.Err() == nil:
			// The kernel takes its time with the processes of a server that was killed. A try takes a while as well.
		case errors.Is(err, errPortTaken) && s.Port == 0 && attempt < 3:
			// Between our choice of a free port and the server's bind somebody else took it.
		default:
			return err
		}
	}
}

func (s *Server) choosePort(ctx context.Context) (int, error) {
	if s.Port != 0 {
		return s.Port, nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// DSN is the address for a role over the unix socket, where no password is asked.
func (s *Server) DSN(user, dbname string) string { return s.dsn(user, dbname, s.Port) }

func (s *Server) dsn(user, dbname string, port int) string {
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + dbname, RawQuery: url.Values{
		"host": {s.place.socket}, "port": {strconv.Itoa(port)}, "sslmode": {"disable"},
	}.Encode()}
	return u.String()
}

// Done is closed when the server has ended, on its own or by Stop.
func (s *Server) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life.exited
}

// Stop shuts the server down and gives the folder free. Open connections are cut. It may be called twice.
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

// Restart starts a server that has ended again: same folder, same address, so that pools which point to it recover.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.life.exited:
	default:
		return errors.New("restart: the server runs")
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
