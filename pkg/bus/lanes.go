package bus

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
)

// lanes are the hands of a batch consumer. A key belongs to one lane, and a lane handles one batch after the other. So no two
// calls of the handler have messages of the same key, and each lane keeps the order of its keys. A message that fails parks
// its key until its next try: the messages of that key step aside, and the other keys of the lane go on.
type lanes struct {
	c         *Consumer
	ctx, work context.Context
	seed      maphash.Seed
	hands     sync.WaitGroup

	mu    sync.Mutex
	all   []*lane
	ended bool
	freed chan struct{}
}

// lane is one hand and what waits for it. lanes.mu guards its fields.
type lane struct {
	of   *lanes
	busy bool
	// queue is in the order of the stream.
	queue  []*durable.Delivery
	parked map[string]*parked
}

// parked is what a key has in hand while it waits for the next try of its first message.
type parked struct {
	messages []*durable.Delivery
	due      bool
	timer    *time.Timer
}

func newLanes(ctx, work context.Context, c *Consumer) *lanes {
	l := &lanes{c: c, ctx: ctx, work: work, seed: maphash.MakeSeed(), freed: make(chan struct{}, 1)}
	for range c.parallel {
		l.all = append(l.all, &lane{of: l, parked: map[string]*parked{}})
	}
	return l
}

// room is part of crew. A lane that is slow may have batches in its queue that all lanes together could take.
func (l *lanes) room() int {
	for {
		if room := l.free(); room > 0 {
			return room
		}
		select {
		case <-l.freed:
		case <-l.ctx.Done():
			return 0
		}
	}
}

func (l *lanes) free() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	idle, blocked, room := false, 0, l.c.durable.Batch*len(l.all)
	for _, one := range l.all {
		idle = idle || !one.busy
		room -= len(one.queue)
		for _, p := range one.parked {
			blocked += len(p.messages)
		}
	}
	if !idle || blocked >= maxBlocked {
		return 0
	}
	return room
}

// add is part of crew.
func (l *lanes) add(ds []*durable.Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range ds {
		n := maphash.String(l.seed, l.c.keyOf(d)) % uint64(len(l.all))
		l.all[n].queue = append(l.all[n].queue, d)
	}
	for _, one := range l.all {
		slices.SortStableFunc(one.queue, bySeq)
		one.start()
	}
}

// start gives the lane its next batch when it is idle. The caller holds the lock.
func (l *lane) start() {
	if l.busy {
		return
	}
	batch := l.next()
	if len(batch) == 0 {
		return
	}
	l.busy = true
	all := l.of
	all.hands.Go(func() {
		left := all.c.handle(all.ctx, all.work, unit{messages: batch, lane: l})
		all.done(l, left)
	})
}

// next takes a batch from the queue. Keys whose time has come return to the queue first. A suspect, and a message that no
// handler can read, are batches of their own. The caller holds the lock.
func (l *lane) next() []*durable.Delivery {
	for key, p := range l.parked {
		if p.due {
			delete(l.parked, key)
			l.queue = append(l.queue, p.messages...)
		}
	}
	slices.SortStableFunc(l.queue, bySeq)
	alone := func(d *durable.Delivery) bool { return d.Bad != nil || l.of.c.suspect(d) }
	n := min(len(l.queue), l.of.c.durable.Batch)
	if i := slices.IndexFunc(l.queue[:n], alone); i >= 0 {
		n = max(i, 1)
	}
	batch := slices.Clone(l.queue[:n])
	l.queue = slices.Delete(l.queue, 0, n)
	return batch
}

// done frees the lane for its next batch. left says that shutdown gave messages back. In that case done also gives back what
// waits behind them, so that it cannot overtake them.
func (l *lanes) done(one *lane, left bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one.busy = false
	if left {
		l.c.giveBack(one.queue)
		one.queue = nil
		one.giveBackParked()
	}
	one.start()
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

// aside returns the messages whose key is not parked. The others wait with their key. A nil lane parks nothing.
func (l *lane) aside(ds []*durable.Delivery) []*durable.Delivery {
	if l == nil {
		return ds
	}
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if len(l.parked) == 0 {
		return ds
	}
	var rest []*durable.Delivery
	for _, d := range ds {
		if p := l.parked[l.of.c.keyOf(d)]; p != nil {
			p.messages = append(p.messages, d)
		} else {
			rest = append(rest, d)
		}
	}
	return rest
}

// park makes the key of a failed message wait for its next try. It returns false when the consumer takes no more tries.
func (l *lane) park(d *durable.Delivery, delay time.Duration) bool {
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if l.of.ended {
		return false
	}
	p := &parked{messages: []*durable.Delivery{d}}
	p.timer = time.AfterFunc(delay, func() {
		l.of.mu.Lock()
		defer l.of.mu.Unlock()
		if p.due = true; !l.of.ended {
			l.start()
		}
	})
	l.parked[l.of.c.keyOf(d)] = p
	return true
}

// giveBackParked leaves what is parked to others. The caller holds the lock.
func (l *lane) giveBackParked() {
	for _, p := range l.parked {
		p.timer.Stop()
		l.of.c.giveBack(p.messages)
	}
	clear(l.parked)
}

// end is part of crew. It gives back what waits for a further try.
func (l *lanes) end() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.hands.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.giveBackParked()
	}
}
