package db_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

// heard collects what is logged.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(b)
}

func (h *heard) count(what string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Count(h.text.String(), what)
}

// leadLoudly leads in the background, on a pool with conns connections.
func leadLoudly(t *testing.T, dsn string, conns int) (*db.DB, *prometheus.Registry, *heard) {
	t.Helper()
	metrics, log := prometheus.NewRegistry(), &heard{}
	pool, err := db.Open(t.Context(), dsn, db.Options{MaxConns: conns, Metrics: metrics})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = pool.Close()
	})
	go func() { ended <- pool.Lead(ctx, "evaluator", slog.New(slog.NewTextHandler(log, nil)), untilDone) }()
	return pool, metrics, log
}

// figure returns the value of a metric.
func figure(t *testing.T, metrics *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue() + f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// An exhausted pool returns no error of its own. So Lead must log the reason.
func TestLeadSaysThatThePoolIsExhausted(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	hog, err := db.Open(t.Context(), d.DSN(db.Role("atlas-writer")), db.Options{MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hog.Close() })
	log, ctx := &heard{}, t.Context()
	release, held, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_ = hog.AsWorker(ctx, func(*sqlx.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	receive(t, "the only connection is taken", held)
	leads, done := make(chan struct{}), make(chan error, 1)
	leading, stop := context.WithCancel(ctx)
	go func() {
		done <- hog.Lead(leading, "evaluator", slog.New(slog.NewTextHandler(log, nil)), func(ctx context.Context, l *db.Leader) error {
			close(leads)
			return untilDone(ctx, l)
		})
	}()
	eventually(t, "the log says that the pool is exhausted", func() bool { return log.count("1 of the pool's 1 are in use") == 1 })
	close(release)
	receive(t, "it leads", leads)
	stop()
	if err := receive(t, "its end", done); err != nil || log.count("cannot wait") != 1 {
		t.Errorf("%v; %s", err, log.text.String())
	}
	receive(t, "the transaction's end", ended)
}

// Lead logs a missing right once and counts it each time. To wait behind another holder is not an error.
func TestLeadSaysWhyItDoesNotLead(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	d := pgtest.On(t, s, atlasSchemas()...)
	admin := d.Admin(t)
	dsn := d.DSN(db.Role("atlas-writer"))
	pool, metrics, log := leadLoudly(t, dsn, 2)
	eventually(t, "it leads", func() bool { return pool.Leading("evaluator") && figure(t, metrics, "db_leading") == 1 })
	mustExec(t, admin, `REVOKE EXECUTE ON FUNCTION pg_advisory_lock(bigint) FROM PUBLIC`)
	killHolder(t, admin)
	eventually(t, "the log says which right is missing", func() bool { return log.count("permission denied for function pg_advisory_lock") > 0 })
	eventually(t, "every failure is counted", func() bool { return figure(t, metrics, "db_lead_errors_total") >= 3 })
	if n := log.count("permission denied"); n != 1 {
		t.Errorf("said %d times: %s", n, log.text.String())
	}
	mustExec(t, admin, `GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC`)
	eventually(t, "it leads again", func() bool { return figure(t, metrics, "db_leading") == 1 })
}

// A process in the queue logs that another process holds the lock, and counts no error.
func TestAHolderIsNoError(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	first := contend(t, d, untilDone)
	eventually(t, "the first leads", func() bool { return first.pool.Leading("evaluator") })
	impatient := d.DSN(db.Role("atlas-writer")) + "&statement_timeout=8000"
	_, metrics, log := leadLoudly(t, impatient, 2)
	eventually(t, "the log names the reason", func() bool { return log.count("another process holds the lock") == 1 })
	if figure(t, metrics, "db_lead_errors_total")+figure(t, metrics, "db_leading") != 0 || log.count("level=ERROR") != 0 {
		t.Errorf("%s", log.text.String())
	}
}
