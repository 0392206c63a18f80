package push

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/services/notifier/fcmtest"
)

// FCM refuses one push because of the project's quota. Until the time that it names, no other is sent that is not urgent.
func TestOneRetryAfterHoldsTheLane(t *testing.T) {
	t.Parallel()
	const n, asked = 300, 3 * time.Second
	var refused, resumed atomic.Int64
	w := setup(t, fcmtest.Options{Script: func(fcmtest.Message) fcmtest.Answer {
		now := time.Now().UnixNano()
		if refused.CompareAndSwap(0, now) {
			return fcmtest.Quota(int(asked / time.Second))
		}
		resumed.CompareAndSwap(0, now)
		return fcmtest.OK
	}})
	w.rows(t, "b", n, noon.Add(time.Hour))
	w.run(t, quick)
	w.publish(t, "push", "b", 1)
	until(t, func() bool { return w.ended(t)["b1"].Attempts == 1 })
	w.publish(t, "push", "b", n)
	until(t, func() bool { return w.count(t, "sent") == n })
	if waited := time.Duration(resumed.Load() - refused.Load()); waited < asked {
		t.Errorf("the lane went on after %v", waited)
	}
}
