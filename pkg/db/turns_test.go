package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

// A company with very many slow transactions delays neither another company nor the worker, also where a Lead keeps one of
// the connections.
func TestTransactionsOfOneCompanyLeaveConnectionsToOthers(t *testing.T) {
	t.Parallel()
	for name, lead := range map[string]bool{"without a leader": false, "with a leader": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := pgtest.New(t, atlasSchemas()...)
			pool, holds := database.DB(t, "atlas-writer"), 3
			if lead {
				contendOn(t, pool, untilDone)
				eventually(t, "it leads", func() bool { return pool.Leading("evaluator") })
				holds--
			}
			crowd(t, pool, holds)
		})
	}
}

// crowd begins many transactions of one company, of which so many run, and then works for others.
func crowd(t *testing.T, pool *db.DB, holds int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const many = 100
	entered, release, done := make(chan struct{}, many), make(chan struct{}), make(chan error, many)
	for range many {
		go func() {
			done <- pool.InTenant(ctx, "acme", func(*sqlx.Tx) error {
				entered <- struct{}{}
				select {
				case <-release:
				case <-ctx.Done():
				}
				return nil
			})
		}()
	}
	for range holds {
		<-entered
	}
	nothing := func(*sqlx.Tx) error { return nil }
	for range 10 {
		if err := pool.InTenant(ctx, "globex", nothing); err != nil {
			t.Fatalf("another company: %v", err)
		}
		if err := pool.AsWorker(ctx, nothing); err != nil {
			t.Fatalf("the worker: %v", err)
		}
	}
	close(release)
	for range many {
		if err := <-done; err != nil {
			t.Errorf("acme: %v", err)
		}
	}
}
