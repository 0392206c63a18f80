package db

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/terreno/terreno/pkg/wait"
)

const (
	leadFirst = 250 * time.Millisecond
	leadMost  = 10 * time.Second
	// leadConnect is how long a process waits for a connection. An exhausted pool returns no error by itself.
	leadConnect = 5 * time.Second
	// leadPing is how often an idle leader checks its connection. A leader that works notices a dead connection at once.
	leadPing = 3 * time.Second
	// leadPatience is how long a ping may take. It is long because a server under load is still alive.
	leadPatience = 10 * time.Second
	// leadRelease limits how long the release may take. Then the connection is closed, which also releases the lock.
	leadRelease = 2 * time.Second
)

// ErrLeadershipLost is the cause of a leader's context when it ends before the context of the caller.
var ErrLeadershipLost = errors.New("the lock was lost")

// Lead waits until this process holds the named lock, and then runs fn. It repeats this until ctx ends (then it returns
// nil) or fn returns an error. In one database, only one process at a time holds a name. The holder keeps one connection
// of its pool. Each process that waits keeps one, too. While the database is away, Lead keeps trying.
//
// Lead logs each reason why this process can neither lead nor wait in the queue, once: the database is away, the pool has
// no free connection, or a right is missing. db_lead_errors_total counts every failure, and db_leading says who holds the
// lock. To wait behind another holder is not an error.
//
// The context of fn ends with ctx. It ends with the cause ErrLeadershipLost when the connection is lost. Lead then waits
// until fn returns; fn decides what it still finishes. Then Lead releases the lock. If fn returns an error after the lock
// was lost, Lead ignores it and waits for the lock again. If fn returns nil, Lead pauses, so that another process may
// take the lock, and then waits for it again.
//
// For a few seconds two processes may believe that they hold the lock: a holder whose connection died may learn of it
// only after the server gave the lock to the next. Only what fn writes with Leader.AsWorker is safe, because such a
// holder cannot commit. When the holder's process dies, the server learns of it at once; when its machine or network
// dies, after at most 60 s (keepalives, see connector.go). Until then nobody leads. Do not put a pooler in transaction
// mode between this process and the server: it gives the session, and with it the lock, to others.
func (d *DB) Lead(ctx context.Context, name string, log *slog.Logger, fn func(ctx context.Context, l *Leader) error) error {
	report := newLeadReport(d.metrics, log, name)
	// The transactions share the connections that are left.
	d.turns.Add(-1)
	defer d.turns.Add(1)
	for pause := leadFirst; ctx.Err() == nil; {
		l, err := d.campaign(ctx, name, report)
		if err != nil {
			if ctx.Err() == nil {
				report.failed(err)
			}
			wait.For(ctx, wait.Jitter(pause))
			pause = min(2*pause, leadMost)
			continue
		}
		pause = leadFirst
		report.leads(true)
		err = d.term(ctx, name, l, fn)
		report.leads(false)
		if err != nil {
			return err
		}
		wait.For(ctx, wait.Jitter(pause))
	}
	return nil
}

// Leading says whether a Lead of this pool holds the named lock, as far as this process knows.
func (d *DB) Leading(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.leading[name] > 0
}

// Leader is the connection that holds the lock. Its methods may be called concurrently; each call waits for its turn.
type Leader struct {
	conn *sqlx.Conn
	// turn holds one value while no transaction uses the connection.
	turn chan struct{}
	lose context.CancelCauseFunc
}

// AsWorker is like (*DB).AsWorker, on the connection that holds the lock. So the transaction cannot commit after the lock
// is lost. Only one transaction runs at a time. If ctx ends in the middle of a statement, the connection is closed and
// the lock is lost.
func (l *Leader) AsWorker(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	select {
	case <-l.turn:
	case <-ctx.Done():
		return fmt.Errorf("wait for the leader's connection: %w", ctx.Err())
	}
	defer func() { l.turn <- struct{}{} }()
	err := transact(ctx, l.conn, fn, asWorker)
	if err != nil {
		if lost := l.check(); lost != nil {
			return unavailable(ctx, errors.Join(err, lost)) // The connection died during fn, so the error of fn does not count.
		}
	}
	return err
}

