package natstest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// LimitFiles stops every file of this process from growing beyond a size, as a full disk would. The limit ends when the test
// calls the returned function, or when the test ends. It needs no special rights. It holds for the whole process, so only
// tests that are not parallel may use it.
func LimitFiles(t testing.TB, size uint64) (end func()) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set := func(soft uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: soft, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
	}
	set(size)
	end = func() { set(before.Cur) }
	t.Cleanup(end)
	return end
}

// Copy stops the server, copies its files and starts it again. It returns the copy for LoseSince.
func (s *Server) Copy(t testing.TB) (files string) {
	t.Helper()
	s.Stop(t)
	files = filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(files, os.DirFS(s.Dir())); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	return files
}

// LoseSince stops the server and starts it on an earlier Copy of its files. Everything stored since then is lost, as after a
// power cut that came before the data was written to disk.
func (s *Server) LoseSince(t testing.TB, files string) {
	t.Helper()
	s.Stop(t)
	if err := os.RemoveAll(s.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(s.Dir(), os.DirFS(files)); err != nil {
		t.Fatal(err)
	}
	s.start(t)
}
