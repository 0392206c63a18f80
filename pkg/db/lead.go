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
	// How long a contender waits for a connection. A pool whose connections are all taken returns no error by itself.
	leadConnect = 5 * time.Second
	// How soon a holder without work notices that its connection is dead. One with work notices at once.
	leadPing = 3 * time.Second
	// How long a ping may take: a server under load still counts as there.
	leadPatience = 10 * time.Second
	// Releasing ends with the connection at the latest.
	leadRelease = 2 * time.Second
)

// ErrLeadershipLost is the cause of a leader's context that ended before the caller's.
var ErrLeadershipLost = errors.New("the lock was lost")

// Lead waits until this process alone holds the named lock and runs fn, again and again until ctx ends (nil) or fn returns
// an error. One process holds a name at a time in one database. It keeps one of its pool's connections for that, and each
// process that waits keeps one too. A database that is away is asked again, for ever.
//
// log hears once of each reason why this process can neither lead nor stand in the queue: the database is away, no
// connection of the pool is free, a right is missing. db_lead_errors_total counts every failure, and db_leading says who
// holds the lock. Standing in the queue behind another holder is no error.
//
// fn's context ends with ctx, or with the cause ErrLeadershipLost when the connection is lost. Lead then waits for fn, which
// decides what it still finishes, and releases the lock after it returned. What fn returns after the lock was lost is not
// an error: Lead waits for the lock again. When fn returns nil, Lead also waits for the lock again after a moment, in which
// another process may take it.
//
// Only what is written with Leader.AsWorker is safe from two holders: one whose connection died may learn it seconds after
// the server gave the lock to the next, and cannot commit meanwhile. The server learns of a holder's death at once when
// its process dies, and after at most 60 s when its machine or network does (keepalives, see connector.go); nobody leads
// until then. A pooler in transaction mode between this process and the server breaks all of it: it gives the session,
// and with it the lock, to others.
func (d *DB) Lead(ctx context.Context, name string, log *slog.Logger, fn func(ctx context.Context, l *Leader) error) error {
	report := newLeadReport(d.metrics, log, name)
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

// Leading says whether a Lead of this pool holds the named lock, as far as it knows.
func (d *DB) Leading(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.leading[name] > 0
}

// Leader is the connection that holds the lock. Its methods may be called concurrently; they wait for each other.
type Leader struct {
	conn *sqlx.Conn
	// turn holds one value while the connection is free.
	turn chan struct{}
	lose context.CancelCauseFunc
}

// AsWorker is (*DB).AsWorker on the connection that holds the lock: when the lock is lost, the transaction cannot commit.
// One transaction runs at a time. A ctx that ends in the middle of a statement costs the connection, and so the lock.
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
			return unavailable(ctx, errors.Join(err, lost)) // whatever fn says: the connection died under it
		}
	}
	return err
}

// check ends the leadership when the connection is dead, and returns why. Whoever calls it has the turn.
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
		default: // A transaction finds out by itself.
		}
	}
}

// campaign waits for the lock on a connection of its own.
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

// waitForLock stands in the server's own queue, so that the lock is passed on the moment its holder's session ends. The
// server gives up each wait before the statement timeout would.
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
		if err == nil { // the leader's own waits are not ours to limit
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

// release lets go at once; the connection is closed in any case, so that no lock can stay behind in the pool.
func (l *Leader) release(key int64) {
	<-l.turn
	defer func() { l.turn <- struct{}{} }() // Whoever kept the leader beyond its term finds the connection closed.
	ctx, cancel := context.WithTimeout(context.Background(), leadRelease)
	defer cancel()
	_, _ = l.conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, key)
	discard(l.conn)
}

// discard closes a connection instead of giving it back to the pool.
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

// leadKey is the key of the advisory lock. Two names that collide would lead by turns.
func leadKey(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("terreno.lead\x00" + name))
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}
