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
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// Resume attaches a member that is at a cursor. It queues the events that the member missed since, each with its own
// cursor, and after them what came meanwhile. When it cannot prove that it has every event of a domain, it tells the
// member to reload the domain. The reasons are: there is no cursor, the stream's epoch is another, this gateway does not
// reach the cursor's sequence, another message has that sequence now, the member missed more than one resume may bring, or
// the stream has dropped some of it. asked is false for a client that begins where it joined.
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
	frames := x.frames(missed)
	r.metrics.Resumed(x.kind(asked))
	m.Queue.Uncork(frames)
}

// resume is the state of one Resume.
type resume struct {
	*Replay
	member   *hub.Member
	from, to cursor.Cursor
	// lost says which streams the client must reload.
	lost []bool
	// events and bytes are how much the resume may still bring.
	events, bytes int
	// streamed means that it read from a stream.
	streamed bool
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

// same says whether the message at the cursor is still the one that the client received. If the stream has dropped that
// message because it is old, nothing contradicts the cursor, and same returns true.
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

// missed returns what the company missed of a stream, from memory if possible, and otherwise from the stream. If that is
// more than allowed, it returns one message more than allowed.
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

// mayRead waits until this resume may read from streams. Companies take turns.
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

// read reads from the stream's leader what the company missed. If that is more than allowed, read stops after the first
// event too many. If the stream has dropped some of it, read marks the stream as lost.
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

// complete checks that the stream had everything while read read it, and otherwise marks the stream as lost. Call it
// after the reading: a stream drops messages only from its beginning, so what it has now, it had before. An error means
// that the leader cannot tell.
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

// frames returns the missed events as frames, in the order in which they were stored. Within a stream, their order is
// that of the stream.
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
	for s := range missed {
		missed[s] = x.told(missed[s])
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
		items = append(items, queue.Item{Event: e.Event, ID: at.String(), Kind: s + 1})
		sent++
	}
	x.metrics.Replayed.Add(float64(sent))
	if len(items) > 0 {
		// With the last frame the member reaches the point where it attached. What is in between was not for it.
		items[len(items)-1].ID = x.to.String()
	}
	return items
}

// told returns what the member gets of the missed events of a stream, in their order. It is what somebody who was there all the time still
// has: of a conversation that the member has lost, only that it has lost it; of a message that was deleted, only the deletion.
func (x *resume) told(missed []*tail.Message) (told []*tail.Message) {
	type part struct {
		of  string
		seq int64
	}
	lost, deleted := map[string]bool{}, map[part]*protocol.Event{}
	for _, e := range slices.Backward(missed) {
		if e.Deleted && deleted[part{e.Entity, e.Part}] == nil {
			deleted[part{e.Entity, e.Part}] = e.Event
		}
		if lost[e.Entity] || !x.hub.Sees(x.member, e.Audience) {
			continue
		}
		if e.Lost {
			lost[e.Entity] = true
		}
		if last := deleted[part{e.Entity, e.Part}]; last != nil && last != e.Event {
			copied := *e // it is shared
			copied.Event = &protocol.Event{Name: e.Event.Name, Data: last.Data}
			e = &copied
		}
		told = append(told, e)
	}
	slices.Reverse(told)
	return told
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
