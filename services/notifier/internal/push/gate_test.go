package push

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// in runs a test of a gate whose first pause is 1 s.
func in(t *testing.T, fn func(t *testing.T, g *gate, turns *[]bool)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var turns []bool
		fn(t, newGate(time.Second, 15*time.Second, 600, func(closed bool) { turns = append(turns, closed) }), &turns)
	})
}

func (g *gate) mustEnter(t *testing.T, urgent bool) pass {
	t.Helper()
	p, err := g.enter(urgent)
	if err != nil {
		t.Fatal("may not enter")
	}
	return p
}

func (g *gate) mustWait(t *testing.T, urgent bool) {
	t.Helper()
	if _, err := g.enter(urgent); err == nil {
		t.Fatal("may enter")
	}
}

func (g *gate) close(t *testing.T) {
	t.Helper()
	for i := range opensAt {
		counts, _ := g.failed(g.mustEnter(t, false), "b", false, 0)
		if counts != (i < opensAt-1) {
			t.Fatalf("failure %d counts: %t", i+1, counts)
		}
	}
}

func TestFailuresInARowCloseTheGate(t *testing.T) {
	in(t, func(t *testing.T, g *gate, turns *[]bool) {
		for range 3 * opensAt { // Not in a row.
			g.failed(g.mustEnter(t, false), "b", false, 0)
			g.worked(g.mustEnter(t, false))
		}
		before := g.mustEnter(t, false)
		g.close(t)
		g.mustWait(t, false)
		g.mustWait(t, true)
		// What was on its way counts as no try, and its answer opens nothing.
		if counts, again := g.failed(before, "x", false, 0); counts || again <= 0 || again > time.Second {
			t.Errorf("counts %t, again %v", counts, again)
		}
		g.worked(before)
		g.mustWait(t, false)
		if len(*turns) != 1 {
			t.Errorf("turns %v", *turns)
		}
	})
}

func TestOneProbeAtATime(t *testing.T) {
	in(t, func(t *testing.T, g *gate, turns *[]bool) {
		g.close(t)
		elapse(time.Second)
		probe := g.mustEnter(t, false)
		g.mustWait(t, false)
		g.quit(probe)
		probe = g.mustEnter(t, false)
		if counts, again := g.failed(probe, "b", false, 7*time.Second); counts || again < 7*time.Second {
			t.Errorf("counts %t, again %v", counts, again)
		}
		elapse(6 * time.Second)
		g.mustWait(t, false)
		elapse(2 * time.Second)
		// The pause grows, up to the most.
		for range 10 {
			_, again := g.failed(g.mustEnter(t, false), "b", false, 0)
			if again > 15*time.Second {
				t.Fatalf("again after %v", again)
			}
			elapse(again)
		}
		if g.pause != 15*time.Second {
			t.Errorf("pause %v", g.pause)
		}
		g.worked(g.mustEnter(t, false))
		elapse(headStart)
		g.mustEnter(t, false)
		g.mustEnter(t, false)
		if len(*turns) != 2 || (*turns)[1] {
			t.Errorf("turns %v", *turns)
		}
	})
}

func TestUrgentPushesGoFirst(t *testing.T) {
	in(t, func(t *testing.T, g *gate, _ *[]bool) {
		g.close(t)
		elapse(time.Second)
		g.begin()
		g.mustWait(t, false) // An urgent push is in hand and probes.
		g.failed(g.mustEnter(t, true), "u", true, 0)
		g.end("u", false)
		elapse(2 * time.Second)
		g.mustWait(t, false) // The urgent push will come back.
		g.begin()
		g.worked(g.mustEnter(t, true))
		g.end("u", true)
		g.mustWait(t, false) // Other urgent pushes have a head start.
		g.begin()
		elapse(headStart)
		g.mustWait(t, false)
		g.mustEnter(t, true)
		g.end("v", true)
		g.mustEnter(t, false)
		g.begin()
		g.mustEnter(t, false) // In ordinary times nobody waits.
	})
}

// An urgent push that never comes back holds up nobody for ever.
func TestALostUrgentPushIsForgotten(t *testing.T) {
	in(t, func(t *testing.T, g *gate, _ *[]bool) {
		g.close(t)
		elapse(time.Second)
		g.failed(g.mustEnter(t, true), "u", true, 0)
		elapse(forgetUrgent)
		g.mustWait(t, false)
		elapse(time.Second)
		g.mustEnter(t, false)
	})
}

func TestTheQuotaIsObeyedAndUrgentPushesGoAhead(t *testing.T) {
	in(t, func(t *testing.T, g *gate, _ *[]bool) { // 10 a second
		begun := time.Now()
		for range 20 {
			if err := g.turn(t.Context(), false); err != nil {
				t.Fatal(err)
			}
		}
		took := time.Since(begun)
		if took < 1800*time.Millisecond || took > 2*time.Second {
			t.Errorf("20 pushes took %v", took)
		}
		if err := g.turn(t.Context(), true); err != nil || time.Since(begun) != took {
			t.Errorf("an urgent push waited %v, %v", time.Since(begun)-took, err)
		}
	})
}

// However many pushes wait for a small quota, an urgent one goes at once.
func TestASmallQuotaDelaysNothingUrgent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(time.Second, 15*time.Second, 60, func(bool) {}) // one a second
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { _ = g.turn(ctx, false) })
		}
		synctest.Wait()
		begun := time.Now()
		if err := g.turn(t.Context(), true); err != nil || time.Since(begun) > 2*time.Second {
			t.Errorf("an urgent push waited %v, %v", time.Since(begun), err)
		}
		stop()
		all.Wait()
		if left := len(g.line); left != 0 {
			t.Errorf("%d still wait", left)
		}
	})
}

// One Retry-After makes all wait that are not urgent: the quota is the project's.
func TestTheQuotaThatFCMNamesIsObeyed(t *testing.T) {
	in(t, func(t *testing.T, g *gate, _ *[]bool) {
		refuse := func(after time.Duration) {
			g.worked(pass{})
			g.overQuota(after)
		}
		refuse(10 * time.Second)
		elapse(5 * time.Second)
		g.mustWait(t, false)
		g.mustEnter(t, true)
		refuse(10 * time.Second) // It was on its way.
		elapse(9 * time.Second)
		g.mustWait(t, false)
		elapse(time.Second)
		g.worked(g.mustEnter(t, false))
		g.worked(g.mustEnter(t, false))
		refuse(time.Hour) // One of three is the fault of a device.
		g.mustEnter(t, false)
		refuse(time.Hour) // Now half of them are.
		refuse(time.Hour)
		g.mustWait(t, false)
		elapse(quietMost)
		g.worked(g.mustEnter(t, false))
		g.worked(g.mustEnter(t, false))
		refuse(time.Second)
		g.mustEnter(t, false)
		elapse(quietMost)
		refuse(time.Second)
		g.mustWait(t, false)
	})
}

func TestThePauseGrowsFromTheFloor(t *testing.T) {
	t.Parallel()
	const floor, most = 10 * time.Second, 10 * time.Minute
	for try := 1; try < 100; try++ {
		top := most
		if try < 6 {
			top = floor << try
		}
		seen := map[time.Duration]bool{}
		for range 50 {
			d := backoff(floor, most, try)
			if d < floor || d > top {
				t.Fatalf("try %d waits %v", try, d)
			}
			seen[d] = true
		}
		if len(seen) < 40 {
			t.Errorf("try %d waits for only %d different times", try, len(seen))
		}
	}
}
