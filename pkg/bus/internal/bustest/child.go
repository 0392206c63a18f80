package bustest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"

	"github.com/terreno/terreno/pkg/bus"
)

// Names of environment variables that tell a test binary to be a child.
const (
	childKind = "BUSTEST_CHILD"
	childURL  = "BUSTEST_URL"
	childFile = "BUSTEST_FILE"
)

// ChildFunc is what a child does with a bus and a file until ctx ends. The file is all that is left of it when it dies.
type ChildFunc func(ctx context.Context, b *bus.Bus, file string) error

// Main makes this process a child of the given kind, if it was started as one, and does not return then.
func Main(service string, kinds map[string]ChildFunc) {
	do := kinds[os.Getenv(childKind)]
	if do == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	b, err := bus.Connect(os.Getenv(childURL), service, bus.Options{Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = do(ctx, b, os.Getenv(childFile))
	}
	if err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// RunChildren starts one child after the other, each when the one before has died, until done. It returns how many died.
func (w *World) RunChildren(kind, service, file string, most int, done func() bool) (died int) {
	w.T.Helper()
	for {
		c := w.Child(kind, service, file)
		Eventually(w.T, kind+" dies or is done", func() bool {
			select {
			case <-c.Dead:
				return true
			default:
				return done()
			}
		})
		select {
		case <-c.Dead:
			if died++; died > most {
				w.T.Fatalf("%d processes died", died)
			}
		default:
			c.Stop()
			return died
		}
	}
}

// Child is a process of its own.
type Child struct {
	*os.Process
	// Dead is closed when the process has ended.
	Dead  <-chan struct{}
	stdin io.Closer
}

// Stop asks the process to end, and waits until it has.
func (c *Child) Stop() {
	_ = c.stdin.Close()
	<-c.Dead
}

// Child starts a child. It is killed at the end of the test.
func (w *World) Child(kind, service, file string) *Child {
	w.T.Helper()
	self, err := os.Executable()
	if err != nil {
		w.T.Fatal(err)
	}
	cmd := exec.CommandContext(w.T.Context(), self)
	cmd.Env = append(os.Environ(), childKind+"="+kind, childURL+"="+w.Server.URL(service), childFile+"="+file)
	cmd.Stderr = w.T.Output()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		w.T.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.T.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	w.T.Cleanup(func() { <-ended })
	return &Child{Process: cmd.Process, Dead: ended, stdin: stdin}
}
