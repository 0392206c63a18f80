package bus

import (
	"context"
	"errors"
	"regexp"
	"sync"

	"github.com/nats-io/nats.go"
)

// watch sets the connection's handlers. They run one after the other on the connection's own goroutine, so no handler may
// block.
func (b *Bus) watch() {
	b.nc.SetErrorHandler(b.onError)
	b.nc.SetDisconnectErrHandler(func(nc *nats.Conn, err error) {
		if !nc.IsClosed() {
			b.log.Warn("nats connection lost", "error", err)
		}
	})
	b.nc.SetReconnectHandler(func(*nats.Conn) {
		b.log.Info("nats connection is back")
		b.storing.forget()
		b.link.Announce()
	})
	b.nc.SetClosedHandler(func(*nats.Conn) { b.link.Close() })
}

func (b *Bus) onError(_ *nats.Conn, sub *nats.Subscription, err error) {
	switch {
	case errors.Is(err, nats.ErrSlowConsumer) && sub != nil:
		b.log.Warn("subscription too slow, messages were dropped", "subject", sub.Subject)
		b.lost.notify(sub)
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

// denials ends publishes that the server refused. The publisher itself gets no answer, because the server reports the
// refusal to the connection and not to the request.
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
