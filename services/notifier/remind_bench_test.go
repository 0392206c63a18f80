package notifier

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/remind"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// crowd is n companies of ten people. Each has four visits that are done today and two tomorrow; of every tenth company one person has not
// begun, at noon.
func crowd(t testing.TB, n int) (*reminder, *pgtest.Database) {
	t.Helper()
	data := pgtest.New(t, schedule.Schema, identity.Schema, activity.Schema, Schema)
	admin := data.Admin(t)
	for _, statement := range []string{
		`INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || c, 'c', 'UTC' FROM generate_series(1, $1::integer) c`,
		`INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || c, 'u' || u, 'u', 'colaborador' FROM generate_series(1, $1::integer) c, generate_series(1, 10) u`,
		`INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from, plan_until,
    plan_worker, plan_team, state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
SELECT 'c' || c, 'v' || u || '-' || k, 'visita', '', '', '', 'normal', '', '[]', now(), '', f, f, '', '', s, f, f, f + interval '1 hour', 'u' || u, '', '', '[]', f + interval '1 hour', f, 0, f, ''
FROM generate_series(1, $1::integer) c, generate_series(1, 10) u, generate_series(1, 6) k,
    LATERAL (SELECT CASE WHEN c % 10 = 0 AND u = 1 AND k <= 4 OR k > 4 THEN 'pendiente' ELSE 'completada' END AS s,
        CASE WHEN k <= 4 THEN timestamptz '2026-03-08T12:00Z' ELSE '2026-03-09T12:00Z' END + k * interval '1 second' AS f) x`,
		`INSERT INTO activity.shift_user (id_empresa, user_id) SELECT id_empresa, id FROM identity.users WHERE $1::integer > 0`,
		`INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
SELECT id_empresa, user_id, 's' || d, timestamptz '2026-03-07T08:00Z' - d * interval '1 day', '2026-03-07T18:00Z', false, '[]', false, '2026-03-08T00:00Z', 1
FROM activity.shift_user, generate_series(1, 3) d WHERE $1::integer > 0`,
	} {
		args := []any{n}
		if _, err := admin.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := admin.ExecContext(t.Context(), `ANALYZE identity.company, identity.users, activity.visit, activity.shift, notifier.settings`); err != nil {
		t.Fatal(err)
	}
	nats := natstest.Start(t)
	pool, b, log := data.DB(t, name), nats.Bus(t, name), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	apptest.Start(t, dir.Run)
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
	relay := outbox.NewRelay(pool, b, Schema.Name, log, nil)
	noon := clock.NewManual(time.Date(2026, 3, 8, 12, 15, 0, 0, time.UTC))
	changes := change.New(pool, relay, Schema.Name, noon)
	return newReminder(app.Deps{DB: pool, Directory: dir, Clock: noon, Metrics: prometheus.NewRegistry()}, store.New(pool, changes, alert.Settings{UnresolvedDays: 90})), data
}

func window(hour, minute int) remind.Window {
	to := time.Date(2026, 3, 8, hour, minute, 0, 0, time.UTC)
	return remind.Window{From: to.Add(-remind.Every), To: to}
}

// A run costs a few statements, however many companies there are, and one transaction for each company that has somebody to remind. The
// statements find visits by their index and do not read the others.
func TestRemindersOfManyCompanies(t *testing.T) {
	t.Parallel()
	const companies = 300
	r, data := crowd(t, companies)
	for _, c := range []struct {
		w      remind.Window
		people int
	}{{window(12, 5), 0}, {window(12, 20), companies / 10}, {window(12, 20), companies / 10}, {window(12, 25), companies / 10}} {
		if err := r.run(t.Context(), c.w, schedule.All); err != nil {
			t.Fatal(err)
		}
		if n := pgtest.Count(t, data.Admin(t), "notifier.notification"); n != c.people {
			t.Errorf("%d people are told until %s, want %d", n, c.w.To, c.people)
		}
	}
	for minute := 0; minute <= 20; minute += 5 {
		if err := r.run(t.Context(), window(18, minute), schedule.All); err != nil {
			t.Fatal(err)
		}
	}
	if n := pgtest.Count(t, data.Admin(t), "notifier.notification WHERE kind = 'reminder_tomorrow' AND body = 'Mañana tienes 2 visitas'"); n != companies*10 {
		t.Errorf("%d people are told of tomorrow", n)
	}
	for what, explain := range map[string]string{"visit": store.ExplainLateVisits, "shift": store.ExplainOpenShifts} {
		var plan []string
		w := window(12, 20)
		err := data.Admin(t).SelectContext(t.Context(), &plan, explain, w.From, w.To, 5, 120, 15)
		if text := strings.Join(plan, "\n"); err != nil || strings.Contains(text, "Seq Scan on "+what) {
			t.Errorf("%ss are not found by an index: %v\n%s", what, err, text)
		}
	}
	// What is taken back is found among the unread reminders alone.
	if _, err := data.Admin(t).ExecContext(t.Context(), `ANALYZE notifier.notification`); err != nil {
		t.Fatal(err)
	}
	var plan []string
	err := data.Admin(t).SelectContext(t.Context(), &plan, store.ExplainTakeBack, window(18, 20).To)
	if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, "notification_to_take_back") || strings.Contains(text, "Seq Scan on visit") {
		t.Errorf("untrue reminders are not found by an index: %v\n%s", err, text)
	}
}

// BenchmarkReminders20000Companies measures runs over 20,000 companies with 200,000 people.
func BenchmarkReminders20000Companies(b *testing.B) {
	r, data := crowd(b, 20_000)
	for what, w := range map[string]remind.Window{"idle": window(11, 0), "2000 first visits": window(12, 20), "tomorrow of 4000 companies": window(18, 5)} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				if err := r.run(context.WithoutCancel(b.Context()), w, schedule.All); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.ReportMetric(float64(pgtest.Count(b, data.Admin(b), "notifier.notification")), "told")
}
