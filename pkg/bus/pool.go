package bus

import (
	"context"
	"slices"
	"sync"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
)

// unit is what one call of the handler gets: a batch, or one message.
type unit struct {
	messages []*durable.Delivery
	// key is that of a single message. It is empty where nothing has to be kept in order.
	key string
	// lane is where a batch comes from. It is nil for a single message.
	lane *lane
}

// pool spreads single messages over a consumer's hands, a unit each. At most one unit of a key is in a hand at a time. The other units of that key
// wait behind it, in the order of the stream.
type pool struct {
	c         *Consumer
	ctx, work context.Context
	hands     sync.WaitGroup

	mu sync.Mutex
	// idle is how many hands have nothing to do. waiting is how many messages wait for a hand. blocked is how many wait for
	// their key.
	idle, waiting, blocked int
	ready                  []unit
	// behind holds the keys that are ready or in a hand, with what waits behind them.
	behind map[string][]unit
	freed  chan struct{}
}

func newPool(ctx, work context.Context, c *Consumer) *pool {
	return &pool{
		c: c, ctx: ctx, work: work, idle: c.parallel, behind: map[string][]unit{}, freed: make(chan struct{}, 1),
	}
}

// maxBlocked bounds how many messages wait for their key, in addition to the durable's MaxAckPending. They do not take room
// from other messages. A key whose message fails or takes long may have many messages behind it.
const maxBlocked = 1000

// room is part of crew.
func (p *pool) room() int {
	for {
		p.mu.Lock()
		room := p.c.durable.Batch - p.waiting
		if p.idle == 0 || p.blocked >= maxBlocked {
			room = 0
		}
		p.mu.Unlock()
		if room > 0 {
			return room
		}
		select {
		case <-p.freed:
		case <-p.ctx.Done():
			return 0
		}
	}
}

// add is part of crew.
func (p *pool) add(ds []*durable.Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range ds {
		u := unit{messages: []*durable.Delivery{d}, key: p.c.keyOf(d)}
		if queue, taken := p.behind[u.key]; taken {
			p.behind[u.key] = insert(queue, u)
			p.blocked += len(u.messages)
			continue
		}
		if u.key != "" {
			p.behind[u.key] = nil
		}
		p.ready = append(p.ready, u)
		p.waiting += len(u.messages)
	}
	p.start()
}

// insert keeps the order of the stream, even for a message that is delivered again.
func insert(queue []unit, u unit) []unit {
	i, _ := slices.BinarySearchFunc(queue, u.messages[0].Msg.Seq, func(q unit, seq uint64) int {
		return int(q.messages[0].Msg.Seq) - int(seq)
	})
	return slices.Insert(queue, i, u)
}

// start gives ready units to idle hands. The caller holds p.mu.
func (p *pool) start() {
	for p.idle > 0 && len(p.ready) > 0 {
		u := p.ready[0]
		p.ready = p.ready[1:]
		p.idle--
		p.waiting -= len(u.messages)
		p.hands.Go(func() {
			left := p.c.handle(p.ctx, p.work, u)
			p.done(u, left)
		})
	}
}

// done frees the hand for the next ready unit. left says that shutdown gave the unit back without an outcome. In that case
// done also gives back what waits behind the unit, so that it cannot overtake the unit.
func (p *pool) done(u unit, left bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle++
	queue := p.behind[u.key]
	if left {
		for _, behind := range queue {
			p.c.giveBack(behind.messages)
			p.blocked -= len(behind.messages)
		}
		queue = nil
	}
	switch {
	case u.key == "":
	case len(queue) == 0:
		delete(p.behind, u.key)
	default:
		p.ready = append(p.ready, queue[0])
		p.waiting += len(queue[0].messages)
		p.blocked -= len(queue[0].messages)
		p.behind[u.key] = queue[1:]
	}
	p.start()
	select {
	case p.freed <- struct{}{}:
	default:
	}
}

// end is part of crew.
func (p *pool) end() {
	p.hands.Wait()
}
