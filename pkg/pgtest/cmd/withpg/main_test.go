package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
)

// runMain is the variable that makes this test binary run main.
const runMain = "WITHPG_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

func withpg(t *testing.T, admin string, command ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, command...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, pgtest.EnvAdmin+"=") })
	cmd.Env = append(cmd.Env, runMain+"=1")
	if admin != "" {
		cmd.Env = append(cmd.Env, pgtest.EnvAdmin+"="+admin)
	}
	return cmd
}

func exitOf(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	ee, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		t.Fatal(err)
	}
	return ee.ExitCode()
}

func TestCommandHasAClusterWhileItRuns(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "", "sh", "-c", `echo "$`+pgtest.EnvAdmin+`"; cat; exit 7`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	socket := address.Query().Get("host")
	if _, err := os.Stat(socket); err != nil {
		t.Errorf("no cluster at %s: %v", line, err)
	}
	_ = in.Close()
	if code := exitOf(t, cmd.Wait()); code != 7 {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the cluster was not removed: %v", err)
	}
}

func TestSIGTERMIsForwarded(t *testing.T) {
	t.Parallel()
	cmd := withpg(t, "", "sh", "-c", `trap 'exit 9' TERM; exec 3<&0; cat <&3 & echo ready; wait`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("ready"))); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := exitOf(t, cmd.Wait()); code != 9 {
		t.Errorf("exit code %d", code)
	}
}

func TestNamedClusterIsUsed(t *testing.T) {
	t.Parallel()
	out, err := withpg(t, "postgres://named", "sh", "-c", `echo "$`+pgtest.EnvAdmin+`"; kill -KILL $$`).Output()
	if code := exitOf(t, err); code != 137 || !bytes.Equal(out, []byte("postgres://named\n")) {
		t.Errorf("exit code %d, output %q", code, out)
	}
	if code := exitOf(t, withpg(t, "postgres://named", "/no/such/command").Run()); code != 1 {
		t.Errorf("a command that does not exist: exit code %d", code)
	}
	if code := exitOf(t, withpg(t, "postgres://named").Run()); code != 2 {
		t.Errorf("no command: exit code %d", code)
	}
}
