package bus

import (
	"context"
	"fmt"
)

// Behind returns the first message of a stream that a durable has not ended: not delivered, or delivered and neither handled nor
// buried. none is true when there is no such message. Messages behind the first may have been ended already.
func (b *Bus) Behind(ctx context.Context, stream, durable string) (first Msg, none bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	consumer, err := b.js.Consumer(ctx, stream, durable)
	if err != nil {
		return Msg{}, false, fmt.Errorf("read durable %s: %w", durable, err)
	}
	info := consumer.CachedInfo()
	from := info.AckFloor.Stream + 1
	if info.NumPending == 0 && info.NumAckPending == 0 {
		// Everything that the durable knows has ended. Its server counts in its own copy of the stream, which may lack messages that
		// were acknowledged to their publisher already. So the stream's leader is asked what comes later.
		from = info.Delivered.Stream + 1
	}
	first, found, err := b.Next(ctx, stream, ">", from)
	return first, err == nil && !found, err
}
