package push

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/wait"
)

const (
	// opensAt is how many failures in a row of FCM or of the way to it close the gate. Each of them counts as a try of its push, because
	// nobody knows yet whether the push is at fault.
	opensAt = 5
	// When FCM is back, urgent pushes have headStart to begin, and the others wait until none is left, for headStartMost at most.
	headStart     = 250 * time.Millisecond
	headStartMost = 30 * time.Second
	// forgetUrgent is when an urgent push that failed and did not come back no longer holds up the others: another replica has it.
	forgetUrgent = time.Minute
	// debt is how much of the quota urgent pushes may take ahead of their turn.
	debt = time.Second
	// quietMost is how long a Retry-After stops all pushes that are not urgent: FCM's quota is one of each minute.
	quietMost = time.Minute
)

var (
	errAway  = errors.New("FCM cannot be reached")
	errQuota = errors.New("FCM asks for fewer pushes: those that are not urgent wait")
)

// gate is what all sends of a process pass: a circuit breaker, which lets single probes through while FCM is away, and the project's
// quota, as it is configured and as FCM says. Urgent pushes go first.
type gate struct {
	// first and most are the pause after the first probe that fails, and the longest.
	first, most time.Duration
	headStart   time.Duration // the constant, except in a test
	quota       *rate.Limiter
	line        chan struct{}

	mu       sync.Mutex
	failures int
	pause    time.Duration
	// closed says that FCM counts as away, probing that a probe is on its way, and retryAt when there may be one.
	closed, probing bool
	retryAt         time.Time
	// backAt is when FCM came back, until the first push that is not urgent goes; then it is zero.
	backAt time.Time
	// urgent are the urgent pushes that failed while FCM was away, and active how many urgent pushes are in hand.
	urgent map[string]time.Time
	active int
	onTurn func(closed bool)
	// quietUntil is when pushes that are not urgent may go again after FCM refused one because of the quota. quiet is how long that was.
	quietUntil time.Time
	quiet      time.Duration
	// answers are FCM's since then, and refused how many of them were about the quota.
	answers, refused int
}

func newGate(first, most time.Duration, perMinute int, onTurn func(closed bool)) *gate {
	return &gate{
		first: first, most: most, headStart: headStart, urgent: map[string]time.Time{}, onTurn: onTurn, line: make(chan struct{}, 1),
		quota: rate.NewLimiter(rate.Limit(float64(perMinute)/60), max(1, perMinute/600)),
	}
}

// begin and end say that an urgent push is in hand. done says that it needs nothing any more.
func (g *gate) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active++
}

func (g *gate) end(push string, done bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active--
	if done {
		delete(g.urgent, push)
	}
}

// pass is the right to send once.
type pass struct{ probe bool }

// enter returns errAway or errQuota when nothing may be sent now.
func (g *gate) enter(urgent bool) (pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	switch {
	case !urgent && g.givesWay(now):
		return pass{}, errAway
	case !urgent && now.Before(g.quietUntil):
		return pass{}, errQuota
	case !g.closed:
		return pass{}, nil
	case g.probing || now.Before(g.retryAt):
		return pass{}, errAway
	}
	g.probing = true
	return pass{probe: true}, nil
}

// givesWay says that a push which is not urgent has to wait for those that are. The caller holds the lock.
func (g *gate) givesWay(now time.Time) bool {
	switch since := now.Sub(g.backAt); {
	case g.closed:
		return g.urgentWaits(now)
	case g.backAt.IsZero():
		return false
	case since < g.headStart || since < headStartMost && g.urgentWaits(now):
		return true
	}
	g.backAt = time.Time{}
	return false
}

func (g *gate) urgentWaits(now time.Time) bool {
	for push, at := range g.urgent {
		if now.Sub(at) > forgetUrgent {
			delete(g.urgent, push)
		}
	}
	return len(g.urgent) > 0 || g.active > 0
}

// quit gives a pass back without having sent.
func (g *gate) quit(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.probing = g.probing && !p.probe
}

// worked says that FCM answered, whatever it said of the push.
func (g *gate) worked(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = 0
	g.answers++
	g.probing = g.probing && !p.probe
	// An answer to what was sent before FCM went away says nothing about now.
	if g.closed && p.probe {
		g.closed, g.pause, g.backAt = false, 0, time.Now()
		g.onTurn(false)
	}
}

// overQuota says that FCM refused a push because of a quota, and how long it wants to be left alone. That may be the project's quota or
// the one that each device has, and FCM does not always say which. So pushes that are not urgent wait, and then go on for at least as
// long, unless most are refused: a device that gets too many holds up the others for half of the time at most.
func (g *gate) overQuota(after time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	after = min(after, quietMost)
	g.refused++
	switch since := now.Sub(g.quietUntil); {
	case since < 0:
		if until := now.Add(after); until.After(g.quietUntil) {
			g.quietUntil = until
		}
	case since >= g.quiet || 2*g.refused > g.answers:
		g.quiet, g.quietUntil = after, now.Add(after)
		g.answers, g.refused = 0, 0
	}
}

// failed says that FCM could not be asked. counts is whether it was a try of the push, and again when there is a next chance.
func (g *gate) failed(p pass, push string, urgent bool, after time.Duration) (counts bool, again time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures++
	g.probing = g.probing && !p.probe
	counts = !g.closed && g.failures < opensAt
	if counts {
		return true, 0
	}
	now := time.Now()
	if urgent {
		g.urgent[push] = now
	}
	if !g.closed || p.probe {
		g.pause = min(max(2*g.pause, g.first), g.most)
		g.retryAt = now.Add(max(after, wait.Jitter(g.pause)))
	}
	if !g.closed {
		g.closed = true
		g.onTurn(true)
	}
	return false, max(0, g.retryAt.Sub(now))
}

// turn waits for the quota. Urgent pushes take theirs ahead of others, of whom one at a time waits for its own: what others reserve, an
// urgent push would have to wait for too.
func (g *gate) turn(ctx context.Context, urgent bool) error {
	if !urgent {
		select {
		case g.line <- struct{}{}:
			defer func() { <-g.line }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r := g.quota.Reserve()
	if delay := r.Delay(); delay > 0 && (!urgent || delay > debt) && !wait.For(ctx, delay) {
		r.Cancel()
		return ctx.Err()
	}
	return nil
}

// backoff is how long a push waits after a try that failed, counted from 1: at random from floor to the double of floor, then to its
// fourfold, up to most. An installation that FCM refused at once does not come back at once.
func backoff(floor, most time.Duration, try int) time.Duration {
	top := most
	if try < 32 && floor<<try > 0 {
		top = min(most, floor<<try)
	}
	return floor + rand.N(max(top-floor, 0)+1)
}
