package schedule_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
)

// asClaimer makes this test binary a process that claims a run, reports it and never ends the run.
const asClaimer = "SCHEDULE_CLAIM_IN"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(asClaimer); dsn != "" {
		claimForEver(dsn)
	}
	if dsn := os.Getenv(asRinger); dsn != "" {
		ringForEver(dsn)
	}
	goleak.VerifyTestMain(pgtest.Main(m))
}

// service is the name of the service whose jobs the tests run.
const service = "clockwork"

const (
	patience = 2 * time.Minute
	report   = "resumen-diario"
	sweep    = "calcular-alertas-geocerca"
)

var (
	mexico  = zone("America/Mexico_City")
	newYork = zone("America/New_York")
	tokyo   = zone("Asia/Tokyo")
)

func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// world is the database, the companies and the domain time of one test. The test sets the domain time.
type world struct {
	*companies
	pg    *pgtest.Database
	db    *db.DB
	admin *sqlx.DB
	clock *clock.Manual
	log   *ledger
}

func setup(t testing.TB, now string, list ...directory.Company) *world {
	t.Helper()
	return on(t, pgtest.New(t, schemas...), now, list...)
}

var schemas = []db.Schema{schedule.Schema, {Service: service}, {Service: "other"}, {Service: "identity"}}

func on(t testing.TB, p *pgtest.Database, now string, list ...directory.Company) *world {
	t.Helper()
	w := &world{
		companies: &companies{all: map[string]directory.Company{}},
		pg:        p, db: p.DB(t, service), admin: p.Admin(t), clock: clock.NewManual(at(now)), log: &ledger{},
	}
	for _, c := range list {
		w.put(c)
	}
	return w
}

// scheduler makes one replica. It runs one handler at a time, so that the ledger is in order. There are no pauses between
// attempts unless the options set them.
func (w *world) scheduler(t testing.TB, o schedule.Options, jobs ...schedule.Job) *schedule.Scheduler {
	t.Helper()
	return w.replica(t, w.db, nil, o, jobs...)
}

func (w *world) replica(t testing.TB, d *db.DB, reg prometheus.Registerer, o schedule.Options, jobs ...schedule.Job) *schedule.Scheduler {
	t.Helper()
	if o.Pause == 0 {
		o.Pause = -1
	}
	if o.Concurrency == 0 {
		o.Concurrency = 1
	}
	s, err := schedule.New(schedule.Deps{DB: d, Companies: w.companies, Clock: w.clock, Log: natstest.Log(t), Metrics: reg, Options: o}, service, jobs...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) daily() schedule.Job {
	return schedule.Job{Name: report, About: "sums a day", At: "22:00", Do: w.log.add}
}

func (w *world) interval() schedule.Job {
	return schedule.Job{Name: sweep, About: "looks who left", Every: 3 * time.Minute, Do: w.log.add}
}

func tick(t testing.TB, s *schedule.Scheduler) {
	t.Helper()
	if err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// to sets the domain time and lets a replica tick.
func (w *world) to(t testing.TB, s *schedule.Scheduler, now string) {
	t.Helper()
	w.clock.Set(at(now))
	tick(t, s)
}

// rows returns the runs of all jobs in short form, oldest first: scope, slot, state, and anything unusual.
func (w *world) rows(t testing.TB) (all []string) {
	t.Helper()
	err := w.admin.Select(&all, `
		SELECT concat_ws(' ', scope, slot, state, CASE WHEN late THEN 'late' END, CASE WHEN missed > 0 THEN 'missed ' || missed END,
		       CASE WHEN attempts > 1 THEN 'attempt ' || attempts END, CASE WHEN error <> '' THEN '(' || error || ')' END)
		FROM platform.job_run ORDER BY due_at, scope`)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) next(t testing.TB, job, scope string) string {
	t.Helper()
	var slot string
	var due time.Time
	if err := w.admin.QueryRow(`SELECT next_slot, next_due_at FROM platform.job_schedule WHERE job = $1 AND scope = $2`, job, scope).Scan(&slot, &due); err != nil {
		t.Fatal(err)
	}
	return slot + " " + due.UTC().Format(time.RFC3339)
}

func same(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// request makes a request in a transaction of another service, as identity does.
func (w *world) request(t testing.TB, a schedule.Ask) (r schedule.RunInfo, err error) {
	t.Helper()
	a.Now = w.clock.Now()
	err = w.db.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		r, err = schedule.Request(t.Context(), tx, a)
		return err
	})
	return r, err
}

// companies replaces the directory.
type companies struct {
	mu     sync.Mutex
	all    map[string]directory.Company
	change []func(string)
	absent error
}

func (c *companies) put(company directory.Company) {
	c.mu.Lock()
	c.all[company.ID] = company
	listeners := c.change
	c.mu.Unlock()
	for _, f := range listeners {
		f(company.ID)
	}
}

func (c *companies) Companies() (all []directory.Company) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, company := range c.all {
		all = append(all, company)
	}
	return all
}

func (c *companies) Company(id string) (directory.Company, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	company, ok := c.all[id]
	return company, ok
}

func (c *companies) OnChange(f func(string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change = append(c.change, f)
}

func (c *companies) Ready(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.absent
}

// ledger records the runs for which handlers were called.
type ledger struct {
	mu   sync.Mutex
	runs []schedule.Run
}

func (l *ledger) add(_ context.Context, r schedule.Run) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = append(l.runs, r)
	return nil
}

func (l *ledger) all() []schedule.Run {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.runs)
}

func (l *ledger) slots() (all []string) {
	for _, r := range l.all() {
		all = append(all, r.Scope+" "+r.Slot)
	}
	return all
}

// eventually waits for something that another goroutine or process does.
func eventually(t testing.TB, what string, happened func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !happened() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal("never happened: " + what)
		}
	}
}

// claimForEver is the second process of TestKilledClaimer.
func claimForEver(dsn string) {
	d, err := db.Open(context.Background(), dsn, db.Options{})
	if err != nil {
		panic(err)
	}
	now, err := time.Parse(time.RFC3339, os.Getenv("SCHEDULE_NOW"))
	if err != nil {
		panic(err)
	}
	w := &world{companies: &companies{all: map[string]directory.Company{}}}
	w.put(directory.Company{ID: "acme", Zone: mexico})
	s, err := schedule.New(schedule.Deps{
		DB: d, Companies: w.companies, Clock: clock.NewManual(now), Log: slog.New(slog.DiscardHandler), Options: schedule.Options{Lease: lease},
	}, service, schedule.Job{Name: report, About: "x", At: "22:00", Do: func(ctx context.Context, r schedule.Run) error {
		out := bufio.NewWriter(os.Stdout)
		_, _ = fmt.Fprintf(out, "claimed %s attempt %d\n", r.Slot, r.Attempt)
		_ = out.Flush()
		<-ctx.Done()
		return ctx.Err()
	}})
	if err != nil {
		panic(err)
	}
	panic(s.Tick(context.Background()))
}
