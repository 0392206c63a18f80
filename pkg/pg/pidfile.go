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

// clearLocks removes a stale postmaster.pid and a stale lock of the socket before a start. PostgreSQL itself discards them
// when the process that they name is gone. But it refuses to start when another process of the same user now has that
// pid, which happens easily after a reboot or in a container.
//
// We hold the folder's lock, so no live process of ours uses the folder. If a server still runs there, its parent was
// killed a moment ago and the server is shutting down: clearLocks waits up to timeout for it to end.
func (p place) clearLocks(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
			return fmt.Errorf("another PostgreSQL (process %d) uses %s: stop it first", pid, p.data)
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

// readPid returns the pid in the pid file of the cluster in data.
func readPid(data string) (int, error) {
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("read the server's pid: %w", err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	pid, err := strconv.Atoi(strings.TrimSpace(string(line)))
	if err != nil || pid < 1 {
		return 0, fmt.Errorf("postmaster.pid begins with %q", line)
	}
	return pid, nil
}

// serves reports whether the process is alive and is a server of the cluster in data. Our command line always names that
// folder.
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
