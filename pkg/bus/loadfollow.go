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
	// The pause before a load that is not the first, and before a load that follows one that failed. It doubles.
	loadPauseFirst = time.Second
	loadPauseMost  = time.Minute
)

// View is what a process keeps in memory of a service's database, and brings up to date by that service's news.
//
// Hear is never called twice at the same time. It may be called while Load runs, except the first, and it is then called
// again with the same messages after Load: what it hears must carry a version, and the newer one wins.
type View interface {
	// Load reads everything anew and replaces what was there. It bounds its own time.
	Load(ctx context.Context) error
	// Hear takes in one message of the stream.
	Hear(m Msg)
	// CaughtUp says that whatever was stored before at has been loaded or handed to Hear.
	CaughtUp(at time.Time)
}

// LoadAndFollow loads a view once and then hands it every message that the stream stored since, in order, until ctx ends;
// then it returns nil. The view is loaded again when the stream was replaced, when the stream dropped messages that the
// view did not hear (they were too old or too many), and when somebody sends on reload, which may be nil.
//
// A load that fails is tried again after 1 s, then 2 s, up to 1 min. Each pause is spread, also the one before a load again:
// all processes of an installation notice a replaced stream at the same moment. Meanwhile the view hears the news. An
// error is returned when the bus is closed.
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

// streamEnd is where a stream ended at a time. at is ours and before that.
type streamEnd struct {
	created time.Time
	seq     uint64
	stored  time.Time // when message seq was; zero when there was none yet
	at      time.Time
}

var errReload = errors.New("somebody asked for it")

type keeper struct {
	bus    *Bus
	stream string
	reload <-chan struct{}
	view   View
	pause  time.Duration
	loaded bool
	// next is the lowest sequence that the view has not heard, of the stream that was made at created.
	next    uint64
	created time.Time
}

func (k *keeper) hear(m Msg) {
	k.view.Hear(m)
	k.next = m.Seq + 1
}

// round loads the view and follows the stream from where it ended before that. It returns why the view must be loaded
// again.
func (k *keeper) round(ctx context.Context) error {
	end, err := k.end(ctx)
	if err != nil {
		wait.For(ctx, k.nextPause())
		return err
	}
	if !k.load(ctx, end) {
		return ctx.Err()
	}
	k.view.CaughtUp(end.at)
	began := time.Now()
	err = k.follow(ctx, end)
	if time.Since(began) > loadPauseMost {
		k.pause = loadPauseFirst
	}
	return err
}

func (k *keeper) end(ctx context.Context) (streamEnd, error) {
	if !k.bus.link.Await(ctx) {
		return streamEnd{}, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	at := time.Now()
	s, err := k.bus.js.Stream(ctx, k.stream)
	if err != nil {
		return streamEnd{}, fmt.Errorf("read state of stream %s: %w", k.stream, err)
	}
	info := s.CachedInfo()
	end := streamEnd{created: info.Created, seq: info.State.LastSeq, at: at}
	if end.seq > 0 {
		end.stored = info.State.LastTime
	}
	return end, nil
}

// load tries until the view is loaded; false means that ctx ended first.
func (k *keeper) load(ctx context.Context, end streamEnd) bool {
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

// hearMeanwhile keeps the view that is about to be replaced up to date: a slow database must not hold back that somebody
// was suspended. What ends it early ends the next follow too, which says so.
func (k *keeper) hearMeanwhile(ctx context.Context, end streamEnd) (stop func()) {
	from := end.seq + 1
	if end.created.Equal(k.created) {
		from = min(from, k.next)
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := k.bus.Follow(ctx, k.stream, from, k.hear, since(streamEnd{created: end.created})); err != nil {
			k.bus.log.Debug("view hears nothing until it is loaded", "stream", k.stream, "cause", err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// follow returns when the view must be loaded again, and why.
func (k *keeper) follow(parent context.Context, end streamEnd) error {
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
	k.next, k.created = end.seq+1, end.created
	err := k.bus.Follow(ctx, k.stream, k.next, k.hear, since(end), ReportDropped(), ReportCaughtUp(k.view.CaughtUp))
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
