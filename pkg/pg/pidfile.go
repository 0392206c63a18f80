package pg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clearLocks gets postmaster.pid and the socket's lock out of the way of a start. PostgreSQL itself discards them when the
// process they name is gone, but refuses when the number now belongs to another process of the same user, as it easily
// does after a reboot or in a container. A server that is really there is the one of a process that was killed a moment
// ago, on its way out (our lock says that no live process of ours uses the folder): it is waited for.
func (p place) clearLocks(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		pid, err := readPid(p.data)
		if err != nil || !serves(ctx, pid, p.data) {
			return p.removeLocks()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("another PostgreSQL (process %d) serves %s: stop it first", pid, p.data)
		}
	}
}

func (p place) removeLocks() error {
	sockets, _ := filepath.Glob(filepath.Join(p.socket, ".s.PGSQL.*")) // The only error is a malformed pattern.
	for _, name := range append(sockets, filepath.Join(p.data, "postmaster.pid")) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a stale lock: %w", err)
		}
	}
	return nil
}

// readPid returns the number of the process that says it serves data.
func readPid(data string) (int, error) {
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("read the server's process number: %w", err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	pid, err := strconv.Atoi(strings.TrimSpace(string(line)))
	if err != nil || pid < 1 {
		return 0, fmt.Errorf("postmaster.pid begins with %q", line)
	}
	return pid, nil
}

// serves says whether the process is alive and a server of data: we always name the folder on the command line.
func serves(ctx context.Context, pid int, data string) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil && !exists("/proc/self") { // macOS
		command, err = exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	}
	return err == nil && bytes.Contains(command, []byte("postgres")) && bytes.Contains(command, []byte(data))
}
