package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/terreno/terreno/pkg/turns"
	"github.com/terreno/terreno/proto/subject"
)

// Options of a pool. The zero value is fine.
type Options struct {
	// MaxConns is the size of the pool; 4 when zero. A replica of a service holds that many of the server's connections. Each
	// Lead keeps one of them.
	MaxConns int
	// StatementTimeout ends a statement that takes longer; 30 s when zero.
	StatementTimeout time.Duration
	// Metrics gets the pool's figures, labelled with the role; nil for none.
	Metrics prometheus.Registerer
}

// DB is one service's pool.
type DB struct {
	pool      *sqlx.DB
	metrics   prometheus.Registerer
	collector prometheus.Collector
	turns     *turns.Turns
	// leading counts the locks that Lead holds, by name.
	mu      sync.Mutex
	leading map[string]int
}

// Open connects as a service's role and fails when it cannot, or when the role is above row-level security.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.MaxConns == 0 {
		o.MaxConns = 4
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 30 * time.Second
	}
	connector, err := newServiceConnector(dsn, o.StatementTimeout)
	if err != nil {
		return nil, err
	}
	pool := sqlx.NewDb(sql.OpenDB(connector), "postgres")
	pool.SetMaxOpenConns(o.MaxConns)
	pool.SetMaxIdleConns(o.MaxConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	d := &DB{pool: pool, turns: turns.New(o.MaxConns)}
	role, err := d.checkRole(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	if o.Metrics != nil {
		d.metrics, d.collector = o.Metrics, collectors.NewDBStatsCollector(pool.DB, role)
		if err := o.Metrics.Register(d.collector); err != nil {
			return nil, errors.Join(fmt.Errorf("register the pool's metrics: %w", err), pool.Close())
		}
	}
	return d, nil
}

func (d *DB) checkRole(ctx context.Context) (string, error) {
	var role string
	var above bool
	if err := d.pool.QueryRowContext(ctx,
		`SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user`).Scan(&role, &above); err != nil {
		return "", unavailable(ctx, fmt.Errorf("connect to the database: %w", err))
	}
	if above {
		return "", fmt.Errorf("role %s is above row-level security: services connect as the roles of Provision", role)
	}
	return role, nil
}

// Close ends the pool once running transactions have ended.
func (d *DB) Close() error {
	if d.metrics != nil {
		d.metrics.Unregister(d.collector)
	}
	if err := d.pool.Close(); err != nil && !isConnectionError(err) { // A broken connection is closed all the same.
		return fmt.Errorf("close the database pool: %w", err)
	}
	return nil
}

// Ready says whether the database answers.
func (d *DB) Ready(ctx context.Context) error {
	var one int
	if err := d.pool.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return unavailable(ctx, fmt.Errorf("ask the database: %w", err))
	}
	return nil
}

// InTenant runs fn in a transaction that sees and writes one company's rows. The transaction is committed when fn returns
// nil, and rolled back when it returns an error or panics. tenant comes from a verified token or from a subject.
func (d *DB) InTenant(ctx context.Context, tenant string, fn func(tx *sqlx.Tx) error) error {
	if err := subject.CheckTenant(tenant); err != nil {
		return fmt.Errorf("begin a tenant's transaction: %w", err)
	}
	return d.transact(ctx, tenant, fn, `SELECT set_config('terreno.tenant', $1, true)`, tenant)
}

// AsWorker runs fn in a transaction of the service's worker role, which sees all companies' rows in the service's own
// schema. Of other schemas it sees what they publish across tenants.
func (d *DB) AsWorker(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	return d.transact(ctx, worker, fn, asWorker)
}

// AsWorkerFor is AsWorker for one company: it also sees what other services publish of that company alone, as InTenant does.
func (d *DB) AsWorkerFor(ctx context.Context, tenant string, fn func(tx *sqlx.Tx) error) error {
	if err := subject.CheckTenant(tenant); err != nil {
		return fmt.Errorf("begin a worker's transaction for a tenant: %w", err)
	}
	return d.transact(ctx, worker, fn, asWorkerFor, tenant)
}

const asWorkerFor = `SELECT set_config('role', session_user || '_worker', true), set_config('terreno.tenant', $1, true)`

const asWorker = `SELECT set_config('role', session_user || '_worker', true)`

// beginner is a pool or one connection.
type beginner interface {
	BeginTxx(ctx context.Context, o *sql.TxOptions) (*sqlx.Tx, error)
}

// transactionTimeout is for a transaction whose caller set no deadline. The statement timeout is kept by the server, and a
// server that is stopped keeps nothing.
const transactionTimeout = 2 * time.Minute

func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, transactionTimeout)
}

// worker is the party of the service's worker among those that wait for a connection. No tenant is named so.
const worker = ""

// transact runs fn in a transaction when it is the party's turn.
func (d *DB) transact(ctx context.Context, party string, fn func(*sqlx.Tx) error, setup string, args ...any) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	if err := d.turns.Take(ctx, party); err != nil {
		return unavailable(ctx, fmt.Errorf("wait for a connection: %w", err))
	}
	defer d.turns.Give(party)
	return transact(ctx, d.pool, fn, setup, args...)
}

func transact(ctx context.Context, on beginner, fn func(*sqlx.Tx) error, setup string, args ...any) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	tx, err := on.BeginTxx(ctx, nil)
	if err != nil {
		return unavailable(ctx, fmt.Errorf("begin a transaction: %w", err))
	}
	ended := false
	defer func() {
		if !ended { // fn panicked, or ended its goroutine as a failing test does.
			_ = tx.Rollback()
		}
	}()
	if _, err := tx.ExecContext(ctx, setup, args...); err != nil {
		ended = true
		return errors.Join(unavailable(ctx, fmt.Errorf("set up a transaction: %w", err)), rollback(tx))
	}
	if err := fn(tx); err != nil {
		ended = true
		return failed(ctx, err, rollback(tx))
	}
	ended = true
	if err := tx.Commit(); err != nil {
		return failed(ctx, fmt.Errorf("commit: %w", err), nil)
	}
	return nil
}

// rollback returns why a rollback failed. One that database/sql did already, because the context ended, is fine.
func rollback(tx *sqlx.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// failed says whose fault a failed transaction is: ours when the context ended, the database's when the connection did.
func failed(ctx context.Context, err, rollbackErr error) error {
	switch {
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case ctx.Err() != nil:
		return err
	case rollbackErr != nil:
		return &unavailableError{errors.Join(err, rollbackErr)}
	default:
		return err
	}
}