// check ends the leadership when the connection is dead, and returns the reason. The caller must hold the turn.
func (l *Leader) check() error {
	ctx, cancel := context.WithTimeout(context.Background(), leadPatience)
	defer cancel()
	var one int
	if err := l.conn.QueryRowxContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		lost := fmt.Errorf("%w: %w", ErrLeadershipLost, err)
		l.lose(lost)
		return lost
	}
	return nil
}

// watch pings the connection while nobody uses it, until ended is closed.
func (l *Leader) watch(ended <-chan struct{}) {
	tick := time.NewTicker(leadPing)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		select {
		case <-l.turn:
			_ = l.check()
			l.turn <- struct{}{}
		default: // A transaction is running and will notice a dead connection itself.
		}
	}
}

// campaign takes a connection of its own and waits on it for the lock.
func (d *DB) campaign(ctx context.Context, name string, report *leadReport) (*Leader, error) {
	connecting, cancel := context.WithTimeout(ctx, leadConnect)
	conn, err := d.pool.Connx(connecting)
	cancel()
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("no connection within %v, %d of the pool's %d are in use: %w",
			leadConnect, d.pool.Stats().InUse, d.pool.Stats().MaxOpenConnections, err)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to lead: %w", err)
	}
	if err := waitForLock(ctx, conn, leadKey(name), report); err != nil {
		discard(conn)
		return nil, fmt.Errorf("wait to lead %s: %w", name, err)
	}
	l := &Leader{conn: conn, turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l, nil
}

// waitForLock waits in the server's own queue, so that the server passes the lock on as soon as the holder's session
// ends. lock_timeout ends each wait before the statement timeout would, and waitForLock begins again.
func waitForLock(ctx context.Context, conn *sqlx.Conn, key int64, report *leadReport) error {
	_, err := conn.ExecContext(ctx, `SELECT set_config('lock_timeout',
		(CASE WHEN setting::int = 0 THEN 10000 ELSE greatest(1, least(10000, setting::int / 2)) END)::text, false)
		FROM pg_settings WHERE name = 'statement_timeout'`)
	if err != nil {
		return fmt.Errorf("limit the wait: %w", err)
	}
	for {
		_, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, key)
		if pe, ok := errors.AsType[*pq.Error](err); ok && pe.Code == pqerror.LockNotAvailable {
			report.queues()
			continue
		}
		if err == nil { // The limit was for this wait only; the leader's own transactions must not have it.
			_, err = conn.ExecContext(ctx, `RESET lock_timeout`)
		}
		return err
	}
}

// term runs fn while the lock is held, and releases it.
func (d *DB) term(ctx context.Context, name string, l *Leader, fn func(context.Context, *Leader) error) error {
	term, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	l.lose = lose
	d.countLeading(name, 1)
	defer d.countLeading(name, -1)
	var watching sync.WaitGroup
	ended := make(chan struct{})
	watching.Go(func() { l.watch(ended) })
	defer func() {
		close(ended)
		watching.Wait()
		l.release(leadKey(name))
	}()
	err := fn(term, l)
	switch {
	case errors.Is(context.Cause(term), ErrLeadershipLost):
		return nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil
	}
	return err
}

// release gives up the lock at once. It closes the connection in any case, so that no lock stays in the pool.
func (l *Leader) release(key int64) {
	<-l.turn
	defer func() { l.turn <- struct{}{} }() // A caller that still uses the Leader afterwards finds the connection closed.
	ctx, cancel := context.WithTimeout(context.Background(), leadRelease)
	defer cancel()
	_, _ = l.conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, key)
	discard(l.conn)
}

// discard closes a connection instead of returning it to the pool.
func discard(conn *sqlx.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

func (d *DB) countLeading(name string, by int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.leading == nil {
		d.leading = map[string]int{}
	}
	d.leading[name] += by
}

// leadKey returns the key of the advisory lock. If two names had the same key, only one of them could be led at a time.
func leadKey(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("terreno.lead\x00" + name))
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}
