package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/outbox"
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
	if first := <-to.tried; first != "1" {
		t.Errorf("event %s was tried first", first)
	}
	for len(to.tried) > 0 { // The first is tried again after a while.
		if again := <-to.tried; again != "1" {
			t.Errorf("event %s of a held entity was tried", again)
		}
	}
	if w.gauge(t, "outbox_backoffs_total") != 0 {
		t.Error("the relay backed off as a whole")
	}
}

// The rows of a full stream fill many pages. The relay does not walk through them each time that it looks.
func TestFullStreamIsNotWalkedThrough(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const pages = 10
	w.add(t, "acme", slices.Repeat([]outbox.Message{event(t, "acme", "alerta", "a1", "")}, pages*500)...)
	w.add(t, "acme", news(t, "acme", "u1", "1"))
	looks := make(chan struct{}, 1000)
	to := refusing{Bus: w.bus, stream: stream.Alerts, tried: make(chan string, 100)}
	r := w.quiet(t, looking{to, looks})
	for _, body := range []string{"2", "3"} {
		eventually(t, "the other stream's event is published", func() bool { return w.count(t, "waiting") == pages*500 })
		w.add(t, "acme", news(t, "acme", "u1", body))
		r.Wake()
	}
	want(t, bodies(w.readBeside(t, 3, pages*500), "acme", "u1"), "1", "2", "3")
	if n := len(looks); n > pages {
		t.Errorf("the relay read %d pages for 3 events", n)
	}
}

// silent is a publisher with one stream that never answers.
type silent struct {
	*bus.Bus
	stream string
}

func (s silent) Publish(ctx context.Context, m bus.Message) (bus.Ack, error) {
	if row, _ := stream.For(m.Subject); row.Name != s.stream {
		return s.Bus.Publish(ctx, m)
	}
	<-ctx.Done()
	return bus.Ack{}, bus.ErrUnavailable
}

// The rows of a stream that does not answer fill a page, and each try takes seconds. The relay still comes to the rows
// behind them.
func TestEventsBehindASilentStream(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const alerts = 600
	var page []outbox.Message
	for i := range alerts {
		page = append(page, event(t, "acme", "alerta", fmt.Sprint("a", i), ""))
	}
	w.add(t, "acme", page...)
	w.add(t, "acme", news(t, "acme", "u1", "x"))
	w.run(t, silent{w.bus, stream.Alerts})
	want(t, bodies(w.readBeside(t, 1, alerts), "acme", "u1"), "x")
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
