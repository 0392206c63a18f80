package db_test

import (
	"context"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/pgtest"
)

// A company with very many slow transactions delays neither another company nor the worker.
func TestTransactionsOfOneCompanyLeaveConnectionsToOthers(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, atlasSchemas()...).DB(t, "atlas-writer")
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
	for range 3 {
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
