package bus

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/link"
	"github.com/terreno/terreno/pkg/wait"
)

// What follow.go still calls by its old names. It goes when the work on that file is merged.

var errReconnected = link.ErrReconnected

func (b *Bus) awaitLink(ctx context.Context) bool { return b.link.Await(ctx) }
func (b *Bus) untilReconnect(ctx context.Context) (context.Context, func()) {
	return b.link.UntilReconnect(ctx)
}
func pause(ctx context.Context, d time.Duration) bool { return wait.For(ctx, d) }
func jitter(d time.Duration) time.Duration            { return wait.Jitter(d) }
