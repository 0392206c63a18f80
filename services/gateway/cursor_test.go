package gateway_test

import (
	"fmt"
	"testing"

	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
)

// moveCursor returns the cursor with another point for the first stream, as if that stream had been created again or
// restored from a backup.
func moveCursor(t *testing.T, text string, epoch uint32, seq uint64) string {
	t.Helper()
	c, err := cursor.Parse(text, len(stream.Replayed()))
	if err != nil {
		t.Fatal(err)
	}
	c[0].Epoch += epoch
	c[0].Seq += seq
	return c.String()
}

// caughtUp waits until the gateway has handled everything that is stored.
func (i *instance) caughtUp(t *testing.T, w *world) {
	t.Helper()
	var want []uint64
	for _, s := range stream.Replayed() {
		state, err := w.publisher.StreamState(t.Context(), s.Name)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, state.LastSeq)
	}
	eventually(t, "the gateway has caught up", func() error {
		c := connect(t, i.URL, bearer(w.token(t, "acme/u2")).from(""))
		_ = c.CloseNow()
		at, err := cursor.Parse(c.cursor, len(want))
		if err != nil {
			return err
		}
		for n := range want {
			if at[n].Seq < want[n] {
				return fmt.Errorf("stream %d is at %d of %d", n, at[n].Seq, want[n])
			}
		}
		return nil
	})
}
