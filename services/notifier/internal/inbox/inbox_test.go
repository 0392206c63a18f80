package inbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// permutations returns every order of n things.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// The messages of an episode come in every order, some of them twice, in one batch or in many. The row and the log are
// always the same.
func TestAnyOrderEndsInTheSameRow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	in := w.inbox(t)
	r := rand.New(rand.NewPCG(3, 9))
	rows := map[string][]string{}
	n := 0
	for _, order := range permutations(4) {
		for size := 1; size <= 6; size++ {
			n++
			id := fmt.Sprint("a", n)
			told := w.episode(t, "acme", id)
			var ms []bus.Msg
			for _, i := range order {
				ms = append(ms, told[i])
				if r.IntN(2) == 0 {
					ms = append(ms, told[order[r.IntN(4)]])
				}
			}
			for batch := range slices.Chunk(ms, size) {
				if err := in.handle(t.Context(), batch); err != nil {
					t.Fatalf("%v by %d: %v", order, size, err)
				}
			}
			state := w.state(t, id)
			rows[state] = append(rows[state], fmt.Sprint(order, " by ", size))
		}
	}
	if len(rows) != 1 {
		t.Errorf("%d different ends: %v", len(rows), rows)
	}
	const want = "f 2026-03-08 12:20:00 2026-03-08 13:00:00 returned nueva | " +
		"closed 2026-03-08 13:00:00 returned, late 2026-03-08 12:01:00 , raised 2026-03-08 12:20:00 "
	if state := slices.Collect(maps.Keys(rows))[0]; state != want {
		t.Errorf("%s\nwant %s", state, want)
	}
	stored := testutil.ToFloat64(in.metrics.events.WithLabelValues(wire.EventNew, outcomeStored))
	if int(stored) != n {
		t.Errorf("counted %v new alerts, want %d", stored, n)
	}
}

// After a redelivery, two replicas store the same messages at the same time, in different order.
func TestReplicasAtOnceStoreOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var ms []bus.Msg
	for i := range 40 {
		ms = append(ms, w.episode(t, []string{"acme", "otra"}[i%2], fmt.Sprint("a", i))...)
	}
	replicas := []*Inbox{w.inbox(t), w.inbox(t)}
	results := make(chan error, 6)
	for i := range 6 {
		mine := slices.Clone(ms)
		r := rand.New(rand.NewPCG(uint64(i), 1))
		r.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
		go func() {
			for batch := range slices.Chunk(mine, 30) {
				if err := replicas[i%2].handle(t.Context(), batch); err != nil {
					results <- err
					return
				}
			}
			results <- nil
		}()
	}
	for range 6 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	states := map[string]bool{}
	for i := range 40 {
		states[w.state(t, fmt.Sprint("a", i))] = true
	}
	if len(states) != 1 || pgtest.Count(t, w.admin, "notifier.alert") != 40 || pgtest.Count(t, w.admin, "notifier.alert_event") != 120 {
		t.Errorf("%d alerts and %d entries: %v", pgtest.Count(t, w.admin, "notifier.alert"), pgtest.Count(t, w.admin, "notifier.alert_event"), states)
	}
	sum := 0.0
	for _, in := range replicas {
		for event := range maps.Values(eventOf) {
			sum += testutil.ToFloat64(in.metrics.events.WithLabelValues(event, outcomeStored))
		}
	}
	if sum != 120 {
		t.Errorf("the replicas counted %v messages as new, want 120", sum)
	}
}

// Two replicas store different messages about the same alerts. Neither overwrites what the other stored.
func TestReplicasAtOnceForgetNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	replicas := []*Inbox{w.inbox(t), w.inbox(t)}
	for round := range 10 {
		var known, live, ended []bus.Msg
		for i := range 50 {
			told := w.episode(t, "acme", fmt.Sprint("r", round, "a", i))
			known, live, ended = append(known, told[0]), append(live, told[1]), append(ended, told[2])
		}
		if err := replicas[0].handle(t.Context(), known); err != nil {
			t.Fatal(err)
		}
		results := make(chan error, 2)
		for i, ms := range [][]bus.Msg{live, ended} {
			go func() { results <- replicas[i].handle(t.Context(), ms) }()
		}
		for range 2 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE NOT late AND ended_at IS NOT NULL AND version = 3"); n != 500 {
		t.Errorf("%d alerts are live and over, want 500", n)
	}
}

