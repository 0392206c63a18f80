package bus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/subject"
)

const (
	// How much may wait for a listener's handler. Beyond that the client drops the server's messages, and onLost is called.
	defaultPendingMessages = 64 << 10
	defaultPendingBytes    = 32 << 20
)

// Listener is a subscription to news: the messages that a stream relays to everyone who listens at that moment.
type Listener struct {
	bus     *Bus
	pattern string
	sub     *nats.Subscription
	handler func(Msg)
	// raw, if set, hears the data of every message instead of handler, whatever its subject.
	raw    func(data []byte)
	onLost func()
	// reload has room for one, so that losses at the same time cause a single reload.
	reload  chan struct{}
	closing chan struct{}
	done    sync.WaitGroup
	once    sync.Once
}

// Listen calls h for every message on the pattern, on one goroutine, in the order of arrival. Nobody stores messages for a
// listener that is away. Listen therefore calls onLost, on a separate goroutine, at the start and whenever messages may be
// missing (after a reconnect, or when the listener was too slow). The owner then loads what it would have heard. Listen
// logs a panic of the handler.
func Listen(b *Bus, pattern string, h func(Msg), onLost func()) (*Listener, error) {
	return listen(b, pattern, h, onLost, defaultPendingMessages, defaultPendingBytes)
}

func listen(b *Bus, pattern string, h func(Msg), onLost func(), messages, bytes int) (*Listener, error) {
	return begin(&Listener{bus: b, pattern: pattern, handler: h, onLost: onLost}, messages, bytes)
}

func begin(l *Listener, messages, bytes int) (*Listener, error) {
	l.reload, l.closing = make(chan struct{}, 1), make(chan struct{})
	b := l.bus
	back := b.link.Reconnected()
	if err := l.subscribe(messages, bytes); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", l.pattern, err)
	}
	b.lost.add(l)
	l.signal()
	l.done.Go(func() { l.run(back) })
	return l, nil
}

func (l *Listener) subscribe(messages, bytes int) error {
	sub, err := l.bus.nc.Subscribe(l.pattern, l.hear)
	if err != nil {
		return err
	}
	l.sub = sub
	l.done.Add(1)
	sub.SetClosedHandler(func(string) { l.done.Done() })
	if err := sub.SetPendingLimits(messages, bytes); err != nil {
		return errors.Join(err, sub.Unsubscribe())
	}
	if err := l.confirm(); err != nil {
		return errors.Join(err, sub.Unsubscribe())
	}
	return nil
}

// confirm waits until the server has the subscription. What the owner loads after that leaves no gap before what it will
// hear.
func (l *Listener) confirm() error {
	ctx, cancel := context.WithTimeout(context.Background(), apiTimeout)
	defer cancel()
	if err := l.bus.nc.FlushWithContext(ctx); err != nil {
		return err
	}
	err := l.bus.nc.LastError()
	refused := fmt.Sprintf("Subscription to %q", l.pattern)
	if errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(err.Error(), refused) {
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return nil
}

// run calls onLost, one call after the other, until Close. back is the channel of the next reconnect. run asks for it again
// only after it was closed, so that it does not miss a reconnect during onLost.
func (l *Listener) run(back <-chan struct{}) {
	for {
		select {
		case <-l.closing:
			return
		case <-back:
			back = l.bus.link.Reconnected()
			if err := l.confirm(); err != nil {
				l.bus.log.Warn("subscription is not confirmed after a reconnect", "subject", l.pattern, "error", err)
			}
			l.signal()
		case <-l.reload:
			l.notifyOwner()
		}
	}
}

func (l *Listener) notifyOwner() {
	defer l.catch()
	if l.onLost != nil {
		l.onLost()
	}
}

func (l *Listener) signal() {
	select {
	case l.reload <- struct{}{}:
	default:
	}
}

func (l *Listener) hear(raw *nats.Msg) {
	defer l.catch()
	if l.raw != nil {
		l.raw(raw.Data)
		return
	}
	m := relayed(raw)
	subj, err := subject.Parse(raw.Subject)
	if err != nil {
		l.bus.skip(m.Stream, m.Seq, err)
		return
	}
	m.Subject = subj
	l.handler(m)
}

func (l *Listener) catch() {
	if p := recover(); p != nil {
		l.bus.log.Error("listener panicked", "subject", l.pattern, "panic", p, "stack", string(debug.Stack()))
	}
}

// Waiting returns how many messages have arrived that the handler has not done with. It does not know what has yet to come over the network.
func (l *Listener) Waiting() int {
	n, _, err := l.sub.Pending()
	if err != nil {
		return 0 // the subscription has ended
	}
	return n
}

// Close ends the subscription and waits for a running handler and onLost: call it from neither.
func (l *Listener) Close() {
	l.once.Do(func() {
		// An error means that the connection is closed, which ends the subscription as well.
		_ = l.sub.Unsubscribe()
		l.bus.lost.remove(l)
		close(l.closing)
	})
	l.done.Wait()
}

// relayed reads what the server adds to a republished message.
func relayed(raw *nats.Msg) Msg {
	m := Msg{Header: raw.Header, Data: raw.Data, Stream: raw.Header.Get(jetstream.StreamHeader), Deliveries: 1}
	m.Seq, _ = strconv.ParseUint(raw.Header.Get(jetstream.SequenceHeader), 10, 64)
	m.StoredAt, _ = time.Parse(time.RFC3339Nano, raw.Header.Get(jetstream.TimeStampHeaer))
	return m
}

// lostListeners finds the listener of a subscription that was too slow.
type lostListeners struct {
	mu    sync.Mutex
	bySub map[*nats.Subscription]*Listener
}

func (s *lostListeners) add(l *Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bySub == nil {
		s.bySub = map[*nats.Subscription]*Listener{}
	}
	s.bySub[l.sub] = l
}

func (s *lostListeners) remove(l *Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.bySub, l.sub)
}

func (s *lostListeners) notify(sub *nats.Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.bySub[sub]; l != nil {
		l.signal()
	}
}
