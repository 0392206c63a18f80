package pgtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/terreno/terreno/pkg/pg"
)

// Freeze stops all processes of a test's own server with SIGSTOP. Connections stay open but the server does not answer, as
// when a disk stalls or a virtual machine is moved. thaw lets the processes continue. The end of the test calls it too.
func Freeze(t testing.TB, s *pg.Server) (thaw func()) {
	t.Helper()
	postmaster, err := postmasterOf(s)
	if err != nil {
		t.Fatalf("pgtest: find the server's process: %v", err)
	}
	var stopped []int
	thaw = sync.OnceFunc(func() {
		for _, pid := range stopped {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	})
	t.Cleanup(thaw)
	stop := func(pid int) {
		if syscall.Kill(pid, syscall.SIGSTOP) == nil {
			stopped = append(stopped, pid)
		}
	}
	stop(postmaster) // It is stopped first, so that it starts no more children.
	children, err := childrenOf(postmaster)
	if err != nil || len(children) == 0 {
		t.Fatalf("pgtest: find the server's processes: %v, %v", children, err)
	}
	for _, pid := range children {
		stop(pid)
	}
	return thaw
}

// postmasterOf reads the pid of the server's main process.
func postmasterOf(s *pg.Server) (int, error) {
	files, err := filepath.Glob(filepath.Join(s.Dir, "*", "postmaster.pid"))
	if err != nil || len(files) != 1 {
		return 0, fmt.Errorf("%d lock files in %s: %w", len(files), s.Dir, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return 0, err
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	return strconv.Atoi(string(first))
}

func childrenOf(parent int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var children []int
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // The process has ended.
		}
		var pid, of int
		var state string
		// The name of the program is in brackets and may contain spaces.
		i := bytes.LastIndexByte(text, ')')
		if _, err := fmt.Sscan(string(text[:bytes.IndexByte(text, ' ')]), &pid); err != nil {
			return nil, err
		}
		if _, err := fmt.Sscan(string(text[i+1:]), &state, &of); err != nil {
			return nil, err
		}
		if of == parent {
			children = append(children, pid)
		}
	}
	return children, nil
}
