package ordered

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/wait"
)

// lagDoubt is how long we keep asking a stream that seems to have lost its end before we believe it.
const lagDoubt = 2 * time.Second

// attach makes the durable anew when it is missing, finds the place after the frontier and resets the durable to it.
func (o *Consumer) attach(ctx, work context.Context) (jetstream.Consumer, error) {
	stored, err := o.frontier(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the frontier: %w", err)
	}
	live, err := o.durable.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the durable: %w", err)
	}
	if err := o.adopt(ctx, work, stored); err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeout(ctx, api.Timeout)
	defer cancel()
	if _, err := o.durable.JS.ResetConsumerToSequence(limit, o.durable.Stream, o.durable.Name, o.at.Seq+1); err != nil {
		return nil, fmt.Errorf("reset the durable to %d: %w", o.at.Seq+1, err)
	}
	o.durable.CountReset()
	o.holes = holes{}
	// Check again: the stream could be replaced between adopt and the reset.
	info, err := api.StreamInfo(ctx, o.durable.NC, o.durable.Stream, false)
	if err != nil {
		return nil, err
	}
	if made := madeAt(info); !made.Equal(o.at.Created) {
		return nil, fmt.Errorf("%w: made at %s", bus.ErrStreamReplaced, made.Format(time.RFC3339))
	}
	return live, nil
}

// adopt takes over the stored frontier as far as it fits the stream.
func (o *Consumer) adopt(ctx, work context.Context, stored Frontier) error {
	for doubtful := time.Now().Add(lagDoubt); ; {
		info, err := api.StreamInfo(ctx, o.durable.NC, o.durable.Stream, false)
		if err != nil {
			return err
		}
		made, first, last := madeAt(info), max(info.State.FirstSeq, 1), info.State.LastSeq
		switch {
		case !made.Equal(stored.Created.Truncate(time.Microsecond)):
			if !stored.Created.IsZero() {
				o.durable.Log.Warn("stream was made anew, beginning at its first message", "made", made, "before", stored.Created)
				o.durable.History.Clear()
			}
			o.at = Frontier{Created: made}
			return nil
		case stored.Seq <= last:
			o.at = Frontier{Created: made, Seq: stored.Seq, Stored: stored.Stored}
			return o.checkReused(ctx, work, first)
		// A newly elected leader may lag for a moment. A stream without replicas has no election. There, waiting would let
		// new messages take the sequences of the lost ones.
		case info.Config.Replicas <= 1, time.Now().After(doubtful):
			o.at = Frontier{Created: made, Seq: stored.Seq, Stored: stored.Stored}
			return o.goBack(ctx, work, first, last)
		}
		if !wait.For(ctx, 200*time.Millisecond) {
			return ctx.Err()
		}
	}
}

// checkReused looks whether the message at the frontier is still the one that was applied. After the stream lost its end,
// new messages may have taken the lost sequences before this consumer came back. Without the check it would pass over them.
func (o *Consumer) checkReused(ctx, work context.Context, first uint64) error {
	if o.at.Seq == 0 || o.at.Stored.IsZero() {
		return nil
	}
	at, m, err := o.storedAt(ctx, o.at.Seq)
	if err != nil || m != o.at.Seq || at.Equal(o.at.Stored) {
		return err
	}
	return o.goBack(ctx, work, first, o.at.Seq-1)
}

// goBack moves the frontier to the last message that the stream did not lose, and says that it lost the others. It looks
// between two sequences, both included. Messages that were stored later than the last applied one are new.
func (o *Consumer) goBack(ctx, work context.Context, first, last uint64) error {
	to := Frontier{Created: o.at.Created, Seq: first - 1}
	for first <= last {
		middle := first + (last-first)/2
		at, _, err := o.storedAt(ctx, middle)
		switch {
		case err != nil:
			return err
		case !o.at.Stored.IsZero() && at.After(o.at.Stored):
			last = middle - 1
		default:
			to.Seq, to.Stored, first = middle, at, middle+1
		}
	}
	if err := o.durable.RecordCut(ctx, durable.Range{From: to.Seq + 1, To: o.at.Seq}); err != nil {
		return err
	}
	return o.try(ctx, work, nil, to)
}

// storedAt returns when the first message at or after a sequence was stored, and its sequence. The sequence is 0 when there
// is no such message.
func (o *Consumer) storedAt(ctx context.Context, seq uint64) (at time.Time, found uint64, err error) {
	m, err := api.Next(ctx, o.durable.NC, o.durable.Stream, ">", seq)
	if errors.Is(err, api.ErrNoMessage) {
		return time.Time{}, 0, nil
	}
	if err != nil {
		return time.Time{}, 0, fmt.Errorf("read the message at the frontier: %w", err)
	}
	return micro(m.Time), m.Sequence, nil
}

// micro truncates an instant to the precision of PostgreSQL, which stores the frontiers.
func micro(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// madeAt returns when the stream was made.
func madeAt(info *jetstream.StreamInfo) time.Time { return micro(info.Created) }

// follows returns the messages that follow the frontier without a gap. Its error says what is wrong with the first message
// that does not.
func (o *Consumer) follows(ctx context.Context, ds []*durable.Delivery) ([]*durable.Delivery, error) {
	next := o.at.Seq + 1
	fresh := make([]*durable.Delivery, 0, len(ds))
	for _, d := range ds {
		seq := d.Msg.Seq
		switch {
		case seq < next && d.Msg.Deliveries > 1:
			continue // It was in hand for longer than AckWait, and is applied by now.
		case seq < next:
			return fresh, fmt.Errorf("%w: message %d came, expected %d", errDisorder, seq, next)
		case seq > next:
			if err := o.checkGap(ctx, next, seq-1); err != nil {
				return fresh, err
			}
		}
		fresh, next = append(fresh, d), seq+1
	}
	return fresh, nil
}

// checkGap passes when the stream has no message in a range of sequences. The consumer's delivery count could not show
// this, because it begins at 1 again when another process resets the durable.
func (o *Consumer) checkGap(ctx context.Context, from, to uint64) error {
	if o.holes.cover(from, to) {
		return o.passOver(ctx, from, to)
	}
	info, err := api.StreamInfo(ctx, o.durable.NC, o.durable.Stream, true)
	if err != nil {
		return err
	}
	o.holes = holes{first: info.State.FirstSeq, deleted: info.State.Deleted}
	slices.Sort(o.holes.deleted)
	if made := madeAt(info); !made.Equal(o.at.Created) || !o.holes.cover(from, to) {
		return fmt.Errorf("%w: %d to %d did not come", errDisorder, from, to)
	}
	return o.passOver(ctx, from, to)
}

// passOver records sequences that the stream no longer has and that the handler never applied. It does not record what was
// gone before the handler applied anything, because that may be older than the consumer.
func (o *Consumer) passOver(ctx context.Context, from, to uint64) error {
	if o.at.Seq == 0 {
		return nil
	}
	return o.durable.RecordLost(ctx, []durable.Range{{From: from, To: to}})
}

// holes are the sequences for which a stream has no message: those before its first message and those deleted by hand. A
// stream never fills a hole, so a hole once found stays a hole.
type holes struct {
	first   uint64
	deleted []uint64
}

// cover says whether every sequence of a range is a hole.
func (h holes) cover(from, to uint64) bool {
	from = max(from, h.first)
	if from > to {
		return true
	}
	low, _ := slices.BinarySearch(h.deleted, from)
	high, _ := slices.BinarySearch(h.deleted, to+1)
	return uint64(high-low) == to-from+1
}
