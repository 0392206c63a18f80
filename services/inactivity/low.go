package inactivity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

// checkLow tells of those whose battery is low. A charge counts that was read since the check before, and silence.MaxBehind besides: what
// comes later than that wakes nobody.
func (c *checker) checkLow(ctx context.Context, only string) (failed error) {
	now := c.deps.Clock.Now().UTC()
	from := now.Add(-c.every - silence.MaxBehind)
	lows, err := c.store.Lows(ctx, now, from, only)
	if err != nil {
		return err
	}
	for of := range byCompany(lows, func(l store.Low) string { return l.Company }) {
		for some := range slices.Chunk(of, atOnce) {
			if ctx.Err() != nil {
				return errors.Join(failed, ctx.Err())
			}
			n, err := c.store.BeginLow(ctx, some[0].Company, some, from)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("tell whose battery is low in %s: %w", some[0].Company, err))
				continue
			}
			c.raised.WithLabelValues(alert.TypeLowBattery).Add(float64(n))
		}
	}
	return failed
}

// charged returns which low batteries are over by their charge, by company and user.
func (c *checker) charged(ctx context.Context, lasting []store.Lasting, now time.Time) (all map[[2]string]silence.Ending, failed error) {
	all = map[[2]string]silence.Ending{}
	low := slices.DeleteFunc(slices.Clone(lasting), func(l store.Lasting) bool { return l.Kind != alert.TypeLowBattery })
	for of := range byCompany(low, func(l store.Lasting) string { return l.Company }) {
		for some := range slices.Chunk(of, atOnce) {
			over, err := c.store.Charged(ctx, some[0].Company, some, now)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("look whose battery is low no longer in %s: %w", some[0].Company, err))
			}
			for user, is := range over {
				all[[2]string{some[0].Company, user}] = is
			}
		}
	}
	return all, failed
}
