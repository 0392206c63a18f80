package schedule_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
)

// PostgreSQL goes away during a run. The handler's context ends, because another process may have the run by now. When
// PostgreSQL is back, the same scheduler runs the slot again.
func TestWithoutPostgres(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := on(t, pgtest.On(t, server, schemas...), "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	began, cause := make(chan struct{}), make(chan error, 1)
	j := w.daily()
	j.Do = func(ctx context.Context, r schedule.Run) error {
		if r.Attempt > 1 {
			return w.log.add(ctx, r)
		}
		close(began)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return ctx.Err()
	}
	s := w.scheduler(t, schedule.Options{Every: 20 * time.Millisecond, Lease: lease}, j)
	tick(t, s)
	w.clock.Set(at("2026-03-08T04:00:00Z"))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	}()
	<-began
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-cause:
		if !errors.Is(err, schedule.ErrLeaseLost) {
			t.Errorf("the context ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the handler was not told")
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the slot is run again", func() bool { return len(w.log.all()) == 1 })
	eventually(t, "its end is recorded", func() bool { return w.done(t) })
}

// done says whether the only row is done, at its second attempt.
func (w *world) done(t *testing.T) bool {
	t.Helper()
	var n int
	err := w.admin.Get(&n, `SELECT count(*) FROM platform.job_run WHERE state = 'done' AND attempts = 2`)
	return err == nil && n == 1
}
