package push

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// Nobody hears anything for ten minutes of domain time. Then everybody hears everything, once, and what is urgent comes first.
func TestFCMIsAwayForTenMinutes(t *testing.T) {
	t.Parallel()
	const n, urgent = 400, 20
	w := setup(t, fcmtest.Options{})
	w.clock = clock.NewDomain(noon, 100)
	w.rows(t, "b", n, noon.Add(5*time.Hour))
	w.rows(t, "u", urgent, noon.Add(5*time.Hour))
	w.fake.Stop()
	settings := quick
	settings.Tries = 2 * opensAt // The first push may find out alone that FCM is away.
	p := w.pusher(t, w.client(t, time.Minute), settings)
	g := p.lanes[0].gate
	g.headStart = 5 * time.Second // A busy machine needs longer to begin with what is urgent.
	apptest.Start(t, p.Run)
	w.publish(t, "push", "b", n)
	w.publish(t, "urgente", "u", urgent)
	until(t, func() bool { return w.clock.Now().After(noon.Add(10 * time.Minute)) })
	until(t, func() bool { return p.Ready(t.Context()) != nil }) // After each probe it looks well for a moment.
	until(t, func() bool {                                       // From then on only what is urgent probes.
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.closed && len(g.urgent) > 0 && !g.probing
	})
	if failed := w.count(t, "failed"); failed != 0 {
		t.Errorf("%d pushes failed", failed)
	}
	if err := w.fake.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return w.count(t, "sent") == n+urgent })
	w.settled(t)
	for i, m := range w.fake.Received() {
		if (m.Data["notification_id"][0] == 'u') != (i < urgent) {
			t.Errorf("push %d is %s", i+1, m.Data["notification_id"])
		}
	}
	if total := w.fake.Total(); total != n+urgent {
		t.Errorf("%d sends for %d pushes", total, n+urgent)
	}
	until(t, func() bool { return p.Ready(t.Context()) == nil })
}

// What was sent while PostgreSQL went away is written down when it is back, and not sent again.
func TestPostgreSQLIsAway(t *testing.T) {
	t.Parallel()
	const n = 600
	server := pgtest.NewServer(t)
	w := setupOn(t, pgtest.On(t, server, identity.Schema, schema()))
	some, away := make(chan struct{}), make(chan struct{})
	enough, release := sync.OnceFunc(func() { close(some) }), sync.OnceFunc(func() { close(away) })
	t.Cleanup(release)
	w.fake = fake(t, fcmtest.Options{Latency: 20 * time.Millisecond, Script: func(fcmtest.Message) fcmtest.Answer {
		if w.fake.Total() >= 100 { // The others are answered when PostgreSQL is away.
			enough()
			<-away
		}
		return fcmtest.OK
	}})
	w.rows(t, "b", n, noon.Add(time.Hour))
	w.publish(t, "push", "b", n)
	p := w.pusher(t, w.client(t, time.Minute), quick)
	apptest.Start(t, p.Run)
	<-some
	if err := server.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	release()
	until(t, func() bool { return p.Ready(t.Context()) != nil })
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { return w.count(t, "sent") == n })
	w.settled(t)
	if total := w.fake.Total(); total != n {
		t.Errorf("%d sends for %d pushes", total, n)
	}
}

// NOTIFY takes no more. What else there is to tell goes on: urgent pushes and alerts. Once pushes are sent, there is room again.
func TestNotifyIsFull(t *testing.T) {
	t.Parallel()
	const n = 400
	w := setup(t, fcmtest.Options{}, natstest.WithMaxBytes(stream.Notify, 16<<10))
	w.rows(t, "d", n, noon.Add(time.Hour))
	s, changes, relay := w.store(t)
	tell := func(kind string, urgent bool, users ...int) {
		t.Helper()
		if devices := w.tell(t, s, changes, "c0", kind, urgent, users...); devices != len(users) {
			t.Errorf("%d devices of %d people", devices, len(users))
		}
	}
	var all []int
	for u := 5; u <= n; u += 5 {
		all = append(all, u)
	}
	for _, kind := range []string{notice.KindVisitNew, notice.KindVisitMoved, notice.KindTest} {
		tell(kind, false, all...)
	}
	apptest.Start(t, relay.Run)
	by := w.nats.Admin(t)
	full := func() bool {
		return pgtest.Count(t, w.admin, "notifier.outbox") > 0 && natstest.Stored(t, by, stream.Notify) > 20
	}
	until(t, full)
	tell(notice.KindPanic, true, 5, 10)
	if err := changes.AsWorkerFor(t.Context(), "c0", "test", func(ch *change.Change) error {
		return ch.Emit("alerta", "actualizada", "a1", audience.Audience{}, &terrenov1.Alert{Id: "a1"})
	}); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool {
		return natstest.Stored(t, by, stream.Urgent) == 2 && natstest.Stored(t, by, stream.Alerts) == 1
	})
	if !full() {
		t.Error("NOTIFY is not full")
	}

	w.run(t, quick)
	purger := w.nats.Bus(t, service)
	until(t, func() bool {
		if _, err := admin.Purge(t.Context(), purger, w.nats.Row(t, stream.Notify), admin.PurgeOptions{Above: 0.25}); err != nil {
			t.Fatal(err)
		}
		return w.count(t, "sent") == 3*len(all)+2
	})
	if total := w.fake.Total(); total != 3*len(all)+2 {
		t.Errorf("%d sends for %d pushes", total, 3*len(all)+2)
	}
}
