package outbox_test

import (
	"context"
	"errors"
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
)

// refusing is a publisher with one stream that accepts nothing, or with no link at all.
type refusing struct {
	*bus.Bus
	stream string
	tried  chan string
	link   error
}

func (r refusing) Publish(ctx context.Context, m bus.Message) (bus.Ack, error) {
	if row, _ := stream.For(m.Subject); row.Name != r.stream {
		return r.Bus.Publish(ctx, m)
	}
	r.tried <- string(m.Data)
	return bus.Ack{}, bus.ErrStreamFull
}

func (r refusing) Ready(ctx context.Context) error { return errors.Join(r.link, r.Bus.Ready(ctx)) }

func TestFullStreamHoldsUpItsOwnEventsOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.add(t, "acme", event(t, "acme", "alerta", "a1", "1"), event(t, "acme", "alerta", "a1", "2"))
	w.add(t, "acme", news(t, "acme", "u1", "x"), news(t, "acme", "u2", "y"))
	to := refusing{Bus: w.bus, stream: stream.Alerts, tried: make(chan string, 100)}
	w.run(t, to)
	eventually(t, "the other stream's events are published", func() bool { return w.count(t, "waiting") == 2 })
	if first := <-to.tried; first != "1" || len(to.tried) != 0 {
		t.Errorf("event %s was tried first, then %d more", first, len(to.tried))
	}
	if w.gauge(t, "outbox_backoffs_total") != 0 {
		t.Error("the relay backed off as a whole")
	}
}

func TestRelayWithoutALinkLeavesTheLockToOthers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(t, refusing{Bus: w.bus, stream: stream.Directory, tried: make(chan string, 100), link: errors.New("no link")})
	eventually(t, "the relay backs off", func() bool { return w.gauge(t, "outbox_backoffs_total") > 0 })
	w.add(t, "acme", news(t, "acme", "u1", "x"))
	other := on(t, w.pg, w.bus)
	other.run(t, w.bus)
	w.emptied(t)
}
