package throttle

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestAccountLimitDoublesUpToFifteenMinutes(t *testing.T) {
	t.Parallel()
	l := here
	var c Counter
	for i := range 5 {
		if wait := l.Wait(c, noon); wait != 0 {
			t.Fatalf("attempt %d waits %v, the first five are free", i+1, wait)
		}
		c = l.Count(c, noon.Add(time.Duration(i)*time.Second))
	}
	now := noon.Add(4 * time.Second)
	for i, seconds := range []int{5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900} {
		want := time.Duration(seconds) * time.Second
		wait := l.Wait(c, now)
		if wait != want {
			t.Errorf("failure %d: wait %v, want %v", 6+i, wait, want)
		}
		if early := l.Wait(c, now.Add(wait-time.Millisecond)); early != time.Millisecond {
			t.Errorf("failure %d: a moment early it waits %v more", 6+i, early)
		}
		now = now.Add(wait)
		if late := l.Wait(c, now); late != 0 {
			t.Errorf("failure %d: waits %v after its wait", 6+i, late)
		}
		c = l.Count(c, now)
	}
}

func TestLimitForgetsWithTime(t *testing.T) {
	t.Parallel()
	l := here
	c := Counter{Level: 13, At: noon}
	if wait := l.Wait(c, noon.Add(16*time.Minute)); wait != 0 {
		t.Errorf("after the longest delay it waits %v", wait)
	}
	if got := l.Count(c, noon.Add(3*time.Hour)); got.Level != 11 {
		t.Errorf("three hours later the 14th attempt is at level %v, want 11", got.Level)
	}
	if got := l.Count(c, noon.Add(100*time.Hour)); got.Level != 1 {
		t.Errorf("four days later it is at level %v, want 1", got.Level)
	}
}

func TestLimitWithClocksThatDisagree(t *testing.T) {
	t.Parallel()
	l := here
	c := Counter{Level: 5, At: noon}
	if got := l.Count(c, noon.Add(-time.Minute)); got.Level != 6 {
		t.Errorf("a replica that is a minute behind counts to %v, want 6", got.Level)
	}
	if wait := l.Wait(c, noon.Add(-time.Minute)); wait != 5*time.Second {
		t.Errorf("a replica that is a minute behind waits %v, want 5 s", wait)
	}
	if wait := l.Wait(c, noon.Add(-time.Hour)); wait != 0 {
		t.Errorf("after the clock was put back by an hour it waits %v", wait)
	}
}

func TestAddressLimitServesAnOffice(t *testing.T) {
	t.Parallel()
	l := address
	var c Counter
	now := noon
	for range 1500 { // four typing errors a minute, all day
		if l.Wait(c, now) != 0 {
			t.Fatal("an office with four errors a minute is throttled")
		}
		c = l.Count(c, now)
		now = now.Add(15 * time.Second)
	}
	c = Counter{Level: 99.5, At: noon}
	if c = l.Refund(l.Count(c, noon), noon); c.Level != 99.5 {
		t.Errorf("an attempt and its refund leave level %v", c.Level)
	}
	if c = l.Refund(Counter{}, noon); c.Level != 0 {
		t.Errorf("a refund of nothing leaves level %v", c.Level)
	}
}

// What doc.go promises: the guesses that hammering without pause gets past each limit.
func TestGuessesInAnHour(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		l           Limit
		first, next int // the most in the first hour and in each one after it
	}{
		"one login from one place":    {here, 16, 5},
		"one login from a /48":        {around, 21, 5},
		"one login from everywhere":   {everywhere, 51, 16},
		"all logins from one address": {address, 410, 310},
		"all logins from an IPv6 /48": {network, 1210, 910},
	} {
		var c Counter
		hours := make([]int, 5)
		for s := range 5 * 3600 {
			if now := noon.Add(time.Duration(s) * time.Second); tc.l.Wait(c, now) == 0 {
				for tc.l.Wait(c, now) == 0 {
					c = tc.l.Count(c, now)
					hours[s/3600]++
				}
			}
		}
		if hours[0] > tc.first || hours[4] > tc.next || hours[4] < tc.next/2 {
			t.Errorf("%s: %v guesses, want at most %d and then %d an hour", name, hours, tc.first, tc.next)
		}
		t.Logf("%s: %v", name, hours)
	}
}