// A replica stops in the middle, and another takes over its messages.
func TestInboxesTakeOverFromOneAnother(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 500 {
		for _, m := range w.episode(t, "acme", fmt.Sprint("a", i)) {
			w.publish(t, m)
		}
	}
	for range 3 {
		before := pgtest.Count(t, w.admin, "notifier.alert")
		stop := apptest.Start(t, w.inbox(t).Run)
		apptest.Until(t, func() bool {
			return pgtest.Count(t, w.admin, "notifier.alert") > before || pgtest.Count(t, w.admin, "notifier.alert") == 500
		})
		stop()
	}
	apptest.Start(t, w.inbox(t).Run)
	apptest.Start(t, w.inbox(t).Run)
	w.settled(t)
	if alerts, entries := pgtest.Count(t, w.admin, "notifier.alert WHERE NOT late AND ended_at IS NOT NULL"), pgtest.Count(t, w.admin, "notifier.alert_event"); alerts != 500 || entries != 1500 {
		t.Errorf("%d alerts and %d entries, want 500 and 1500", alerts, entries)
	}
	if n := natstest.Stored(t, w.nats.Admin(t), stream.DLQ); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	in := w.inbox(t)
	told := w.episode(t, "acme", "a1")
	if err := in.handle(t.Context(), nil); err != nil {
		t.Errorf("no message: %v", err)
	}
	own := w.message(t, "acme", wire.EventUpdated, "a1", "no JSON at all")
	if err := in.handle(t.Context(), []bus.Msg{own}); err != nil || pgtest.Count(t, w.admin, "notifier.alert") != 0 {
		t.Errorf("its own event: %v", err)
	}
	poison := w.message(t, "acme", wire.EventNew, "a1", "no JSON at all")
	if err := in.handle(t.Context(), []bus.Msg{told[0], poison}); !isRejected(err) || pgtest.Count(t, w.admin, "notifier.alert") != 0 {
		t.Errorf("a batch with a poison message: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := in.handle(gone, told[:1]); !errors.Is(err, context.Canceled) {
		t.Errorf("cut short: %v", err)
	}
	if err := in.handle(t.Context(), told); err != nil {
		t.Fatal(err)
	}
	other := w.message(t, "acme", wire.EventNew, "a1", strings.ReplaceAll(string(told[1].Data), `"ana"`, `"eva"`))
	if err := in.handle(t.Context(), []bus.Msg{other}); !isRejected(err) || !errors.Is(err, alert.ErrOther) {
		t.Errorf("the same id for somebody else: %v", err)
	}
	if err := in.handle(t.Context(), []bus.Msg{w.message(t, "otra", wire.EventNew, "a1", string(other.Data))}); err != nil || pgtest.Count(t, w.admin, "notifier.alert") != 2 {
		t.Errorf("the same id in another company: %v", err)
	}
	// A bug counts as an attempt, so that the message becomes a dead letter.
	if _, err := w.admin.ExecContext(t.Context(), `CREATE FUNCTION notifier.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON notifier.alert FOR EACH ROW WHEN (NEW.id = 'bad') EXECUTE FUNCTION notifier.refuse()`); err != nil {
		t.Fatal(err)
	}
	if err := in.handle(t.Context(), w.episode(t, "acme", "bad")); err == nil || isUnavailable(err) || isRejected(err) {
		t.Errorf("a trigger that raises: %v", err)
	}
	// An error that may pass without a change of the data holds the message.
	if _, err := w.admin.ExecContext(t.Context(), `REVOKE INSERT ON notifier.alert_event FROM terreno_notifier_worker`); err != nil {
		t.Fatal(err)
	}
	if err := in.handle(t.Context(), w.episode(t, "acme", "a2")); !isUnavailable(err) || pgtest.Count(t, w.admin, "notifier.alert") != 2 {
		t.Errorf("a missing grant: %v", err)
	}
	if _, err := New(w.nats.Bus(t, "gateway"), w.store(t), clock.NewManual(noon), prometheus.NewRegistry(), time.Second); err == nil {
		t.Error("an inbox on another service's bus was made")
	}
}

// One edit of zones ends thousands of alerts. A batch must need a few statements in all, and not a few for each alert.
func TestThousandsAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	in := w.inbox(t)
	const n = 4000
	var began, ended []bus.Msg
	for i := range n {
		told := w.episode(t, "acme", fmt.Sprint("a", i))
		began, ended = append(began, told[1]), append(ended, told[3])
	}
	for _, ms := range [][]bus.Msg{began, ended} {
		for batch := range slices.Chunk(ms, maxMessages) {
			if err := in.handle(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := pgtest.Count(t, w.admin, "notifier.alert WHERE ended_at IS NOT NULL AND version = 2"); got != n {
		t.Errorf("%d alerts ended, want %d", got, n)
	}
	if got := pgtest.Count(t, w.admin, "(SELECT DISTINCT xmin::text FROM notifier.alert) AS transactions"); got != n/maxMessages {
		t.Errorf("%d transactions, want %d", got, n/maxMessages)
	}
}
