package presence

import (
	"slices"
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
			tenants, _, _ := s.due(now, now)
			lists += len(tenants)
		}
		last := now.Add(-pause)
		if tenants, _, again := s.due(last.Add(settle/2), last); len(tenants) > 0 || again > settle/2 {
			t.Errorf("%v after the last change: %v, and again in %v", settle/2, tenants, again)
		}
		tenants, _, _ := s.due(last.Add(settle), last)
		return lists + len(tenants)
	}
	if n := after(time.Second, 10*time.Second); n != 1 {
		t.Errorf("%d lists for ten changes in ten seconds", n)
	}
	if n := after(time.Second, time.Minute); n != 4 {
		t.Errorf("%d lists for a minute of changes", n)
	}
}

// A person is looked at when the shift begins or ends, once, and the clock is looked at only while somebody's will.
func TestAShiftThatTurnsByItself(t *testing.T) {
	t.Parallel()
	var s shows
	s.init()
	start := time.Unix(1_800_000_000, 0)
	expect := func(after, again time.Duration, want ...who) {
		t.Helper()
		_, turned, next := s.due(start, start.Add(after))
		if !slices.Equal(turned, want) || next != again {
			t.Errorf("after %v: %v, and again in %v", after, turned, next)
		}
	}
	ana, leo := who{"acme", "ana"}, who{"acme", "leo"}
	expect(0, time.Hour)
	s.turn(ana, start.Add(time.Minute))
	s.turn(leo, start.Add(2*time.Minute))
	expect(time.Minute-1, turnEvery)
	expect(time.Minute, turnEvery, ana)
	expect(time.Minute, turnEvery)
	s.turn(leo, start.Add(3*time.Minute))
	expect(2*time.Minute, turnEvery)
	s.turn(ana, start.Add(time.Hour))
	s.turn(ana, time.Time{})
	expect(3*time.Minute, time.Hour, leo)
	expect(2*time.Hour, time.Hour)
}
