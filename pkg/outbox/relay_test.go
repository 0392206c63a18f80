package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
)

// change increases an entity's number and adds the number to the outbox, in one transaction. So the numbers are in the
// order of commits.
func (w *world) change(ctx context.Context, t *testing.T, tenant, id string) error {
	return w.db.InTenant(ctx, tenant, func(tx *sqlx.Tx) error {
		var n int
		err := tx.GetContext(ctx, &n, `INSERT INTO registrar.entry AS e (id_empresa, id, n) VALUES ($1, $2, 1)
			ON CONFLICT (id_empresa, id) DO UPDATE SET n = e.n + 1 RETURNING n`, tenant, id)
		if err != nil {
			return err
		}
		return outbox.Add(ctx, tx, registrar.Name, news(t, tenant, id, strconv.Itoa(n)))
	})
}

// write makes 4 writers change 5 entities of 2 companies, 10 times each.
func (w *world) write(t *testing.T, wake func()) (events int) {
	t.Helper()
	const writers, rounds, entities = 4, 10, 5
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for round := range rounds {
				for e := range entities {
					tenant, id := []string{"acme", "globex"}[(i+round)%2], fmt.Sprintf("u%d", (e+i)%entities)
					if err := w.change(t.Context(), t, tenant, id); err != nil {
						t.Error(err)
					}
					wake()
				}
			}
		})
	}
	wg.Wait()
	return writers * rounds * entities
}

// inOrder checks that the numbers of each entity came once and in ascending order.
func (w *world) inOrder(t *testing.T, events int) {
	t.Helper()
	last := map[string]int{}
	for _, m := range w.read(t, events) {
		n, err := strconv.Atoi(string(m.Data))
		if err != nil || n != last[m.Subject]+1 {
			t.Errorf("%s: %s after %d", m.Subject, m.Data, last[m.Subject])
		}
		last[m.Subject] = n
	}
}

func TestOrderUnderConcurrentWritersAndRelays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var wakes []func()
	var published atomic.Int64
	for range 3 {
		r, _ := w.run(t, between{w.bus, func(_ bus.Message, err error) error { published.Add(1); return err }})
		wakes = append(wakes, r.Wake)
	}
	events := w.write(t, func() {
		for _, wake := range wakes {
			wake()
		}
	})
	w.inOrder(t, events)
	if n := published.Load(); n != int64(events) {
		t.Errorf("%d publishes for %d events: more than one relay was active", n, events)
	}
}

