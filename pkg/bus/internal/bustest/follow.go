package bustest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
)

// Alert is alert number i.
func Alert(t testing.TB, i int) bus.Message {
	return bus.Message{
		Subject: Subject(t, "acme", "alerta", "nueva", fmt.Sprintf("a%d", i%50)),
		ID:      fmt.Sprintf("acme-%d", i), Data: []byte(strconv.Itoa(i)),
	}
}

// Alerts publishes the alerts from first up to last, so that alert i has sequence i.
func Alerts(t testing.TB, b *bus.Bus, first, last int) {
	t.Helper()
	for i := first; i <= last; i++ {
		ack, err := b.Publish(t.Context(), Alert(t, i))
		if err != nil {
			t.Errorf("publish alert %d: %v", i, err)
			return
		}
		if ack.Seq != uint64(i) {
			t.Errorf("alert %d is stored at %d", i, ack.Seq)
		}
	}
}

// Follow runs a Follow and checks that it brings every sequence once and in order.
type Follow struct {
	t      *testing.T
	cancel context.CancelFunc
	Result chan error
	mu     sync.Mutex
	last   uint64
	Times  map[uint64]time.Time
}

// StartFollow follows the alerts from a sequence on, until the test ends.
func StartFollow(t *testing.T, b *bus.Bus, from uint64) *Follow {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	f := &Follow{t: t, cancel: cancel, Result: make(chan error, 1), last: from - 1, Times: map[uint64]time.Time{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Result <- b.Follow(ctx, stream.Alerts, from, f.See)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return f
}

// See is the follower's handler.
func (f *Follow) See(m bus.Msg) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.Seq != f.last+1 || Number(m) != int(m.Seq) {
		f.t.Errorf("after %d came %d with body %s", f.last, m.Seq, m.Data)
	}
	f.last = m.Seq
	f.Times[m.Seq] = time.Now()
}

// Reached says whether a sequence was seen.
func (f *Follow) Reached(seq int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last >= uint64(seq)
}

// Wait waits until a sequence was seen.
func (f *Follow) Wait(seq int) {
	f.t.Helper()
	Eventually(f.t, fmt.Sprintf("follower reaches %d", seq), func() bool { return f.Reached(seq) })
}

// End stops the follower, which must not have failed.
func (f *Follow) End() {
	f.t.Helper()
	f.cancel()
	if err := Within(f.t, "follower ends", time.Minute, f.Result); err != nil {
		f.t.Errorf("follow: %v", err)
	}
}
