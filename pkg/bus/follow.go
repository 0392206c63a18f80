package bus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/terreno/terreno/pkg/bus/internal/link"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/subject"
)

const (
	// How often the server sends a heartbeat while it has no messages. Two missing heartbeats mean that the consumer is
	// lost.
	followHeartbeat = time.Second
	// How long the server keeps the consumer of a follower that went away.
	followInactive = 30 * time.Second
	// How long a follower keeps asking a stream that seems to have lost its end, before it treats the stream as replaced.
	followDoubt = 2 * time.Second
	// How long a follower that ends may take to delete its consumer, if the server is busy.
	followDiscard = 5 * time.Second
	// How often an idle follower asks the leader whether there is really nothing new.
	followAsk = 5 * time.Second
)

// ErrDropped says that the stream dropped messages before Follow could read them: they were too old or too many, or
// somebody purged them.
var ErrDropped = errors.New("stream dropped messages that were not read")

// FollowOption changes what Follow does.
type FollowOption func(*follower)

// ReportDropped makes Follow return ErrDropped when the stream dropped messages. Without it Follow skips them.
func ReportDropped() FollowOption { return func(f *follower) { f.whole = true } }

// ReportCaughtUp makes Follow call report when it knows that h has been handed everything stored before an instant. It does
// so after the last message of the stream, and every few seconds while no message comes. report runs on the caller's
// goroutine.
func ReportCaughtUp(report func(at time.Time)) FollowOption {
	return func(f *follower) { f.caughtUp = report }
}

// After makes Follow begin behind an end that the stream had earlier. If the stream was made anew since, it counts as
// replaced. Follow also notices whether the stream lost that end, unless LastTime is zero. The argument from of Follow must
// be the sequence after that end.
func After(end State) FollowOption {
	return func(f *follower) { f.created, f.stored = end.Created, end.LastTime }
}

// Follow hands every message of a stream to h, starting at a sequence, each once and in order. When ctx ends it returns
// nil. It recovers by itself from a lost connection, a new leader or a deleted consumer. Sequences may jump where the
// stream dropped or purged messages (see ReportDropped). Follow returns ErrStreamReplaced in three cases: the stream was
// made anew since Follow began, the stream lost what Follow had handed on, or the stream ends before from-1. h runs on the
// caller's goroutine, and the stream waits while h runs. Follow logs panics of h.
//
// The Go client calls this an ordered consumer. We do not use the client's, because it resets itself without telling us. On
// a stream that was made anew it waits silently for a sequence of the old stream.
func (b *Bus) Follow(ctx context.Context, name string, from uint64, h func(Msg), opts ...FollowOption) error {
	f := &follower{bus: b, stream: name, next: max(from, 1), handler: h}
	for _, o := range opts {
		o(f)
	}
	return f.run(ctx)
}

type follower struct {
	bus     *Bus
	stream  string
	handler func(Msg)
	// whole says that a dropped message ends the follower.
	whole    bool
	caughtUp func(at time.Time) // may be nil
	// next is the lowest sequence that h has not seen.
	next uint64
	// created is the stream's, once known.
	created time.Time
	// stored is when message next-1 was stored, if the follower saw that message.
	stored time.Time
}

func (f *follower) run(ctx context.Context) error {
	const shortest = 50 * time.Millisecond
	delay := shortest
	for f.bus.link.Await(ctx) {
		before := f.next
		err := f.session(ctx)
		switch {
		case errors.Is(err, ErrStreamReplaced), errors.Is(err, ErrDropped):
			return fmt.Errorf("follow %s from %d: %w", f.stream, f.next, err)
		case f.bus.nc.IsClosed() && ctx.Err() == nil:
			return fmt.Errorf("follow %s: %w", f.stream, nats.ErrConnectionClosed)
		case f.next > before:
			delay = shortest
		}
		f.bus.log.Debug("follower begins again", "stream", f.stream, "next", f.next, "cause", err)
		if !errors.Is(err, link.ErrReconnected) {
			wait.For(ctx, wait.Jitter(delay))
		}
		delay = min(2*delay, time.Second)
	}
	return nil
}

// session reads with one consumer until something is lost, and then abandons that consumer. A reconnect ends the session at
// once, because waiting for missing heartbeats would cost seconds.
func (f *follower) session(parent context.Context) error {
	ctx, stop := f.bus.link.UntilReconnect(parent)
	defer stop()
	consumer, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer f.discard(parent, consumer)
	messages, err := consumer.Messages(
		jetstream.PullHeartbeat(followHeartbeat), jetstream.PullExpiry(10*time.Second),
		jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer messages.Stop()
	for delivered := uint64(1); ; delivered++ {
		raw, err := f.await(ctx, messages)
		if err != nil {
			return fmt.Errorf("read: %w", errors.Join(err, context.Cause(ctx)))
		}
		if err := f.take(ctx, raw, delivered); err != nil {
			return err
		}
	}
}

// await waits for the next message. While none comes, it asks the stream's leader from time to time whether there is really
// none.
func (f *follower) await(ctx context.Context, messages jetstream.MessagesContext) (jetstream.Msg, error) {
	for {
		turn, cancel := context.WithTimeout(ctx, followAsk)
		raw, err := messages.Next(jetstream.NextContext(turn))
		over := turn.Err() != nil && ctx.Err() == nil
		cancel()
		if err == nil || !over {
			return raw, err
		}
		if err := f.askWhetherCaughtUp(ctx); err != nil {
			return nil, err
		}
	}
}

func (f *follower) askWhetherCaughtUp(ctx context.Context) error {
	if f.caughtUp == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	at := time.Now()
	state, err := f.bus.StreamState(ctx, f.stream)
	if err != nil {
		return err
	}
	if state.Created.Equal(f.created) && state.LastSeq < f.next {
		f.caughtUp(at)
	}
	return nil
}

// open makes a consumer that begins at next, and only then checks which stream the consumer was made on. In the opposite
// order, the stream could be replaced between the two steps.
func (f *follower) open(ctx context.Context) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	consumer, err := f.bus.js.CreateConsumer(ctx, f.stream, jetstream.ConsumerConfig{
		Name:              "follow-" + nuid.Next(),
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       f.next,
		AckPolicy:         jetstream.AckNonePolicy,
		InactiveThreshold: followInactive,
		Replicas:          1,
		MemoryStorage:     true,
	})
	if err != nil {
		return nil, fmt.Errorf("make a consumer: %w", err)
	}
	err = f.checkStream(ctx)
	if err == nil {
		err = f.checkSeen(ctx)
	}
	if err != nil {
		f.discard(ctx, consumer)
		return nil, err
	}
	return consumer, nil
}

