package schedule_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// bell is a service whose timers ring. Each effect writes a row.
var bell = db.Schema{
	Name: "bell", Service: "bell", Snippets: []db.Snippet{outbox.Snippet, schedule.TimerSnippet},
	Migrations: fstest.MapFS{"0001_ring.sql": {Data: []byte(`
CREATE TABLE ring (id_empresa text NOT NULL, key text NOT NULL, n bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (id_empresa, key, n));
{{protect "ring"}}
GRANT SELECT, INSERT ON ring TO {{service}}, {{worker}};
{{outbox}}
{{timer}}`)}},
}

const ringing = "ringing"

// tower is the world of one test: its bell service with its database and timers.
type tower struct {
	pg      *pgtest.Database
	admin   *sqlx.DB
	clock   *clock.Manual
	metrics *prometheus.Registry
	changes *change.Changes
	timers  *schedule.Timers

	mu    sync.Mutex
	fired []schedule.Timer
	order []string // companies
	// during, if set, runs in the middle of an effect.
	during func(ctx context.Context, ch *change.Change, r schedule.Timer) error
}

func newTower(t testing.TB) *tower {
	t.Helper()
	return towerOn(t, pgtest.New(t, bell))
}

func towerOn(t testing.TB, p *pgtest.Database) *tower {
	t.Helper()
	w := &tower{pg: p, admin: p.Admin(t), clock: clock.NewManual(at("2026-03-08T12:00:00Z")), metrics: prometheus.NewRegistry()}
	w.timers = w.replica(t, w.metrics, w.clock, schedule.Options{Concurrency: 1})
	return w
}

// replica makes one more replica, which has no pauses between attempts.
func (w *tower) replica(t testing.TB, reg prometheus.Registerer, c clock.Clock, o schedule.Options) *schedule.Timers {
	t.Helper()
	timers, changes := newTimers(t, w.pg.DB(t, bell.Service), natstest.Log(t), reg, c, o, w.ring)
	if w.changes == nil {
		w.changes = changes
	}
	return timers
}

func newTimers(t testing.TB, d *db.DB, log *slog.Logger, reg prometheus.Registerer, c clock.Clock, o schedule.Options,
	do func(context.Context, *change.Change, schedule.Timer) error,
) (*schedule.Timers, *change.Changes) {
	if o.Pause == 0 {
		o.Pause = -1
	}
	changes := change.New(d, outbox.NewRelay(d, nil, bell.Name, log, nil), bell.Name, c)
	timers, err := schedule.NewTimers(schedule.TimersDeps{
		DB: d, Changes: changes, Schema: bell.Name, Clock: c, Log: log, Metrics: reg, Options: o,
	}, schedule.Kind{Name: ringing, Do: do}, schedule.Kind{Name: "impatient", Timeout: time.Millisecond, Do: do})
	if err != nil {
		panic(err)
	}
	return timers, changes
}

// ring is the effect: it writes a row and emits an event.
func (w *tower) ring(ctx context.Context, ch *change.Change, r schedule.Timer) error {
	if err := ring(ctx, ch, r); err != nil {
		return err
	}
	if w.during != nil {
		if err := w.during(ctx, ch, r); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fired, w.order = append(w.fired, r), append(w.order, ch.Company)
	return nil
}

func ring(ctx context.Context, ch *change.Change, r schedule.Timer) error {
	if _, err := ch.Tx.ExecContext(ctx, `INSERT INTO bell.ring (id_empresa, key) VALUES ($1, $2)`, ch.Company, r.Key); err != nil {
		return err
	}
	return ch.Emit("directorio", "usuario", "u1", audience.Audience{}, &terrenov1.DirectoryUser{Id: "u1"})
}

func (w *tower) in(t testing.TB, company string, fn func(ch *change.Change) error) {
	t.Helper()
	if err := w.changes.In(t.Context(), company, "eva", fn); err != nil {
		t.Fatal(err)
	}
}

func (w *tower) set(t testing.TB, company, key, due string) {
	t.Helper()
	w.in(t, company, func(ch *change.Change) error {
		return w.timers.Set(t.Context(), ch, ringing, key, at(due), map[string]string{"for": key})
	})
}

// cancel returns whether there was a timer.
func (w *tower) cancel(ctx context.Context, company, key string) (was bool, err error) {
	err = w.changes.In(ctx, company, "eva", func(ch *change.Change) error {
		was, err = w.timers.Cancel(ctx, ch, ringing, key)
		return err
	})
	return was, err
}

func (w *tower) tick(t testing.TB) {
	t.Helper()
	if err := w.timers.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// rows returns a short form of all timers.
func (w *tower) rows(t testing.TB) (all []string) {
	t.Helper()
	if err := w.admin.Select(&all, `SELECT concat_ws(' ', id_empresa, kind, key, state, attempts, CASE WHEN error <> '' THEN '(' || error || ')' END)
FROM bell.timer ORDER BY id_empresa, key`); err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *tower) rings(t testing.TB) int {
	t.Helper()
	var rings, events int // counted in one statement, because effects may still run
	if err := w.admin.QueryRow(`SELECT (SELECT count(*) FROM bell.ring), (SELECT count(*) FROM bell.outbox)`).Scan(&rings, &events); err != nil {
		t.Fatal(err)
	}
	if rings != events {
		t.Errorf("%d effects and %d events", rings, events)
	}
	return rings
}

// asRinger makes this test binary a process that stays in the middle of an effect until it is killed.
const asRinger = "SCHEDULE_RING_IN"

func ringForEver(dsn string) {
	d, err := db.Open(context.Background(), dsn, db.Options{})
	if err != nil {
		panic(err)
	}
	timers, _ := newTimers(nil, d, slog.New(slog.DiscardHandler), nil, clock.NewManual(at("2026-03-08T13:00:00Z")), schedule.Options{},
		func(ctx context.Context, ch *change.Change, r schedule.Timer) error {
			if err := ring(ctx, ch, r); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(os.Stdout, "ringing attempt %d\n", r.Attempt)
			select {}
		})
	panic(timers.Tick(context.Background()))
}
