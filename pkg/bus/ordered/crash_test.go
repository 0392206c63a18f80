package ordered_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/natstest"
)

// killer is the number of a message that ends the process that handles it.
const (
	killer         = 37
	killerMessages = 60
	killerTries    = 3
)

// page is what a child keeps in its file; it is replaced as a whole, like a transaction.
type page struct {
	Frontier ordered.Frontier
	Applied  []int
}

func readPage(file string) (p page, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return page{}, nil
	}
	if err != nil {
		return page{}, err
	}
	return p, json.Unmarshal(text, &p)
}

func (p page) write(file string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// dyingEvaluator applies messages to its file and ends its process at the killer.
func dyingEvaluator(ctx context.Context, b *bus.Bus, file string) error {
	cfg := bustest.OrderedConfig()
	cfg.MaxAttempts = killerTries
	frontier := func(context.Context) (ordered.Frontier, error) {
		p, err := readPage(file)
		return p.Frontier, err
	}
	c, err := ordered.New(b, cfg, frontier, func(_ context.Context, ms []bus.Msg, f ordered.Frontier) error {
		p, err := readPage(file)
		if err != nil {
			return err
		}
		for _, m := range ms {
			if bustest.Number(m) == killer {
				os.Exit(2)
			}
			p.Applied = append(p.Applied, bustest.Number(m))
		}
		p.Frontier = f
		return p.write(file)
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// A message that ends every process that handles it becomes a dead letter, and nothing else is left out or applied twice.
func TestOrderedMessageThatEndsTheProcess(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithTCP())
	w.Publish(killerMessages)
	file := filepath.Join(t.TempDir(), "page")
	var p page
	died := w.RunChildren("dying evaluator", bustest.Geofence, file, 20, func() bool {
		var err error
		p, err = readPage(file)
		return err == nil && len(p.Applied) >= killerMessages-1
	})
	want := slices.DeleteFunc(bustest.UpTo(killerMessages), func(n int) bool { return n == killer })
	if !slices.Equal(p.Applied, want) {
		t.Errorf("applied %v", p.Applied)
	}
	letters := w.Letters()
	if len(letters) != 1 || letters[0].OriginalSeq != killer+1 || letters[0].Attempts != killerTries ||
		!strings.Contains(letters[0].Reason, "end the process") {
		t.Errorf("dead letters %+v", letters)
	}
	// The way to the killer is halved by each death, and then it is tried alone.
	if died < killerTries || died > 6+killerTries {
		t.Errorf("%d processes died", died)
	}
	w.Acknowledged(killerMessages)
}