func (f *follower) checkStream(ctx context.Context) error {
	doubtful := time.Now().Add(followDoubt)
	for {
		state, err := f.bus.StreamState(ctx, f.stream)
		switch {
		case err != nil:
			return err
		case f.created.IsZero():
			f.created = state.Created
		case !f.created.Equal(state.Created):
			return fmt.Errorf("%w: made at %s", ErrStreamReplaced, state.Created.UTC().Format(time.RFC3339))
		}
		if state.LastSeq+1 >= f.next {
			return f.checkDropped(state)
		}
		// A newly elected leader may lag for a moment. So may a deposed leader that does not know it yet.
		if time.Now().After(doubtful) {
			return fmt.Errorf("%w: it ends at %d", ErrStreamReplaced, state.LastSeq)
		}
		if !wait.For(ctx, 200*time.Millisecond) {
			return ctx.Err()
		}
	}
}

func (f *follower) checkDropped(state State) error {
	if f.whole && state.FirstSeq > f.next {
		return fmt.Errorf("%w: it begins at %d", ErrDropped, state.FirstSeq)
	}
	return nil
}

// checkGap tells a message that the stream dropped meanwhile from one that never existed or was deleted individually.
func (f *follower) checkGap(ctx context.Context, seq uint64) error {
	if !f.whole || seq == f.next {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	state, err := f.bus.StreamState(ctx, f.stream)
	if err != nil {
		return err
	}
	return f.checkDropped(state)
}

// checkSeen checks whether the last message that the follower saw is still the same. A server that lost power may have lost
// the stream's end and then given the same sequences to other messages.
func (f *follower) checkSeen(ctx context.Context) error {
	if f.stored.IsZero() {
		return nil
	}
	raw, err := f.bus.next(ctx, f.stream, ">", f.next-1)
	switch {
	case errors.Is(err, errNoMessage):
		return nil // Purged, as it is when a later one is returned.
	case err != nil:
		return fmt.Errorf("read the last message seen: %w", err)
	case raw.Sequence == f.next-1 && !raw.Time.Equal(f.stored):
		return fmt.Errorf("%w: message %d is another one", ErrStreamReplaced, raw.Sequence)
	}
	return nil
}

// take hands a message on. delivered is the delivery count that the message should carry. Any other count means that
// messages were lost on the way.
func (f *follower) take(ctx context.Context, raw jetstream.Msg, delivered uint64) error {
	md, err := raw.Metadata()
	if err != nil {
		return fmt.Errorf("read a message's metadata: %w", err)
	}
	if md.Sequence.Consumer != delivered {
		return fmt.Errorf("message %d came as delivery %d, expected %d", md.Sequence.Stream, md.Sequence.Consumer, delivered)
	}
	if md.Sequence.Stream < f.next {
		return nil
	}
	if err := f.checkGap(ctx, md.Sequence.Stream); err != nil {
		return err
	}
	f.next, f.stored = md.Sequence.Stream+1, md.Timestamp
	subj, err := subject.Parse(raw.Subject())
	if err != nil {
		f.bus.skip(f.stream, md.Sequence.Stream, err)
	} else {
		f.hand(Msg{
			Subject: subj, Header: raw.Headers(), Data: raw.Data(), Stream: f.stream, Seq: md.Sequence.Stream,
			StoredAt: md.Timestamp.UTC(), Deliveries: 1,
		})
	}
	if f.caughtUp != nil && md.NumPending == 0 {
		f.caughtUp(md.Timestamp)
	}
	return nil
}

func (f *follower) hand(m Msg) {
	defer func() {
		if p := recover(); p != nil {
			f.bus.log.Error("follower panicked", "stream", f.stream, "seq", m.Seq, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f.handler(m)
}

// discard deletes the consumer. Otherwise followers that come and go would use up the thousand consumers that a stream
// allows. If discard cannot delete the consumer, the server drops it after followInactive.
func (f *follower) discard(ctx context.Context, consumer jetstream.Consumer) {
	if !f.bus.nc.IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), followDiscard)
	defer cancel()
	if err := f.bus.js.DeleteConsumer(ctx, f.stream, consumer.CachedInfo().Name); err != nil {
		f.bus.log.Debug("follower's consumer is left to the server", "stream", f.stream, "error", err)
	}
}
