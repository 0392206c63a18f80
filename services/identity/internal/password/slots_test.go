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
		for range 2 {
			if err := h.turns.Take(t.Context(), "acme"); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			_, err := h.Hash(ctx, "globex", "nunca empieza")
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
		if _, err := h.Hash(t.Context(), "globex", "espera"); !errors.Is(err, ErrBusy) || time.Since(began) != maxWait {
			t.Errorf("after %v: %v, want ErrBusy after %v", time.Since(began), err, maxWait)
		}
		h.turns.Give("acme")
		if ok, _, err := h.Verify(t.Context(), "globex", "", "empieza"); ok || err != nil {
			t.Errorf("with a free slot: %v, %v", ok, err)
		}
	})
}

// Somebody with many guesses has no turn before somebody with one.
func TestAFloodOfGuessesDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, err := NewHasher(Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, 2)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.turns.Take(t.Context(), "flood"); err != nil {
				t.Fatal(err)
			}
		}
		order := make(chan string, 30)
		ask := func(party string) {
			if _, _, err := h.Verify(t.Context(), party, "", "adivina"); err != nil {
				t.Error(err)
			}
			order <- party
		}
		for range cap(order) - 1 {
			go ask("flood")
		}
		synctest.Wait()
		go ask("ana")
		synctest.Wait()
		h.turns.Give("flood")
		if first := <-order; first != "ana" {
			t.Errorf("first came %s", first)
		}
		h.turns.Give("flood")
		for range cap(order) - 1 {
			<-order
		}
	})
}
