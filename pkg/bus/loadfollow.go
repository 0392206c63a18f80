package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/wait"
)

const (
	// The pause before a reload, and before a load that follows a failed one. It doubles each time.
	loadPauseFirst = time.Second
	loadPauseMost  = time.Minute
)

// View is what a process keeps in memory of a service's database. The service's news keeps it up to date.
//
// Hear is never called concurrently with itself. It may run while Load runs, except during the first Load. After that Load
// it is called again with the same messages. For this reason every message must carry a version, and the newer version
// wins.
type View interface {
	// Load reads everything anew and replaces what was there. It sets its own timeout.
	Load(ctx context.Context) error
	// Hear takes in one message of the stream.
	Hear(m Msg)
	// CaughtUp says that every message stored before at has been loaded or handed to Hear.
	CaughtUp(at time.Time)
}

// LoadAndFollow loads a view once. It then hands the view every message that the stream stored since, in order, until ctx
// ends, and returns nil. It loads the view again in three cases: the stream was replaced, the stream dropped messages that
// the view did not hear (they were too old or too many), or somebody sends on reload. reload may be nil.
//
// LoadAndFollow retries a failed load after 1 s, then 2 s, up to 1 min. Each pause has a random part, including the pause
// before a reload, because all processes of an installation notice a replaced stream at the same moment. Meanwhile the view
// hears the news. LoadAndFollow returns an error when the bus is closed.
func (b *Bus) LoadAndFollow(ctx context.Context, name string, reload <-chan struct{}, v View) error {
	k := &keeper{bus: b, stream: name, reload: reload, view: v, pause: loadPauseFirst}
	for ctx.Err() == nil {
		err := k.round(ctx)
		if b.nc.IsClosed() && ctx.Err() == nil {
			return fmt.Errorf("load and follow %s: %w", name, nats.ErrConnectionClosed)
		}
		if ctx.Err() == nil {
			b.log.Warn("view is loaded again", "stream", name, "cause", err)
		}
	}
	return nil
}

var errReload = errors.New("somebody asked for it")

type keeper struct {
	bus    *Bus
	stream string
	reload <-chan struct{}
	view   View
	pause  time.Duration
	loaded bool
	// next is the lowest sequence that the view has not heard. It belongs to the stream that was made at created.
	next    uint64
	created time.Time
}

func (k *keeper) hear(m Msg) {
	k.view.Hear(m)
	k.next = m.Seq + 1
}

// round loads the view and follows the stream from the end that it had before the load. It returns why the view must be
// loaded again.
func (k *keeper) round(ctx context.Context) error {
	at, end, err := k.end(ctx)
	if err != nil {
		wait.For(ctx, k.nextPause())
		return err
	}
	if !k.load(ctx, end) {
		return ctx.Err()
	}
	k.view.CaughtUp(at)
	began := time.Now()
	err = k.follow(ctx, end)
	if time.Since(began) > loadPauseMost {
		k.pause = loadPauseFirst
	}
	return err
}

// end asks where the stream ends. at is from our own clock, before we asked.
func (k *keeper) end(ctx context.Context) (at time.Time, end State, err error) {
	if !k.bus.link.Await(ctx) {
		return time.Time{}, State{}, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	at = time.Now()
	end, err = k.bus.StreamState(ctx, k.stream)
	return at, end, err
}

// load tries until the view is loaded. It returns false if ctx ended first.
func (k *keeper) load(ctx context.Context, end State) bool {
	if k.loaded {
		defer k.hearMeanwhile(ctx, end)()
		if !wait.For(ctx, k.nextPause()) {
			return false
		}
	}
	for {
		err := k.view.Load(ctx)
		if err == nil {
			k.loaded = true
			return true
		}
		pause := k.nextPause()
		if ctx.Err() == nil {
			k.bus.log.Warn("view is not loaded", "stream", k.stream, "error", err, "again_in", pause)
		}
		if !wait.For(ctx, pause) {
			return false
		}
	}
}

// hearMeanwhile keeps the old view up to date until it is replaced. A slow database must not delay the news that somebody
// was suspended. An error that ends hearMeanwhile early also ends the next follow, and follow reports it.
func (k *keeper) hearMeanwhile(ctx context.Context, end State) (stop func()) {
	from := end.LastSeq + 1
	if end.Created.Equal(k.created) {
		from = min(from, k.next)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := k.bus.Follow(ctx, k.stream, from, k.hear, After(State{Created: end.Created})); err != nil {
			k.bus.log.Debug("view hears nothing until it is loaded", "stream", k.stream, "cause", err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// follow returns when the view must be loaded again, and why.
func (k *keeper) follow(parent context.Context, end State) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case <-k.reload:
			cancel(errReload)
		case <-ctx.Done():
		}
	}()
	k.next, k.created = end.LastSeq+1, end.Created
	err := k.bus.Follow(ctx, k.stream, k.next, k.hear, After(end), ReportDropped(), ReportCaughtUp(k.view.CaughtUp))
	cancel(err)
	<-watching
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

func (k *keeper) nextPause() time.Duration {
	pause := k.pause
	k.pause = min(2*k.pause, loadPauseMost)
	return wait.Jitter(pause)
}
