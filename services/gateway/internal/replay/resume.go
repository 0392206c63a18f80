package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// Resume attaches a member that is at a cursor and queues what it missed since, each event with the cursor that is right
// for it, then what came meanwhile. A domain of which it cannot prove that it has everything is told to be reloaded: no
// cursor, another epoch, a sequence that this gateway does not reach or that another message has now, more than a replay may bring, or gone from the
// stream. asked is false for a client that begins where it joined.
func (r *Replay) Resume(ctx context.Context, m *hub.Member, from cursor.Cursor, asked bool) {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.ResumeWait)
	defer cancel()
	x := &resume{Replay: r, member: m, lost: make([]bool, len(r.cfg.Streams)), events: r.cfg.Events, bytes: r.cfg.Bytes}
	if from == nil {
		from = r.hub.Frontier()
		for s := range x.lost {
			x.lost[s] = true
		}
	}
	x.from = from
	for s := range x.lost {
		x.lost[s] = x.lost[s] || r.hub.Wait(ctx, s, from[s]) != nil
	}
	x.to = r.hub.Attach(m)
	missed := make([][]*tail.Message, len(x.lost))
	for s := range missed {
		missed[s] = x.collect(ctx, s)
	}
	m.Queue.Uncork(x.frames(missed))
	r.metrics.Resumed(x.kind(asked))
}

// resume is one of them under way.
type resume struct {
	*Replay
	member   *hub.Member
	from, to cursor.Cursor
	// lost are the streams to reload.
	lost []bool
	// events and bytes are what may still be brought.
	events, bytes int
	streamed      bool
}

// collect returns what the member's company missed of a stream, or notes that it is lost.
func (x *resume) collect(ctx context.Context, s int) []*tail.Message {
	from, to := x.from[s], x.to[s]
	if x.lost[s] || from.Epoch != to.Epoch || from.Seq > to.Seq {
		x.lost[s] = true
		return nil
	}
	same, err := x.same(ctx, s)
	if err == nil && !same {
		x.log.Warn("stream lost its end, a socket is told to reload", "stream", x.cfg.Streams[s].Name, "seq", from.Seq)
		x.lost[s] = true
		return nil
	}
	if err == nil && from.Seq == to.Seq {
		return nil
	}
	var events []*tail.Message
	if err == nil {
		events, err = x.missed(ctx, s)
	}
	if err != nil {
		x.log.Info("replay was given up", "stream", x.cfg.Streams[s].Name, "error", err)
		x.lost[s] = true
		return nil
	}
	bytes := 0
	for _, e := range events {
		bytes += e.Event.Size()
	}
	if x.lost[s] || len(events) > x.events || bytes > x.bytes {
		x.lost[s] = true
		return nil
	}
	x.events -= len(events)
	x.bytes -= bytes
	return events
}