// The relay loses its database connection after each seventh acknowledgement. It cannot delete what it has published, and
// publishes it again.
func TestDeathBetweenAcknowledgementAndDelete(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var published atomic.Int64
	ids := map[string]int{}
	var mu sync.Mutex
	r, _ := w.run(t, between{w.bus, func(m bus.Message, err error) error {
		mu.Lock()
		ids[m.ID]++
		mu.Unlock()
		if published.Add(1)%7 == 0 && published.Load() < 60 {
			_, killErr := w.admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'
				AND query LIKE '%registrar%outbox%WHERE state%'`)
			return errors.Join(err, killErr)
		}
		return err
	}})
	events := w.write(t, r.Wake)
	w.inOrder(t, events)
	mu.Lock()
	defer mu.Unlock()
	again := 0
	for _, n := range ids {
		again += n - 1
	}
	if len(ids) != events || again == 0 {
		t.Errorf("%d ids for %d events, %d published again", len(ids), events, again)
	}
}

func TestPoisonIsPutAside(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.add(t, "acme", news(t, "acme", "u1", "before"))
	for _, bad := range []struct{ subject, header, body string }{
		{"acme.directorio.cambio.u1", "{}", strings.Repeat("x", 1<<20)},
		{"acme.nowhere.cambio.u1", "{}", ""},
		{"not a subject", "{}", ""},
		{"acme.directorio.cambio.u1", `{"users": 7}`, ""},
		{"acme.directorio.cambio.u1", `{"Nats-Rollup": ["all"]}`, ""},
	} {
		if _, err := w.admin.Exec(`INSERT INTO registrar.outbox (id_empresa, subject, header, body) VALUES ('acme', $1, $2, $3)`,
			bad.subject, bad.header, []byte(bad.body)); err != nil {
			t.Fatal(err)
		}
	}
	w.add(t, "acme", news(t, "acme", "u1", "after"), news(t, "acme", "u2", "beside"))
	w.run(t, w.bus)
	all := w.read(t, 3)
	want(t, bodies(all, "acme", "u1"), "before", "after")
	want(t, bodies(all, "acme", "u2"), "beside")
	var reasons int
	if err := w.admin.Get(&reasons, `SELECT count(*) FROM registrar.outbox WHERE state = 'failed' AND reason <> ''`); err != nil || reasons != 5 {
		t.Errorf("%d rows put aside, %v", reasons, err)
	}
	eventually(t, "it is counted", func() bool { return w.gauge(t, "outbox_refused_total") == 5 })
}

// The NATS user of identity may not publish alerts. This holds up that one alert and no other event.
func TestDeniedSubjectHoldsUpItsEntityOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.add(t, "acme", event(t, "acme", "alerta", "a1", "1"), event(t, "acme", "alerta", "a1", "2"))
	w.add(t, "acme", news(t, "acme", "u1", "x"))
	denied := make(chan string, 100)
	w.run(t, between{w.bus, func(m bus.Message, err error) error {
		if errors.Is(err, bus.ErrDenied) {
			denied <- string(m.Data)
		}
		return err
	}})
	if first := <-denied; first != "1" {
		t.Errorf("event %s was tried first", first)
	}
	eventually(t, "the other entity's event is published", func() bool { return w.count(t, "waiting") == 2 })
	if n := w.count(t, "failed"); n != 0 {
		t.Errorf("%d events were put aside", n)
	}
	for len(denied) > 0 { // The first is tried again after a while.
		if again := <-denied; again != "1" {
			t.Errorf("event %s of a held entity was tried", again)
		}
	}
}

func TestRelayWaitsForNATS(t *testing.T) {
	t.Parallel()
	n := natstest.Start(t, natstest.WithTCP())
	w := on(t, pgtest.New(t, registrar), n.BusAt(t, "identity", n.Addr()))
	n.Stop(t)
	r, _ := w.run(t, w.bus)
	events := w.write(t, r.Wake)
	eventually(t, "the backlog is measured", func() bool {
		return w.gauge(t, "outbox_waiting") == float64(events) && w.gauge(t, "outbox_oldest_seconds") > 0
	})
	eventually(t, "a backoff is counted", func() bool { return w.gauge(t, "outbox_backoffs_total") > 0 })
	n.Restart(t)
	w.js = n.Admin(t).JetStream()
	w.inOrder(t, events)
	eventually(t, "the backlog is gone", func() bool { return w.gauge(t, "outbox_waiting") == 0 })
}

func TestRelayWaitsForPostgreSQL(t *testing.T) {
	t.Parallel()
	s, n := pgtest.NewServer(t), natstest.Start(t)
	w := on(t, pgtest.On(t, s, registrar), n.Bus(t, "identity"))
	w.js = n.Admin(t).JetStream()
	w.run(t, w.bus)
	w.add(t, "acme", news(t, "acme", "u1", "1"))
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the relay notices", func() bool { return w.gauge(t, "outbox_backoffs_total") > 0 })
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.add(t, "acme", news(t, "acme", "u1", "2"))
	want(t, bodies(w.read(t, 2), "acme", "u1"), "1", "2")
}

// A clean stop deletes what NATS has acknowledged, because the next start may come after the dedupe window.
func TestStoppedRelayDeletesWhatItPublished(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 20 {
		w.add(t, "acme", news(t, "acme", "u1", strconv.Itoa(i)))
	}
	acked := make(chan struct{}, 20)
	proceed := make(chan struct{})
	var once sync.Once
	_, stop := w.run(t, between{w.bus, func(_ bus.Message, err error) error {
		if err == nil {
			acked <- struct{}{}
		}
		if len(acked) == 3 {
			once.Do(func() { close(proceed) })
		}
		return err
	}})
	<-proceed
	stop()
	published := len(acked)
	if left := w.count(t, "waiting"); left != 20-published {
		t.Errorf("%d acknowledged, %d of 20 left", published, left)
	}
	_, stop = w.run(t, w.bus)
	w.read(t, 20)
	stop()
}

// The backlog has more rows than a page, so the sweep needs several pages.
func TestLongBacklog(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var messages []outbox.Message
	for i := range 1200 {
		messages = append(messages, news(t, "acme", fmt.Sprintf("u%d", i%7), strconv.Itoa(i/7+1)))
	}
	w.add(t, "acme", messages...)
	w.run(t, w.bus)
	w.inOrder(t, len(messages))
}
