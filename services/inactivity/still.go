package inactivity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

// tracksAtOnce is how many people's positions are in memory at once, and how many silences one transaction ends.
const tracksAtOnce = 50

// checkStill tells of those who do not move, in the companies that want to know. Positions are read up to until, before which all are
// stored.
func (c *checker) checkStill(ctx context.Context, until time.Time, only string) (failed error) {
	movers, err := c.store.Movers(ctx, until, only)
	if err != nil {
		return err
	}
	for of := range byCompany(movers, func(m store.Mover) string { return m.Company }) {
		for some := range slices.Chunk(of, tracksAtOnce) {
			n, err := c.store.BeginStill(ctx, some[0].Company, some, until)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("look who does not move in %s: %w", some[0].Company, err))
				continue
			}
			c.raised.WithLabelValues(alert.TypeNoMovement).Add(float64(n))
		}
	}
	return failed
}

// moved returns when those who stood still left their spot, by company and user.
func (c *checker) moved(ctx context.Context, lasting []store.Lasting, now time.Time) (all map[[2]string]time.Time, failed error) {
	all = map[[2]string]time.Time{}
	still := slices.DeleteFunc(slices.Clone(lasting), func(l store.Lasting) bool { return l.Kind != alert.TypeNoMovement })
	for of := range byCompany(still, func(l store.Lasting) string { return l.Company }) {
		for some := range slices.Chunk(of, tracksAtOnce) {
			left, err := c.store.Moved(ctx, some[0].Company, some, now)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("look who moves again in %s: %w", some[0].Company, err))
			}
			for user, at := range left {
				all[[2]string{some[0].Company, user}] = at
			}
		}
	}
	return all, failed
}

// byCompany yields the parts of a list, in the order of companies, that are of one company.
func byCompany[T any](list []T, company func(T) string) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && company(list[n]) == company(list[0]) {
				n++
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}
