package password

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestHashingWaitsForAPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := NewHasher(Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, 2)
		if err != nil {
			t.Fatal(err)
		}
		h.slots <- struct{}{}
		h.slots <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			_, err := h.Hash(ctx, "nunca empieza")
			failed <- err
		}()
		synctest.Wait()
		if len(failed) != 0 {
			t.Fatal("a third hash ran beside the two that are allowed")
		}
		cancel()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the context's", err)
		}
		began := time.Now()
		if _, err := h.Hash(t.Context(), "espera"); !errors.Is(err, ErrBusy) || time.Since(began) != maxWait {
			t.Errorf("after %v: %v, want ErrBusy after %v", time.Since(began), err, maxWait)
		}
		<-h.slots
		if ok, _, err := h.Verify(t.Context(), "", "empieza"); ok || err != nil {
			t.Errorf("with a free slot: %v, %v", ok, err)
		}
	})
}
