package natstest

import (
	"syscall"
	"testing"
)

// LimitFiles lets no file of this process grow beyond a size, as a full disk would, until the returned function is called or
// the test ends. It needs no rights. It is for tests that are not parallel, because it holds for the whole process.
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
