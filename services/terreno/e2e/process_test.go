package e2e_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

// terreno is a process that runs `terreno up`, as a user starts it.
type terreno struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	text string // its output
}

func startTerreno(t *testing.T, data string) *terreno {
	t.Helper()
	p := &terreno{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], "up")}
	p.cmd.Env = slices.Concat(os.Environ(), cheapHashes, []string{
		asService + "=terreno", "TERRENO_DATA=" + data, "TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0",
	})
	p.cmd.Stderr = t.Output()
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.text += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "up in ") {
			break
		}
	}
	if !strings.Contains(p.text, "up in ") {
		t.Fatalf("terreno ended: %v\n%s", p.cmd.Wait(), p.text)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	running, err := datadir.ReadRunning(data)
	if err != nil {
		t.Fatal(err)
	}
	p.url = running.HTTP
	return p
}

// leftovers lists the processes that have the data folder on their command line.
func leftovers(t *testing.T, data string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-eo", "pid,args").Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, data) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return strings.Join(found, "\n")
}

// Ctrl-C and kill -9 end all processes. The stored data and the demo's clock survive both.
func TestUpLeavesNoProcessesAndContinuesAfterARestart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(openFolder(t), "data")
	first := startTerreno(t, data)
	for _, want := range []string{"admin", "password demo", "plataforma", "power cut", "bin/terreno watch -data " + data} {
		if !strings.Contains(first.text, want) {
			t.Errorf("the welcome does not contain %q:\n%s", want, first.text)
		}
	}
	admin := login(t, first.url, "demo", "admin", "demo")
	eventually(t, time.Minute, func() (bool, string) {
		return latest(t, first.url, admin) > 0, "no position of the replayed day arrived"
	})
	stopped := func(p *terreno, sig syscall.Signal) {
		t.Helper()
		if err := p.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		err := p.cmd.Wait()
		var exit *exec.ExitError
		if sig == syscall.SIGINT && err != nil || err != nil && !errors.As(err, &exit) {
			t.Errorf("%v: %v", sig, err)
		}
		eventually(t, time.Minute, func() (bool, string) { left := leftovers(t, data); return left == "", left })
	}
	stopped(first, syscall.SIGINT)
	before := clockOf(t, data)

	second := startTerreno(t, data)
	if strings.Contains(second.text, "shown only once") {
		t.Error("the second start showed the platform admin's password again")
	}
	admin = login(t, second.url, "demo", "admin", "demo")
	if latest(t, second.url, admin) == 0 {
		t.Error("the positions are gone after a restart")
	}
	killPostgres(t, data)
	eventually(t, time.Minute, func() (bool, string) {
		return call(t, http.MethodGet, second.url+"/v1/positions/latest", admin, nil, nil) == http.StatusOK, "PostgreSQL did not come back"
	})
	stopped(second, syscall.SIGKILL)
	after := clockOf(t, data)
	if !after.After(before) || after.Sub(before) > time.Hour {
		t.Errorf("domain time went from %v to %v over a restart", before, after)
	}

	third := startTerreno(t, data)
	admin = login(t, third.url, "demo", "admin", "demo")
	if latest(t, third.url, admin) == 0 {
		t.Error("the positions are gone after kill -9")
	}
	stopped(third, syscall.SIGTERM)
}

// openFolder returns a folder that PostgreSQL's own user can reach; when root runs the tests, that user cannot reach
// t.TempDir. So the server keeps its files in this folder, and leftovers can find its processes.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "terreno-e2e-") //nolint:usetesting // The comment above says why.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// killPostgres kills the private server, as the kernel does when memory runs out.
func killPostgres(t *testing.T, data string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(data, "postgresql-*", "data", "postmaster.pid"))
	if err != nil || len(found) != 1 {
		t.Fatalf("postmaster.pid: %q, %v", found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func clockOf(t *testing.T, data string) time.Time {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, "clock"))
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func latest(t *testing.T, url, token string) int {
	t.Helper()
	var page struct {
		Positions []struct{} `json:"positions"`
	}
	if status := call(t, http.MethodGet, url+"/v1/positions/latest", token, nil, &page); status != http.StatusOK {
		t.Fatalf("latest positions: %d", status)
	}
	return len(page.Positions)
}
