package push

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// calls records how many keys went together.
type calls struct {
	mu    sync.Mutex
	sizes []int
}

func (c *calls) do(_ context.Context, keys []int) ([]string, error) {
	c.mu.Lock()
	c.sizes = append(c.sizes, len(keys))
	c.mu.Unlock()
	elapse(time.Second) // in the bubble of a synctest
	var results []string
	for _, k := range keys {
		switch k {
		case 1000:
			return nil, errors.New("broken")
		case 2000:
			panic("broken")
		case 3000:
			return nil, nil
		}
		results = append(results, strconv.Itoa(k))
	}
	return results, nil
}

func TestManyGoTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &calls{}
		g := group[int, string]{do: c.do, most: 40}
		var all sync.WaitGroup
		for i := range 101 {
			all.Go(func() {
				if got, err := g.get(t.Context(), i); err != nil || got != strconv.Itoa(i) {
					t.Errorf("%d is %q, %v", i, got, err)
				}
			})
		}
		all.Wait()
		if !slices.Equal(c.sizes, []int{1, 40, 40, 20}) || g.leading || len(g.waiting) != 0 {
			t.Errorf("went together: %v", c.sizes)
		}
	})
}

// A failure is that of all who went together, and of nobody else.
func TestThoseWhoGoTogetherFailTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, bad := range []int{1000, 2000, 3000} {
			c := &calls{}
			g := group[int, string]{do: c.do, most: 40}
			var all sync.WaitGroup
			try := func(key int, want bool) {
				all.Go(func() {
					if _, err := g.get(t.Context(), key); (err == nil) != want {
						t.Errorf("%d: %v", key, err)
					}
				})
				synctest.Wait()
			}
			try(1, true)
			try(bad, false)
			try(2, false)
			all.Wait()
			try(3, true)
			all.Wait()
		}
	})
}
