// Package link reports when a NATS connection is lost and when it is back. A goroutine that it starts ends when its caller
// calls stop.
package link

import (
	"context"
	"errors"
	"sync"

	"github.com/nats-io/nats.go"
)

// ErrReconnected is the cause that ends a context of UntilReconnect.
var ErrReconnected = errors.New("the connection was lost and is back")

// Link follows one connection. The owner of the connection calls Announce and Closed from its handlers.
type Link struct {
	nc     *nats.Conn
	closed chan struct{}
	mu     sync.Mutex
	back   chan struct{}
}

// New makes the link of a connection.
func New(nc *nats.Conn) *Link { return &Link{nc: nc, closed: make(chan struct{})} }

// Reconnected returns a channel that closes at the next reconnect. Call it before the work that a reconnect could spoil.
func (l *Link) Reconnected() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.back == nil {
		l.back = make(chan struct{})
	}
	return l.back
}

// Announce says that the connection is back.
func (l *Link) Announce() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.back != nil {
		close(l.back)
		l.back = nil
	}
}

// Close says that the connection is closed for good.
func (l *Link) Close() { close(l.closed) }

// Closed returns a channel that closes when the connection is closed.
func (l *Link) Closed() <-chan struct{} { return l.closed }

// Up says whether the connection is there now.
func (l *Link) Up() bool { return l.nc.IsConnected() }

// UntilReconnect returns a context that ends with ErrReconnected at the next reconnect. stop waits for the goroutine behind
// it.
func (l *Link) UntilReconnect(parent context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	back := l.Reconnected()
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-back:
			cancel(ErrReconnected)
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		cancel(nil)
		wg.Wait()
	}
}

// Await waits until the connection is up or closed for good. It returns false if ctx ended first.
func (l *Link) Await(ctx context.Context) bool {
	for {
		back := l.Reconnected()
		if l.nc.IsConnected() || l.nc.IsClosed() {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-back:
		case <-l.closed:
		}
	}
}
