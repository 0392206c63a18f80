package pg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// supervisor keeps the server from outliving us. Descriptor 3 is a pipe whose other end is ours alone: `read` returns
// when we write "stop" or when the kernel closes our end. Then the server gets INT, its fast shutdown. The server is a
// child of this shell until it is waited for, so its number cannot be another process's by the time of the signal.
//
// $1 is a folder to remove if we died without a word, empty for none. The rest is the server's command line.
const supervisor = `
scrap=$1; shift
"$@" 3<&- &
server=$!
{ word=; read -r word <&3; kill -INT "$server"; [ "$word" = stop ] || exit 3; } 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"; status=$?
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
[ $? -eq 3 ] && [ -n "$scrap" ] && rm -rf "$scrap"
exit $status
`

// process is one life of a server.
type process struct {
	pipe   *os.File
	exited chan struct{}
	err    error // why it ended, to be read after exited
}

// supervise runs the command line as the account, with its output in log. It starts one goroutine, which ends with the
// server and not with ctx.
func supervise(ctx context.Context, a account, dir, scrap string, log *os.File, command ...string) (*process, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make the supervisor's pipe: %w", err)
	}
	defer func() { _ = theirs.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "/bin/sh", append([]string{"-c", supervisor, "terreno-postgres", scrap}, command...)...)
	cmd.Dir = dir
	cmd.Env = serverEnviron(os.Environ())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = a.attributes()
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the supervisor: %w", err), ours.Close())
	}
	p := &process{pipe: ours, exited: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		_ = p.pipe.Close() // Should the shell have been killed, its watch ends the server now.
		close(p.exited)
	}()
	return p, nil
}

// stop asks for a fast shutdown and waits for it. When ctx ends first the server is made to stop without its shutdown
// checkpoint; durable data survive that, the next start replays its log.
func (p *process) stop(ctx context.Context, pid func() (int, error)) error {
	_, err := io.WriteString(p.pipe, "stop\n")
	if err != nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("ask the server to stop: %w", err)
	}
	_ = p.pipe.Close()
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
	}
	for _, signal := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		if pid, err := pid(); err == nil {
			_ = syscall.Kill(pid, signal) // Gone already is fine.
		}
		select {
		case <-p.exited:
			return fmt.Errorf("stop the server in time: %w", ctx.Err())
		case <-time.After(5 * time.Second):
		}
	}
	return errors.New("the server does not end, not even when killed")
}

// serverEnviron drops what would change a server behind our back: libpq's and the server's own variables.
func serverEnviron(environ []string) []string {
	kept := []string{"LC_ALL=C"}
	for _, kv := range environ {
		if name, _, _ := strings.Cut(kv, "="); name == "PATH" || name == "TMPDIR" || name == "LD_LIBRARY_PATH" {
			kept = append(kept, kv)
		}
	}
	return kept
}
