package notifier_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// A phone that reports the push about a panic as delivered has shown the panic. The first one counts, and not that of the person itself.
func TestAPushThatWasDeliveredShowsTheAlert(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	pool := w.database.DB(t, name)
	changes := change.New(pool, outbox.NewRelay(pool, w.nats.Bus(t, name), store.Schema, natstest.Log(t), nil), store.Schema, w.clock)
	s := store.New(pool, changes, alert.Settings{})
	for _, c := range []struct{ by, id, want string }{{"ana", id, ""}, {"sol", "gone", ""}, {"sol", id, "sol"}, {"boss", id, "sol"}} {
		if err := changes.In(t.Context(), "acme", c.by, func(ch *change.Change) error { return s.Shown(t.Context(), ch, c.id) }); err != nil {
			t.Error(err)
		}
		if got := w.get(t, boss("acme"), "/v1/alerts/"+id).Body["delivered_to"]; got != c.want {
			t.Errorf("after %s: delivered to %v", c.by, got)
		}
	}
	if w.timers(t) != 1 || w.history(t, boss("acme"), id) != "raised unreachable delivered" {
		t.Errorf("%d timers, history %q", w.timers(t), w.history(t, boss("acme"), id))
	}
}