// same says whether the message at the cursor is still the one that the client was told of. Where the stream does not have
// it any more, because it is old, nothing contradicts the cursor.
func (x *resume) same(ctx context.Context, s int) (bool, error) {
	from := x.from[s]
	if from.Seq == 0 || from.Mark == 0 {
		return true, nil
	}
	mark, ok := x.hub.Mark(s, from.Seq)
	if !ok {
		release, err := x.mayRead(ctx)
		if err != nil {
			return false, err
		}
		defer release()
		err = x.patiently(ctx, s, func() (err error) {
			mark, err = x.readMark(ctx, s)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return mark == 0 || mark == from.Mark, nil
}

func (x *resume) readMark(ctx context.Context, s int) (mark uint32, err error) {
	seq := x.from[s].Seq
	m, ok, err := x.bus.Next(ctx, x.cfg.Streams[s].Name, ">", seq)
	if err != nil {
		return 0, err
	}
	if ok && m.Seq == seq {
		mark = cursor.Mark(m.StoredAt)
	}
	x.hub.LearnMark(s, seq, mark)
	return mark, nil
}

// missed returns what the company missed of a stream: from memory, or else from the stream. It returns one message more
// than there may be when there are more.
func (x *resume) missed(ctx context.Context, s int) ([]*tail.Message, error) {
	tenant, from, to := x.member.Tenant, x.from[s], x.to[s]
	if messages, ok := x.hub.Tail(s, tenant, from.Seq, to.Seq, x.events); ok {
		return messages, nil
	}
	release, err := x.mayRead(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	// Another socket of the company may have read the same meanwhile.
	if messages, ok := x.hub.Tail(s, tenant, from.Seq, to.Seq, x.events); ok {
		return messages, nil
	}
	x.streamed = true
	var events []*tail.Message
	err = x.patiently(ctx, s, func() (err error) {
		events, err = x.read(ctx, s)
		return err
	})
	return events, err
}

// mayRead waits until few enough resumes read from streams. Companies take turns.
func (x *resume) mayRead(ctx context.Context) (release func(), err error) {
	tenant := x.member.Tenant
	if err := x.reads.Take(ctx, tenant); err != nil {
		return nil, err
	}
	return func() { x.reads.Give(tenant) }, nil
}

// patiently repeats a read until it succeeds or ctx ends.
func (x *resume) patiently(ctx context.Context, s int, read func() error) error {
	for {
		err := read()
		if err == nil || ctx.Err() != nil {
			return err
		}
		x.log.Debug("replay is tried again", "stream", x.cfg.Streams[s].Name, "error", err)
		if !wait.For(ctx, wait.Jitter(200*time.Millisecond)) {
			return err
		}
	}
}

// read reads from the stream's leader what the company missed. It returns one event more than there may be when there are
// more, and no event at all when the stream has dropped some.
func (x *resume) read(ctx context.Context, s int) (events []*tail.Message, err error) {
	row := x.cfg.Streams[s]
	filter := strings.Replace(row.Ingress, "*", x.member.Tenant, 1)
	bytes, whole := 0, false
	for next := x.from[s].Seq + 1; !whole && len(events) <= x.events && bytes <= x.bytes; {
		m, ok, err := x.bus.Next(ctx, row.Name, filter, next)
		if err != nil {
			return nil, err
		}
		if !ok || m.Seq > x.to[s].Seq {
			whole = true
			break
		}
		if e := x.message(m); e.Event != nil {
			events = append(events, e)
			bytes += e.Event.Size()
		}
		next = m.Seq + 1
		whole = next > x.to[s].Seq
	}
	if err := x.complete(ctx, s); err != nil {
		return nil, err
	}
	if whole && !x.lost[s] {
		x.hub.Remember(s, x.member.Tenant, x.from[s], x.to[s], events)
	}
	return events, nil
}

// complete fails unless the stream had everything while it was read. It is asked afterwards, since a stream only ever
// drops from its beginning.
func (x *resume) complete(ctx context.Context, s int) error {
	name := x.cfg.Streams[s].Name
	state, err := x.bus.StreamState(ctx, name)
	if err != nil {
		return err
	}
	switch {
	case cursor.Epoch(state.Created) != x.to[s].Epoch, state.FirstSeq > x.from[s].Seq+1:
		x.lost[s] = true
		return nil
	case state.LastSeq < x.to[s].Seq:
		return fmt.Errorf("leader of %s is at %d, behind %d", name, state.LastSeq, x.to[s].Seq)
	}
	return nil
}

// frames orders what was missed by the time at which it was stored, and within a stream by its sequence.
func (x *resume) frames(missed [][]*tail.Message) []queue.Item {
	var items []queue.Item
	at := x.from.Clone()
	if slices.Contains(x.lost, true) {
		var lost []int
		for s, l := range x.lost {
			if l {
				lost, at[s], missed[s] = append(lost, s), x.to[s], nil
			}
		}
		items = append(items, x.hub.ReloadFrame(lost, at))
	}
	sent := 0
	for {
		s := earliest(missed)
		if s < 0 {
			break
		}
		e := missed[s][0]
		missed[s] = missed[s][1:]
		at[s].Seq, at[s].Mark = e.Seq, cursor.Mark(e.StoredAt)
		if !x.hub.Sees(x.member, e.Audience) {
			continue
		}
		items = append(items, queue.Item{Event: e.Event, ID: at.String(), Kind: s + 1})
		sent++
	}
	x.metrics.Replayed.Add(float64(sent))
	if len(items) > 0 {
		// After the last one the member is where it attached; what is in between was not for it.
		items[len(items)-1].ID = x.to.String()
	}
	return items
}

func earliest(missed [][]*tail.Message) int {
	first := -1
	for s, events := range missed {
		if len(events) > 0 && (first < 0 || events[0].StoredAt.Before(missed[first][0].StoredAt)) {
			first = s
		}
	}
	return first
}

func (x *resume) kind(asked bool) string {
	switch {
	case slices.Contains(x.lost, true):
		return metrics.Reload
	case x.streamed:
		return metrics.Stream
	case asked:
		return metrics.Tail
	default:
		return metrics.Fresh
	}
}
