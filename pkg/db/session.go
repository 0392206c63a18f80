package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/lib/pq"
)

// giveUpAfter is how long after the end of its context a statement may still wait for the server. The server first gets a
// request to cancel, which a healthy server answers at once.
const giveUpAfter = time.Second

// sessionConnector makes sessions that end with the context of their caller, at its deadline or before. Without it, lib/pq
// asks the server to cancel a statement and then waits for the answer. A server that has stopped, or that is behind a broken
// network, would block the caller and its connection, and so in the end all other callers.
type sessionConnector struct{ *pq.Connector }

// pqConn lists the interfaces of a lib/pq connection that database/sql uses.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

func (c sessionConnector) Connect(ctx context.Context) (driver.Conn, error) {
	var made dialled
	conn, err := c.Connector.Connect(context.WithValue(ctx, dialledKey{}, &made))
	if err != nil {
		return nil, err
	}
	full, ok := conn.(pqConn)
	if !ok || made.wire == nil {
		return nil, errors.Join(fmt.Errorf("a connection of type %T cannot be given a deadline", conn), conn.Close())
	}
	return &session{pqConn: full, wire: made.wire}, nil
}

// dialled tells Connect which connection the dialer made for it.
type dialled struct{ wire *patientConn }

type dialledKey struct{}

// session gives its connection the deadline of each call, and of the transaction under way.
type session struct {
	pqConn
	wire *patientConn
}

func (s *session) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	s.wire.until(ctx, ctx)
	tx, err := s.pqConn.BeginTx(ctx, o)
	if err != nil {
		s.wire.until(context.Background(), context.Background())
		return nil, err
	}
	return sessionTx{tx, s.wire}, nil
}

func (s *session) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s.wire.until(ctx, nil)
	return s.pqConn.ExecContext(ctx, query, inUTC(args))
}

// QueryContext keeps its deadline after it returns, because the rows are read later and need it.
func (s *session) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s.wire.until(ctx, nil)
	return s.pqConn.QueryContext(ctx, query, inUTC(args))
}

// inUTC writes instants in UTC. RFC 3339 allows offsets up to 23:59, and PostgreSQL reads none from 16:00 on. An array of instants is a text by
// now: whoever makes one of what a client sent, makes it in UTC.
func inUTC(args []driver.NamedValue) []driver.NamedValue {
	for i := range args {
		if at, ok := args[i].Value.(time.Time); ok {
			args[i].Value = at.UTC()
		}
	}
	return args
}

func (s *session) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s.wire.until(ctx, nil)
	return s.pqConn.PrepareContext(ctx, query)
}

func (s *session) Ping(ctx context.Context) error {
	s.wire.until(ctx, nil)
	return s.pqConn.Ping(ctx)
}

// sessionTx ends a transaction within its deadline, and then removes the deadline.
type sessionTx struct {
	driver.Tx
	wire *patientConn
}

func (t sessionTx) Commit() error {
	t.wire.until(context.Background(), nil)
	defer t.wire.until(context.Background(), context.Background())
	return t.Tx.Commit()
}

func (t sessionTx) Rollback() error {
	t.wire.until(context.Background(), nil)
	defer t.wire.until(context.Background(), context.Background())
	return t.Tx.Rollback()
}

// patientDialer makes connections on which no single read or write takes longer than the limit, even for a caller without
// a deadline. Without the limit, a peer that vanished silently would block the caller for a quarter of an hour.
type patientDialer struct{ limit time.Duration }

func (d patientDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d patientDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d patientDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	wire := &patientConn{Conn: c, limit: d.limit}
	if made, ok := ctx.Value(dialledKey{}).(*dialled); ok {
		made.wire = wire
	}
	return wire, nil
}

// patientConn has one user at a time, but any goroutine may set its deadlines.
type patientConn struct {
	net.Conn
	limit time.Duration

	mu sync.Mutex
	// own means that lib/pq set its own deadline, for the handshake. It is tighter and stays.
	own bool
	// call and transaction are when the current call and the current transaction end.
	call, transaction end
}

// end is when a context ends, as far as this is known. Zero means never.
type end struct {
	at time.Time
	// stop ends the watch on the context. number distinguishes this context from earlier ones, which may end at the same
	// moment.
	stop   func() bool
	number uint64
}

// until sets the contexts of the reads and writes that follow. A nil transaction keeps the current one.
func (c *patientConn) until(call, transaction context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch(call, &c.call)
	if transaction != nil {
		c.watch(transaction, &c.transaction)
	}
}

// watch makes e end with ctx, and no longer with the previous context. The caller holds c.mu.
func (c *patientConn) watch(ctx context.Context, e *end) {
	if e.stop != nil {
		e.stop()
		e.stop = nil
	}
	e.at, _ = ctx.Deadline()
	e.number++
	if ctx.Done() != nil {
		number := e.number
		e.stop = context.AfterFunc(ctx, func() { c.ended(e, number) })
	}
}

// ended makes a call return soon when its context has ended.
func (c *patientConn) ended(e *end, number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.number != number {
		return
	}
	e.at = time.Now()
	if !c.own {
		_ = c.Conn.SetDeadline(e.at.Add(giveUpAfter)) // On a closed connection nothing waits, so the error does not matter.
	}
}

// Close ends the watches, because their contexts may live as long as the process.
func (c *patientConn) Close() error {
	c.until(context.Background(), context.Background())
	return c.Conn.Close()
}

// deadline returns when a read or write that begins now must end. set is false while lib/pq's own deadline stays.
func (c *patientConn) deadline() (at time.Time, set bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at = time.Now().Add(c.limit)
	for _, end := range []time.Time{c.call.at, c.transaction.at} {
		if giveUp := end.Add(giveUpAfter); !end.IsZero() && giveUp.Before(at) {
			at = giveUp
		}
	}
	return at, !c.own
}

func (c *patientConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own = !t.IsZero()
	return c.Conn.SetDeadline(t)
}

func (c *patientConn) Read(b []byte) (int, error) {
	if at, set := c.deadline(); set {
		if err := c.SetReadDeadline(at); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(b)
}

func (c *patientConn) Write(b []byte) (int, error) {
	if at, set := c.deadline(); set {
		if err := c.SetWriteDeadline(at); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(b)
}
