package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

const (
	// killer is the number of a message that ends the process that handles it.
	killer         = 7
	killerMessages = 25
)

// dyingWriter notes every message in its file and ends its process at the killer.
func dyingWriter(ctx context.Context, b *bus.Bus, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	cfg := bustest.TrackingConfig()
	cfg.MaxAttempts = 2
	c, err := bus.NewBatchConsumer(b, cfg, func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			if bustest.Number(m) == killer {
				os.Exit(2)
			}
		}
		for _, m := range ms {
			if _, err := fmt.Fprintln(f, bustest.Number(m)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// A message that ends every process that handles it becomes a dead letter, and no other message does: not even those that
// were in hand with it each time.
func TestMessageThatEndsTheProcess(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithTCP(), bustest.WithAckWait(500*time.Millisecond))
	w.Publish(killerMessages)
	file := filepath.Join(t.TempDir(), "handled")
	seen, by := bustest.Counted{}, w.Server.Admin(t)
	died := w.RunChildren("dying writer", bustest.IngestService, file, 20, func() bool {
		text, _ := os.ReadFile(file)
		clear(seen)
		for _, line := range bytes.Fields(text) {
			if n, err := strconv.Atoi(string(line)); err == nil {
				seen[n]++
			}
		}
		// The killer itself may come last: it is done with when it is a dead letter.
		return len(seen) == killerMessages-1 && natstest.Stored(t, by, stream.DLQ) > 0
	})
	if seen[killer] != 0 {
		t.Error("the killer was handled")
	}
	letters := w.Letters()
	if len(letters) != 1 || letters[0].OriginalSeq != killer+1 || letters[0].Attempts != 2 ||
		!strings.Contains(letters[0].Reason, "end the process") {
		t.Errorf("dead letters %+v", letters)
	}
	// 3 deaths until everything in hand is suspected, at the fourth delivery, and then 2 of the killer alone.
	if died < 4 {
		t.Errorf("%d processes died", died)
	}
	w.Settled()
}
