package inactivity

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

// Checker does what the jobs do, at once.
type Checker struct {
	c *checker
	// Store is of the checker.
	Store *store.Store
}

// NewChecker makes one.
func NewChecker(deps app.Deps) Checker {
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, nil)
	data := store.New(deps.DB, change.New(deps.DB, relay, Schema.Name, deps.Clock), deps.Directory, deps.Log, deps.Metrics)
	return Checker{newChecker(data, deps, 10*time.Minute), data}
}

// Check finds who fell silent, and whose battery is low.
func (c Checker) Check(ctx context.Context) error {
	return errors.Join(c.c.check(ctx, ""), c.Low(ctx))
}

// Low finds whose battery is low.
func (c Checker) Low(ctx context.Context) error { return c.c.checkLow(ctx, "") }

// Close ends silences.
func (c Checker) Close(ctx context.Context) error { return c.c.end(ctx, "") }
