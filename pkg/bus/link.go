package bus

import (
	"context"
	"errors"
	"regexp"
	"sync"

	"github.com/nats-io/nats.go"
)

// link tells whoever asks that the connection was lost and is back.
type link struct {
	mu   sync.Mutex
	back chan struct{}
}

// reconnected is closed at the next reconnect. Ask for it before the work whose loss matters.
func (l *link) reconnected() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.back == nil {
		l.back = make(chan struct{})
	}
	return l.back
}

func (l *link) announce() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.back != nil {
		close(l.back)
		l.back = nil
	}
}

var errReconnected = errors.New("the connection was lost and is back")

// untilReconnect returns a context that ends at the next reconnect. stop waits for its goroutine.
func (b *Bus) untilReconnect(parent context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	back := b.link.reconnected()
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-back:
			cancel(errReconnected)
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		cancel(nil)
		wg.Wait()
	}
}

// awaitLink waits until the connection is up or closed for good; false means that ctx ended first.
func (b *Bus) awaitLink(ctx context.Context) bool {
	for {
		back := b.link.reconnected()
		if b.nc.IsConnected() || b.nc.IsClosed() {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-back:
		case <-b.closed:
		}
	}
}

// watch hangs the bus on its connection. The handlers run one after the other on the connection's own goroutine, so none
// of them may block.
func (b *Bus) watch() {
	b.nc.SetErrorHandler(b.onError)
	b.nc.SetDisconnectErrHandler(func(nc *nats.Conn, err error) {
		if !nc.IsClosed() {
			b.log.Warn("nats connection lost", "error", err)
		}
	})
	b.nc.SetReconnectHandler(func(*nats.Conn) {
		b.log.Info("nats connection is back")
		b.link.announce()
	})
	b.nc.SetClosedHandler(func(*nats.Conn) { close(b.closed) })
}

func (b *Bus) onError(_ *nats.Conn, sub *nats.Subscription, err error) {
	switch {
	case errors.Is(err, nats.ErrSlowConsumer) && sub != nil:
		b.log.Warn("subscription too slow, messages were dropped", "subject", sub.Subject)
		b.lost.tell(sub)
	case errors.Is(err, nats.ErrPermissionViolation):
		b.metrics.permissionViolations.Inc()
		b.log.Error("nats permission violation", "error", err)
		if found := deniedPublish.FindStringSubmatch(err.Error()); found != nil {
			b.denials.deny(found[1])
		}
	default:
		b.log.Warn("nats reported an error", "error", err)
	}
}

var deniedPublish = regexp.MustCompile(`Publish to "(\S+)"`)

// denials ends publishes that the server refused. To the publisher a refusal is silence: the server reports it to the
// connection, not to the request.
type denials struct {
	mu      sync.Mutex
	waiting map[string][]*context.CancelCauseFunc
}

// watch returns a context that ends with ErrDenied when the server refuses a publish on the subject.
func (d *denials) watch(ctx context.Context, subject string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting == nil {
		d.waiting = map[string][]*context.CancelCauseFunc{}
	}
	d.waiting[subject] = append(d.waiting[subject], &cancel)
	return ctx, func() {
		cancel(nil)
		d.remove(subject, &cancel)
	}
}

func (d *denials) remove(subject string, cancel *context.CancelCauseFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.waiting[subject]
	for i, c := range list {
		if c == cancel {
			list[i] = list[len(list)-1]
			list = list[:len(list)-1]
			break
		}
	}
	if len(list) == 0 {
		delete(d.waiting, subject)
		return
	}
	d.waiting[subject] = list
}

func (d *denials) deny(subject string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, cancel := range d.waiting[subject] {
		(*cancel)(ErrDenied)
	}
}
