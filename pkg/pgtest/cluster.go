package pgtest

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/pg"
)

// shared is this process's cluster.
var shared cluster

type cluster struct {
	mu     sync.Mutex
	server *pg.Server
	err    error
}

// adminDSN starts the cluster if nobody has. A failure is remembered: it would fail again, a minute later.
func (c *cluster) adminDSN() (string, error) {
	if dsn := os.Getenv(EnvAdmin); dsn != "" {
		return dsn, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil && c.err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
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
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = c.server.Stop(ctx) // The run is over; what is left dies with us.
	_ = os.RemoveAll(c.server.Dir)
	c.server = nil
}

// newFolder names a folder directly in /tmp, which every user can walk to, as t.TempDir's is not.
func newFolder() string { return filepath.Join("/tmp", "terreno-pgtest-"+rand.Text()) }

// Main wraps testing.M for goleak.VerifyTestMain: the cluster that tests started ends before goroutines are counted.
func Main(m *testing.M) interface{ Run() int } { return mainRunner{m} }

type mainRunner struct{ m *testing.M }

func (r mainRunner) Run() int {
	defer shared.stop()
	return r.m.Run()
}

// NewServer starts a cluster of the test's own, for tests that stop it: (Server).Stop, then (Server).Restart. It ends, and
// its files go, with the test.
func NewServer(t testing.TB) *pg.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := pg.Start(ctx, pg.Options{Dir: newFolder(), Ephemeral: true})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("pgtest: %v", err)
		}
		_ = os.RemoveAll(s.Dir)
	})
	return s
}
