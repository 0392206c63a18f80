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

// supervisor is the script that keeps the server from outliving our process. Descriptor 3 is a pipe, and only our process
// holds its other end. `read` returns when we write "stop" or when the kernel closes our end. Then the shell sends INT to
// the server, which asks for a fast shutdown. The server stays a child of this shell until the shell has waited for it, so
// no other process can have its pid at the time of the signal.
//
// $1 is a folder to remove if our process died without writing "stop"; empty means none. The other arguments are the
// server's command line.
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

// process is one run of a server, from a start to its end.
type process struct {
	pipe   *os.File
	exited chan struct{}
	err    error // why the process ended; valid after exited is closed
}

// supervise runs the command line as the account and writes its output to log. It starts one goroutine, which ends with the
// server; the end of ctx does not end the server.
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
		_ = p.pipe.Close() // If somebody killed the shell, its background watcher now ends the server.
		close(p.exited)
	}()
	return p, nil
}

// stop asks for a fast shutdown and waits for it. When ctx ends first, stop forces the server to end without its shutdown
// checkpoint. Durable data survives that, because the next start replays the write-ahead log.
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
			_ = syscall.Kill(pid, signal) // The process may have ended already.
		}
		select {
		case <-p.exited:
			return fmt.Errorf("stop the server in time: %w", ctx.Err())
		case <-time.After(5 * time.Second):
		}
	}
	return errors.New("the server does not end, even after SIGKILL")
}

// serverEnviron keeps only the variables that a server needs. It drops libpq's and the server's own variables, which could
// change the server's settings without our knowledge.
func serverEnviron(environ []string) []string {
	kept := []string{"LC_ALL=C"}
	for _, kv := range environ {
		if name, _, _ := strings.Cut(kv, "="); name == "PATH" || name == "TMPDIR" || name == "LD_LIBRARY_PATH" {
			kept = append(kept, kv)
		}
	}
	return kept
}
