package pgtest

import (
	"context"
	"crypto/rand"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/scratch"
)

// shared is the cluster of this process.
var shared cluster

type cluster struct {
	mu     sync.Mutex
	server *pg.Server
	err    error
}

// adminDSN starts the cluster on the first call. It remembers a failure, because each further attempt would only fail again
// after a minute.
func (c *cluster) adminDSN() (string, error) {
	if dsn := os.Getenv(EnvAdmin); dsn != "" {
		return dsn, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil && c.err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		c.server, c.err = pg.Start(ctx, pg.Options{Dir: newFolder(), Ephemeral: true})
	}
	if c.err != nil {
		return "", c.err
	}
	return c.server.DSN(pg.Superuser, pg.Superuser), nil
}

func (c *cluster) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_ = c.server.Stop(ctx) // The test run is over. The server ends with our process in any case.
	_ = os.RemoveAll(c.server.Dir)
	c.server = nil
}

// newFolder returns the name of a folder that every user can reach; not every user can reach t.TempDir.
func newFolder() string { return filepath.Join(scratch.Folder(), "terreno-pgtest-"+rand.Text()) }

// atOnce is how many parallel tests of a package run at once, unless -parallel says otherwise. Go's own number is that of the
// processors. But the test of a service mostly waits, for a poll or for a message: on two processors, two tests at once left
// them idle three quarters of the time, and four took little more than half as long.
const atOnce = "4"

// Main wraps testing.M for goleak.VerifyTestMain. It lets more tests run at once, and stops the cluster that the tests started
// before goleak counts goroutines.
func Main(m *testing.M) interface{ Run() int } { return mainRunner{m} }

type mainRunner struct{ m *testing.M }

func (r mainRunner) Run() int {
	defer shared.stop()
	if err := flag.Set("test.parallel", atOnce); err != nil { // before Run reads the flags of the command
		panic(err)
	}
	return r.m.Run()
}

// NewServer starts a separate cluster for one test, so that the test can stop it and start it again with Server.Stop and
// Server.Restart. At the end of the test the cluster ends and its files are removed.
func NewServer(t testing.TB) *pg.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	s, err := pg.Start(ctx, pg.Options{Dir: newFolder(), Ephemeral: true})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("pgtest: %v", err)
		}
		_ = os.RemoveAll(s.Dir)
	})
	return s
}
