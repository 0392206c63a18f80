package db_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

// contender runs Lead in the background. It has its own pool, as another process would.
type contender struct {
	pool *db.DB
	stop func() error
}

func contend(t *testing.T, d *pgtest.Database, fn func(ctx context.Context, l *db.Leader) error) *contender {
	t.Helper()
	return contendOn(t, d.DB(t, "atlas-writer"), fn)
}

func contendOn(t *testing.T, pool *db.DB, fn func(ctx context.Context, l *db.Leader) error) *contender {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- pool.Lead(ctx, "evaluator", slog.New(slog.DiscardHandler), fn) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-result
	})
	t.Cleanup(func() { _ = stop() })
	return &contender{pool: pool, stop: stop}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func receive[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(60 * time.Second):
		t.Fatalf("never: %s", what)
		panic("unreachable")
	}
}

// write adds a place as the leader.
func write(ctx context.Context, l *db.Leader, id string) error {
	return l.AsWorker(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO atlas.place (id_empresa, id) VALUES ('acme', $1)`, id)
		return err
	})
}

func countPlaces(t *testing.T, admin *sqlx.DB) (n int) {
	t.Helper()
	if err := admin.GetContext(t.Context(), &n, `SELECT count(*) FROM atlas.place`); err != nil {
		t.Fatal(err)
	}
	return n
}

// holders selects the sessions that hold an advisory lock in the test's database.
const holders = `SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
	WHERE locktype = 'advisory' AND granted`

// queued returns how many sessions wait for an advisory lock in the test's database.
func queued(t *testing.T, admin *sqlx.DB) (n int) {
	t.Helper()
	if err := admin.GetContext(t.Context(), &n, `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`); err != nil {
		t.Fatal(err)
	}
	return n
}

// killHolder ends the session that holds the lock.
func killHolder(t *testing.T, admin *sqlx.DB) {
	t.Helper()
	var killed int
	if err := admin.GetContext(t.Context(), &killed, `SELECT count(pg_terminate_backend(pid)) FROM (`+holders+`) h`); err != nil || killed != 1 {
		t.Fatalf("killed %d sessions, %v", killed, err)
	}
}

// untilDone leads until its context ends.
func untilDone(ctx context.Context, _ *db.Leader) error {
	<-ctx.Done()
	return nil
}

func TestOneLeadsAtATime(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	var leading, terms atomic.Int32
	led, together := make(chan int, 100), make(chan struct{})
	var all []*contender
	for i := range 3 {
		all = append(all, contend(t, d, func(ctx context.Context, l *db.Leader) error {
			if n := leading.Add(1); n != 1 {
				t.Errorf("%d lead at the same time", n)
			}
			defer leading.Add(-1)
			select {
			case <-together:
			case <-ctx.Done():
			}
			if terms.Add(1) > 12 {
				<-ctx.Done()
				return nil
			}
			led <- i
			return write(ctx, l, fmt.Sprint("term ", terms.Load()))
		}))
	}
	admin := d.Admin(t)
	eventually(t, "two wait for the first", func() bool { return queued(t, admin) == 2 })
	close(together)
	// fn returns nil, which ends a term, so the lock passes from one to another.
	by := map[int]int{}
	for range 12 {
		by[receive(t, "a term", led)]++
	}
	if len(by) != 3 {
		t.Errorf("terms by contender: %v", by)
	}
	eventually(t, "one leads for good", func() bool { return terms.Load() > 12 && leading.Load() == 1 })
	eventually(t, "one says that it leads, also when the one before has taken note of its end", func() bool {
		n := 0
		for _, c := range all {
			if c.pool.Leading("evaluator") {
				n++
			}
		}
		return n == 1
	})
	for _, c := range all {
		if c.pool.Leading("another") {
			t.Error("it leads what nobody asked for")
		}
	}
	for _, c := range all {
		if err := c.stop(); err != nil {
			t.Error(err)
		}
		if c.pool.Leading("evaluator") {
			t.Error("it leads after its end")
		}
	}
	if got := countPlaces(t, admin); got != 12 {
		t.Errorf("%d terms wrote", got)
	}
	eventually(t, "no lock stays behind the sessions that end", func() bool {
		var left int
		err := admin.GetContext(t.Context(), &left, `SELECT count(*) FROM (`+holders+`) h`)
		return err == nil && left == 0
	})
}

func TestOtherNamesAreLedByOthers(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	contend(t, d, untilDone)
	pool := d.DB(t, "atlas-writer")
	done := errors.New("done")
	err := pool.Lead(t.Context(), "another", slog.New(slog.DiscardHandler), func(context.Context, *db.Leader) error { return done })
	if !errors.Is(err, done) {
		t.Errorf("lead another: %v", err)
	}
}

// The server ends the leader's session in the middle of a transaction. The transaction cannot commit, and the next
// process leads.
func TestLeaderIsKilledInATransaction(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	admin := d.Admin(t)
	inside, killed := make(chan struct{}), make(chan struct{})
	var outcome, cause error
	ended := make(chan struct{})
	var once sync.Once
	contend(t, d, func(ctx context.Context, l *db.Leader) error {
		once.Do(func() {
			outcome = l.AsWorker(context.Background(), func(tx *sqlx.Tx) error {
				_, err := tx.Exec(`INSERT INTO atlas.place (id_empresa, id) VALUES ('acme', 'never')`)
				close(inside)
				<-killed
				return err
			})
			<-ctx.Done()
			cause = context.Cause(ctx)
			close(ended)
		})
		<-ctx.Done()
		return ctx.Err()
	})
	receive(t, "the transaction", inside)
	next := make(chan struct{})
	second := contend(t, d, func(ctx context.Context, l *db.Leader) error {
		if err := write(ctx, l, "second"); err != nil {
			t.Error(err)
		}
		close(next)
		return untilDone(ctx, l)
	})
	begun := time.Now()
	killHolder(t, admin)
	receive(t, "the standby leads, while the first is still in its transaction", next)
	t.Logf("takeover after %s", time.Since(begun))
	close(killed)
	receive(t, "the first knows", ended)
	if outcome == nil || !errors.Is(cause, db.ErrLeadershipLost) {
		t.Errorf("the transaction ended with %v, the term with %v", outcome, cause)
	}
	if !db.IsUnavailable(outcome) {
		t.Errorf("%v counts as the message's fault", outcome)
	}
	var ids []string
	if err := admin.SelectContext(t.Context(), &ids, `SELECT id FROM atlas.place`); err != nil || len(ids) != 1 || ids[0] != "second" {
		t.Errorf("stored %q, %v", ids, err)
	}
	if !second.pool.Leading("evaluator") {
		t.Error("the second does not lead")
	}
}

// A leader without work notices by its ping. The error that it then returns does not end Lead.
func TestIdleLeaderIsKilled(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	terms := make(chan error, 10)
	contend(t, d, func(ctx context.Context, _ *db.Leader) error {
		terms <- nil
		<-ctx.Done()
		terms <- context.Cause(ctx)
		return errors.New("cut short")
	})
	if err := receive(t, "the first term", terms); err != nil {
		t.Fatal(err)
	}
	killHolder(t, d.Admin(t))
	if cause := receive(t, "its end", terms); !errors.Is(cause, db.ErrLeadershipLost) {
		t.Errorf("it ended with %v", cause)
	}
	if err := receive(t, "the second term", terms); err != nil {
		t.Error(err)
	}
}

func TestShutdownHandsOver(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	leads := make(chan struct{}, 1)
	var finished atomic.Bool
	first := contend(t, d, func(ctx context.Context, l *db.Leader) error {
		leads <- struct{}{}
		<-ctx.Done()
		// The leader finishes its current work, still under the same lock.
		if err := write(context.WithoutCancel(ctx), l, "in hand"); err != nil {
			t.Error(err)
		}
		finished.Store(true)
		return ctx.Err()
	})
	receive(t, "the first leads", leads)
	var standbys []*contender
	for range 2 {
		standbys = append(standbys, contend(t, d, func(ctx context.Context, l *db.Leader) error {
			if !finished.Load() {
				t.Error("the next leads before the first has finished")
			}
			leads <- struct{}{}
			return untilDone(ctx, l)
		}))
	}
	admin := d.Admin(t)
	// Standbys wait in the server's queue, for up to 10 s each time, and come back to it at once: none of them polls.
	eventually(t, "both wait for the lock", func() bool { return queued(t, admin) == 2 })
	begun := time.Now()
	if err := first.stop(); err != nil {
		t.Errorf("the first: %v", err)
	}
	receive(t, "the next leads", leads)
	if took := time.Since(begun); took > 8*time.Second {
		t.Errorf("the next led after %s", took)
	}
	for _, c := range standbys {
		begun := time.Now()
		if err := c.stop(); err != nil || time.Since(begun) > 20*time.Second {
			t.Errorf("a standby ended after %s: %v", time.Since(begun), err)
		}
	}
}

// A standby may wait longer than the statement timeout.
func TestStandbyOutlastsTheStatementTimeout(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	first := contend(t, d, untilDone)
	eventually(t, "the first leads", func() bool { return first.pool.Leading("evaluator") })
	impatient, err := db.Open(t.Context(), d.DSN(db.Role("atlas-writer")), db.Options{StatementTimeout: 8 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = impatient.Close() })
	admin := d.Admin(t)
	leads := make(chan struct{})
	contendOn(t, impatient, func(ctx context.Context, l *db.Leader) error {
		close(leads)
		return untilDone(ctx, l)
	})
	waiter := func() (pid int, err error) {
		err = admin.GetContext(t.Context(), &pid, `SELECT coalesce(max(pid), 0) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
			WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`)
		return pid, err
	}
	pid := 0
	eventually(t, "the second waits", func() bool { pid, err = waiter(); return err == nil && pid != 0 })
	// After more than its statement timeout, the same session still waits.
	<-time.After(10 * time.Second)
	eventually(t, "it still waits", func() bool {
		now, err := waiter()
		if err == nil && now != 0 && now != pid {
			t.Fatalf("session %d waits, %d did before", now, pid)
		}
		return err == nil && now == pid
	})
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	receive(t, "the second leads", leads)
}

func TestLeaderAfterTheTerm(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	pool := d.DB(t, "atlas-writer")
	stop := errors.New("stop")
	var kept *db.Leader
	err := pool.Lead(t.Context(), "evaluator", slog.New(slog.DiscardHandler), func(_ context.Context, l *db.Leader) error {
		kept = l
		// A transaction that fails through its own fault does not end the leadership.
		failed := l.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			_, err := tx.Exec(`INSERT INTO atlas.place (id_empresa, id, note) VALUES ('acme', 'x', 'refused')`)
			return err
		})
		if !db.IsDataError(failed) {
			t.Errorf("a refused row: %v", failed)
		}
		if err := write(t.Context(), l, "after it"); err != nil {
			t.Error(err)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("lead: %v", err)
	}
	if err := write(t.Context(), kept, "late"); err == nil {
		t.Error("a leader wrote after its term")
	}
	if n := countPlaces(t, d.Admin(t)); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// One transaction at a time has the turn. A call that waits for the turn obeys its context.
func TestLeadersTransactionsTakeTurns(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	pool := d.DB(t, "atlas-writer")
	stop := errors.New("stop")
	err := pool.Lead(t.Context(), "evaluator", slog.New(slog.DiscardHandler), func(ctx context.Context, l *db.Leader) error {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if err := write(ctx, l, fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_ = l.AsWorker(ctx, func(*sqlx.Tx) error {
			short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			defer cancel()
			if err := write(short, l, "never"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a second transaction at a time: %v", err)
			}
			return nil
		})
		return stop
	})
	if !errors.Is(err, stop) || countPlaces(t, d.Admin(t)) != 8 {
		t.Errorf("lead: %v", err)
	}
}

// The server stops and comes back. The contenders wait for it, and one of them leads again.
func TestLeadAcrossARestartOfTheServer(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	d := pgtest.On(t, s, atlasSchemas()...)
	var leading atomic.Int32
	terms := make(chan struct{}, 100)
	var all []*contender
	for range 2 {
		all = append(all, contend(t, d, func(ctx context.Context, _ *db.Leader) error {
			if n := leading.Add(1); n != 1 {
				t.Errorf("%d lead", n)
			}
			defer leading.Add(-1)
			terms <- struct{}{}
			<-ctx.Done()
			return nil
		}))
	}
	receive(t, "the first term", terms)
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nobody leads", func() bool {
		return leading.Load() == 0 && !all[0].pool.Leading("evaluator") && !all[1].pool.Leading("evaluator")
	})
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	receive(t, "a term after the restart", terms)
	for _, c := range all {
		if err := c.stop(); err != nil {
			t.Error(err)
		}
	}
}
