package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/bus/internal/link"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
)

// Admin is the NATS user that may do everything. It provisions streams and works on dead letters.
const Admin = "admin"

const closeTimeout = 5 * time.Second

// Options of Connect. Log is required; the rest has defaults.
type Options struct {
	// Name of the connection as the server lists it; the service's name by default.
	Name string
	Log  *slog.Logger
	// Metrics may be nil: then nobody sees them. Several buses may share one registerer.
	Metrics prometheus.Registerer
	// Table is stream.Table() by default.
	Table []stream.Stream
	// NATS are further options of the connection, such as TLS.
	NATS []nats.Option
}

// Option changes what New makes.
type Option func(*Bus)

// WithTable replaces stream.Table(), for tests that need other limits.
func WithTable(table []stream.Stream) Option { return func(b *Bus) { b.table = table } }

// Bus is one service's connection. All methods may be called concurrently.
type Bus struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	service string
	table   []stream.Stream
	log     *slog.Logger
	metrics *metrics
	link    *link.Link
	denials denials
	storing storing
	lost    lostListeners
}

// Connect dials the server once. The URL carries user and password. Connect fails when the server does not answer, so that
// a service with a wrong address ends at once. After a successful start the connection reconnects for as long as it takes.
func Connect(url, service string, o Options) (*Bus, error) {
	options := append(DialOptions(service), o.NATS...)
	if o.Name != "" {
		options = append(options, nats.Name(o.Name))
	}
	nc, err := nats.Connect(url, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to nats as %s: %w", service, err)
	}
	var more []Option
	if o.Table != nil {
		more = append(more, WithTable(o.Table))
	}
	b, err := New(nc, service, o.Log, o.Metrics, more...)
	if err != nil {
		nc.Close()
	}
	return b, err
}

// New makes a bus from a connection that was made with DialOptions. The bus owns the connection from then on: it sets the
// connection's handlers, and Close closes the connection.
func New(nc *nats.Conn, service string, log *slog.Logger, reg prometheus.Registerer, opts ...Option) (*Bus, error) {
	if nc == nil || nc.IsClosed() || service == "" || log == nil {
		return nil, errors.New("bus needs an open connection, a service name and a logger")
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open jetstream: %w", err)
	}
	b := &Bus{
		nc: nc, js: js, service: service, table: stream.Table(), metrics: newMetrics(reg, service),
		log: log.With("service", service), link: link.New(nc),
	}
	for _, o := range opts {
		o(b)
	}
	b.storing.refusing, b.storing.lost = b.metrics.refusing, b.metrics.streamLost
	for _, name := range b.publishes() {
		b.storing.refusing.WithLabelValues(name)
		b.storing.lost.WithLabelValues(name)
	}
	b.watch()
	return b, nil
}

// DialOptions are the options of every Terreno connection. The connection never gives up, notices a dead link within 15 s,
// and listens for replies only in the service's own inbox space. It buffers nothing while the link is down. With a buffer,
// the client would send a publish at the reconnect even though its caller gave up, perhaps after the dedupe window and
// after later publishes. Instead a publish fails at once and Publish tries again. If an acknowledgement is lost this way,
// its message is delivered again.
func DialOptions(service string) []nats.Option {
	options := []nats.Option{
		nats.Name(service),
		nats.Timeout(5 * time.Second),
		nats.MaxReconnects(-1),
		nats.ReconnectBufSize(-1),
		nats.IgnoreAuthErrorAbort(),
		nats.CustomReconnectDelay(reconnectDelay),
		nats.PingInterval(5 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.DrainTimeout(closeTimeout),
	}
	if service != Admin {
		options = append(options, nats.CustomInboxPrefix(stream.InboxPrefix(service)))
	}
	return options
}

// reconnectDelay is short at first, because a client's socket at the gateway waits for the reconnect. It has a random part,
// because every service of an installation loses a server at the same moment.
func reconnectDelay(attempts int) time.Duration {
	return wait.Jitter(min(50*time.Millisecond<<min(attempts, 6), 2*time.Second))
}

// Conn is the connection, for tests and for what package bus does not offer.
func (b *Bus) Conn() *nats.Conn { return b.nc }

// JetStream is the raw API, for bus/admin and tests.
func (b *Bus) JetStream() jetstream.JetStream { return b.js }

// Service is the name under which the bus publishes.
func (b *Bus) Service() string { return b.service }

// Ready fails while the server does not answer.
func (b *Bus) Ready(ctx context.Context) error {
	if s := b.nc.Status(); s != nats.CONNECTED {
		return fmt.Errorf("nats is %s", s)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := b.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("ask nats for a sign of life: %w", err)
	}
	return nil
}

// Close sends what is buffered, ends the subscriptions and closes the connection. It waits at most 5 s for this.
func (b *Bus) Close() {
	if err := b.nc.Drain(); err != nil {
		b.nc.Close()
	}
	select {
	case <-b.link.Closed():
	case <-time.After(closeTimeout + time.Second):
		b.nc.Close()
	}
}

// Durable makes the common base of the consumers in this package and in bus/ordered. No other package needs it.
func (b *Bus) Durable(name, durableName string, ordered bool, s durable.Settings, batch int) (*durable.Durable, error) {
	row, err := b.row(name)
	if err != nil {
		return nil, fmt.Errorf("make consumer: %w", err)
	}
	return durable.New(durable.Lent{
		NC: b.nc, JS: b.js, Link: b.link, Service: b.service, Log: b.log, Metrics: b.metrics.durables,
		Publish: func(ctx context.Context, m *nats.Msg) (uint64, error) {
			ack, err := b.publish(ctx, m)
			return ack.Seq, err
		},
		NoteCut: b.noteCut,
	}, row, durableName, ordered, s, batch)
}

// row returns the table's row of a stream.
func (b *Bus) row(name string) (stream.Stream, error) {
	for _, s := range b.table {
		if s.Name == name {
			return s, nil
		}
	}
	return stream.Stream{}, fmt.Errorf("stream %q is not in the table", name)
}
