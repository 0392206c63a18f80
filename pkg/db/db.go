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

// Options configure a pool. The zero value is valid.
type Options struct {
	// MaxConns is the size of the pool; zero means 4. Each replica of a service takes this many connections of the
	// server. Each Lead keeps one of them.
	MaxConns int
	// StatementTimeout ends a statement that takes longer; zero means 30 s.
	StatementTimeout time.Duration
	// Metrics receives the metrics of the pool, labelled with the role; nil means none.
	Metrics prometheus.Registerer
}

// DB is one service's pool.
type DB struct {
	pool      *sqlx.DB
	metrics   prometheus.Registerer
	collector prometheus.Collector
	turns     *turns.Turns
	// leading counts the locks that Lead holds in this pool, by name.
	mu      sync.Mutex
	leading map[string]int
}

// Open connects as a service's role. It fails when it cannot connect, and when row-level security does not apply to the
// role.
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

// Close closes the pool after the running transactions have ended.
func (d *DB) Close() error {
	if d.metrics != nil {
		d.metrics.Unregister(d.collector)
	}
	if err := d.pool.Close(); err != nil && !isConnectionError(err) { // The pool is closed even if a connection was broken.
		return fmt.Errorf("close the database pool: %w", err)
	}
	return nil
}

// Ready returns nil if the database answers.
func (d *DB) Ready(ctx context.Context) error {
	var one int
	if err := d.pool.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return unavailable(ctx, fmt.Errorf("ask the database: %w", err))
	}
	return nil
}

// InTenant runs fn in a transaction that reads and writes the rows of one company only. It commits when fn returns nil,
// and rolls back when fn returns an error or panics. tenant must come from a verified token or from a subject.
func (d *DB) InTenant(ctx context.Context, tenant string, fn func(tx *sqlx.Tx) error) error {
	if err := subject.CheckTenant(tenant); err != nil {
		return fmt.Errorf("begin a tenant's transaction: %w", err)
	}
	return d.transact(ctx, tenant, fn, `SELECT set_config('terreno.tenant', $1, true)`, tenant)
}

// AsWorker runs fn in a transaction of the service's worker role, which sees the rows of all companies in the service's
// own schema. In other schemas it sees only the views that are published across tenants.
func (d *DB) AsWorker(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	return d.transact(ctx, worker, fn, asWorker)
}

// AsWorkerFor is like AsWorker, for one company. Like InTenant, it also sees the views that other services publish for
// this company.
func (d *DB) AsWorkerFor(ctx context.Context, tenant string, fn func(tx *sqlx.Tx) error) error {
	if err := subject.CheckTenant(tenant); err != nil {
		return fmt.Errorf("begin a worker's transaction for a tenant: %w", err)
	}
	return d.transact(ctx, worker, fn, asWorkerFor, tenant)
}

const asWorkerFor = `SELECT set_config('role', session_user || '_worker', true), set_config('terreno.tenant', $1, true)`

const asWorker = `SELECT set_config('role', session_user || '_worker', true)`

// beginner is a pool or a single connection.
type beginner interface {
	BeginTxx(ctx context.Context, o *sql.TxOptions) (*sqlx.Tx, error)
}

// transactionTimeout applies to a transaction whose caller set no deadline. The statement timeout does not help there,
// because the server enforces it, and a server that has stopped enforces nothing.
const transactionTimeout = 2 * time.Minute

func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, transactionTimeout)
}

// worker is the party of the service's worker in turns. No tenant can have this name.
const worker = ""

// transact runs fn in a transaction as soon as it is the party's turn.
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

// rollback returns why a rollback failed. It ignores the error that database/sql has rolled back already because the
// context ended.
func rollback(tx *sqlx.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// failed decides who caused a transaction to fail: this process when the context ended, the database when the connection
// broke.
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
