package hub_test

import (
	"fmt"
	"testing"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// A client that takes nothing has at most one list and one change of each person waiting, the newest ones in their order.
func TestPresenceThatWaitsIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/ana", audience.RoleAdmin)
	ana := w.socket(t, "acme/ana")
	frame := func(format string, args ...any) *protocol.Event {
		return &protocol.Event{Name: "usuario:presencia", Data: fmt.Appendf(nil, format, args...)}
	}
	change := func(n int) int {
		return w.Presence("acme", "leo", audience.OfUser("leo", nil), func() *protocol.Event { return frame("change %d", n) })
	}
	if change(0) != 0 {
		t.Error("a change before the first list")
	}
	for n := range 50 {
		w.TellPresence(ana, uint64(n), false, []*protocol.Event{frame("list %d", n), frame("rest of %d", n)})
		change(n)
		change(n + 1)
	}
	var got []string
	for _, it := range take(t, ana) {
		got = append(got, string(it.Event.Data))
	}
	if fmt.Sprint(got) != "[list 49 rest of 49 change 50]" {
		t.Errorf("waiting: %v", got)
	}
}
