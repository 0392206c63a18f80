package pg

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// runChild starts a process that starts a server. It returns the process and the pid of the server.
func runChild(t *testing.T, dir string, env ...string) (*exec.Cmd, int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), childDir+"="+dir), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(line, &pid); err != nil {
		t.Fatalf("the child printed %q", line)
	}
	return cmd, pid
}

func gone(pid int) bool { return syscall.Kill(pid, 0) != nil }

func TestServerEndsWhenItsParentIsKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	cmd, pid := runChild(t, dir)
	if gone(pid) {
		t.Fatal("the server is not running")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // A process that is killed holds its files until it has ended.
	// Start the next server at once, while the old one is still shutting down.
	s := start(t, Options{Dir: dir})
	if !gone(pid) {
		t.Error("two servers use one folder")
	}
	mustQuery(t, s.DSN(Superuser, "postgres"), "SELECT 1", "1")
}

func TestKilledParentOfAnEphemeralServerLeavesNoFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	cmd, pid := runChild(t, dir, "TERRENO_PG_TEST_EPHEMERAL=1")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server ends", func() bool { return gone(pid) })
	eventually(t, "its files are removed", func() bool {
		left, err := os.ReadDir(dir)
		return err != nil || len(left) == 0
	})
}

func TestCtrlCDoesNotReachTheServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "pg")
	cmd, pid := runChild(t, dir)
	group, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	if group == cmd.Process.Pid || group == syscall.Getpgrp() {
		t.Error("the server is in the terminal's process group")
	}
}

// Somebody may also kill the shell between our process and the server.
func TestKilledSupervisorEndsTheServer(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: filepath.Join(folder(t), "pg")})
	pid, err := readPid(s.place.data)
	if err != nil {
		t.Fatal(err)
	}
	shell, err := syscall.Getpgid(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(shell, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	eventually(t, "the server ends", func() bool { return gone(pid) })
}
