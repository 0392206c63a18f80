// Package apptest runs services in tests as app.Run does in production.
package apptest

import (
	"context"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/natstest"
)

// Patience is how long a test waits for something that has to happen. It allows for a machine on which twenty others work: then a
// night's job with 1,500 alerts took longer than half a minute.
const Patience = 2 * time.Minute

// Loopback are the proxies in front of a service whose tests forward the addresses of clients.
var Loopback = httpx.Proxies{netip.MustParsePrefix("127.0.0.0/8")}

// Run runs services until the test calls stop or ends. They end as they do on SIGTERM. An error of theirs fails the
// test.
func Run(t testing.TB, services ...*app.Service) (stop func()) {
	t.Helper()
	return Start(t, func(ctx context.Context) error { return app.Run(ctx, natstest.Log(t), Patience, services...) })
}

// Start runs one runner in the same way. stop waits for its end.
func Start(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// Until waits for what another goroutine or process does. It looks often at first, and then ever less often: many tests wait at
// once, and a question every few milliseconds would take the machine from those who do what they wait for.
func Until(t testing.TB, ok func() bool) {
	t.Helper()
	for began := time.Now(); !ok(); {
		waited := time.Since(began)
		if waited > Patience {
			t.Fatal("it did not happen in time")
		}
		<-time.After(min(2*time.Millisecond+waited/10, 100*time.Millisecond))
	}
}

// Only returns a service with only the named runners, or with all of them when no name is given.
func Only(s *app.Service, runners ...string) *app.Service {
	some := &app.Service{Name: s.Name}
	for _, r := range s.Runners {
		if len(runners) == 0 || slices.Contains(runners, r.Name) {
			some.Runners = append(some.Runners, r)
		}
	}
	return some
}

// Process runs the test's program again as a process of its own, on free addresses, and returns what ends it with SIGKILL: nothing
// gets to finish anything. env are more variables. The program looks at one of them in an init function, and is the service if it is set.
// What it prints goes to out, which may be nil, and its log to the test's. The process ends with the test.
func Process(t testing.TB, out io.Writer, env ...string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0"), env...)
	cmd.Stdout, cmd.Stderr = out, t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(kill)
	return kill
}
