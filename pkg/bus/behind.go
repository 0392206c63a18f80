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
	if info.NumPending == 0 && info.NumAckPending == 0 {
		return Msg{}, true, nil
	}
	first, found, err := b.Next(ctx, stream, ">", info.AckFloor.Stream+1)
	if err == nil && !found {
		err = fmt.Errorf("durable %s has messages and stream %s has none after %d", durable, stream, info.AckFloor.Stream)
	}
	return first, false, err
}
