package presence

import (
	"testing"
	"time"
)

// Lists wait until the directory is quiet, so that an import makes few of them; but not for ever.
func TestChangesOfTheDirectoryAreCollected(t *testing.T) {
	t.Parallel()
	var s shows
	s.init()
	start := time.Unix(1_800_000_000, 0)
	after := func(pause, length time.Duration) (lists int) {
		now := start
		for ; now.Before(start.Add(length)); now = now.Add(pause) {
			s.change("acme", now)
			tenants, _, _ := s.due(now)
			lists += len(tenants)
		}
		last := now.Add(-pause)
		if tenants, _, again := s.due(last.Add(settle / 2)); len(tenants) > 0 || again > settle/2 {
			t.Errorf("%v after the last change: %v, and again in %v", settle/2, tenants, again)
		}
		tenants, _, _ := s.due(last.Add(settle))
		return lists + len(tenants)
	}
	if n := after(time.Second, 10*time.Second); n != 1 {
		t.Errorf("%d lists for ten changes in ten seconds", n)
	}
	if n := after(time.Second, time.Minute); n != 4 {
		t.Errorf("%d lists for a minute of changes", n)
	}
}
