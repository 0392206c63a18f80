package cluster_test

import (
	"context"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// Servers are killed, so that the others have to notice and to vote: measured, 5 to 8 s without a leader. One cluster
// serves the three parts, which are run one after the other: it takes 10 s to start.
func TestClusterThatLosesServers(t *testing.T) {
	t.Parallel()
	c := natstest.StartCluster(t, natstest.WithProcesses())
	for _, part := range []struct {
		name string
		do   func(*testing.T, *natstest.Cluster)
	}{
		{"consume while the leader dies", consumeAcrossTheDeathOfALeader},
		{"apply in order while the leader dies", applyAcrossTheDeathOfALeader},
		{"follow while servers die and links break", followAcrossDeaths},
	} {
		// A part that failed may have left a server dead: the next one would only tell of that.
		if !t.Run(part.name, func(t *testing.T) { part.do(t, c) }) {
			return
		}
	}
}

// Every publish succeeds, is stored once and is handled.
func consumeAcrossTheDeathOfALeader(t *testing.T, c *natstest.Cluster) {
	b := c.Bus(t, bustest.IngestService)
	r := bustest.NewRecorder()
	consumer, err := bus.NewBatchConsumer(b, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, consumer, err)

	leader := c.Leader(t, stream.Tracking)
	const publishers, each = 8, 60
	var wg sync.WaitGroup
	var once sync.Once
	halfway := make(chan struct{})
	for p := range publishers {
		wg.Go(func() {
			for i := range each {
				if i == each/3 {
					once.Do(func() { close(halfway) })
				}
				if _, err := b.Publish(t.Context(), bustest.Position(t, p*each+i)); err != nil {
					t.Errorf("publish %d: %v", p*each+i, err)
				}
			}
		})
	}
	<-halfway
	c.Kill(t, leader)
	wg.Wait()
	stored := bustest.Counted{}
	for _, n := range numbersStored(t, c) {
		stored[n]++
	}
	stored.Check(t, publishers*each, 1)
	bustest.Eventually(t, "every message is handled", func() bool {
		r.Mu.Lock()
		defer r.Mu.Unlock()
		return len(r.Seen) == publishers*each
	})
	c.Restart(t, leader)
	c.Settled(t)
}

// numbersStored reads TRACKING from its start. With a server dead it may have no leader for a while, again and again.
func numbersStored(t *testing.T, c *natstest.Cluster) []int {
	t.Helper()
	by := c.Admin(t)
	var found []int
	bustest.Eventually(t, "the stream is read to its end", func() bool {
		found = nil
		for from := uint64(1); ; {
			m, ok, err := by.Next(t.Context(), stream.Tracking, "in.>", from)
			if err != nil || !ok {
				return err == nil
			}
			found, from = append(found, bustest.Number(m)), m.Seq+1
		}
	})
	return found
}

// The stream holds what the first part published, in some order; it is applied in that order.
func applyAcrossTheDeathOfALeader(t *testing.T, c *natstest.Cluster) {
	want := numbersStored(t, c)
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 10
	halfway, dead := make(chan struct{}), make(chan struct{})
	var once sync.Once
	apptest.Start(t, bustest.Ordered(t, c.Bus(t, bustest.Geofence), cfg, l.Writer(func([]bus.Msg) error {
		if l.Count() > len(want)/2 {
			once.Do(func() {
				close(halfway)
				<-dead
			})
		}
		return nil
	})).Run)
	<-halfway
	leader := c.Leader(t, stream.Tracking)
	c.Kill(t, leader)
	close(dead)
	bustest.Eventually(t, "everything is applied", func() bool { return l.Count() >= len(want) })
	l.Check(t, want...)
	c.Restart(t, leader)
	c.Settled(t)
	ingest := c.Bus(t, bustest.IngestService)
	if _, err := ingest.Publish(t.Context(), bustest.Position(t, 10_000)); err != nil {
		t.Fatal(err)
	}
	bustest.Eventually(t, "the one behind is applied", func() bool { return l.Count() > len(want) })
	l.Check(t, append(want, 10_000)...)
}

// While alerts are being published the stream's leader dies, then the follower's own server, then its link is cut.
func followAcrossDeaths(t *testing.T, c *natstest.Cluster) {
	publisher := c.Admin(t)
	link := natstest.NewProxy(t, c.Addr(1))
	anywhere := bustest.StartFollow(t, c.Bus(t, "gateway"), 1)
	here := bustest.StartFollow(t, c.BusAt(t, "gateway", link.Addr()), 1)
	const each = 150
	phase := func(n int, trouble func(soon int)) {
		t.Helper()
		first := n*each + 1
		published := make(chan struct{})
		go func() {
			defer close(published)
			bustest.Alerts(t, publisher, first, first+each-1)
		}()
		for _, f := range []*bustest.Follow{anywhere, here} {
			f.Wait(first + each/3)
		}
		trouble(first + 2*each/3)
		<-published
		for _, f := range []*bustest.Follow{anywhere, here} {
			f.Wait(first + each - 1)
		}
	}
	phase(0, func(int) {
		leader := c.Leader(t, stream.Alerts)
		c.Kill(t, leader)
		c.Restart(t, leader)
	})
	c.Settled(t)
	phase(1, func(soon int) {
		c.Kill(t, 1)
		// This one goes on at another server; the other one has only the dead one to go to.
		anywhere.Wait(soon)
		c.Restart(t, 1)
	})
	c.Settled(t)
	phase(2, func(int) { link.Cut() })
	anywhere.End()
	here.End()
}
