package notifier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/notifier/internal/remind"
)

// Work goes on over midnight: the first visit of the new date is none of a night. Who began the day with it is told.
func TestTheFirstVisitAfterMidnight(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "acme", "ana", "bea", "eva")
	midnight := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	w.visit(t, "acme", "a1", "ana", "completada", midnight.Add(-time.Hour))
	w.visit(t, "acme", "a2", "ana", "pendiente", midnight.Add(5*time.Minute))
	w.visit(t, "acme", "b1", "bea", "pendiente", midnight.Add(5*time.Minute))
	w.visit(t, "acme", "e1", "eva", "completada", midnight.Add(-8*time.Hour))
	w.visit(t, "acme", "e2", "eva", "pendiente", midnight.Add(5*time.Minute))
	w.clock.Set(midnight)
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, midnight.Add(20*time.Minute))
	toldIs(t, w.reminded(t, "acme"), "bea "+fmt.Sprintf(firstVisit, "b1"), "eva "+fmt.Sprintf(firstVisit, "e2"))
}

// The directory of the process has not heard that a company was suspended and that somebody left.
func TestNobodyIsRemindedInASuspendedCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "acme", "ana", "bea")
	w.crew(t, "beta", "ana")
	for _, company := range []string{"acme", "beta"} {
		w.visit(t, company, "v1", "ana", "pendiente", noon)
	}
	w.visit(t, "acme", "v2", "bea", "pendiente", noon)
	w.start(t)
	w.plannedReminders(t)
	w.exec(t, `UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'beta'`)
	w.exec(t, `UPDATE identity.users SET active = false WHERE id_empresa = 'acme' AND id = 'bea'`)
	w.remindAt(t, noon.Add(15*time.Minute))
	toldIs(t, w.reminded(t, "acme"), "ana "+fmt.Sprintf(firstVisit, "v1"))
	toldIs(t, w.reminded(t, "beta"))
}

// Phones without a connection tell of a check-in after the reminder, and a visit changes hands. What was not true, or no longer is, counts
// as read, so a push that waits is not sent.
func TestRemindersThatTurnOutToBeUntrue(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "acme", "ana", "bea", "eva", "gil", "leo", "pia", "zoe")
	visits := map[string]string{
		"ana": "", "bea": "state = 'en_sitio', in_at = win_from + interval '1 minute'", "eva": "worker = 'leo'", "gil": "state = 'cancelada'",
		"pia": "win_from = win_from + interval '3 hours', win_until = win_until + interval '3 hours', close_at = close_at + interval '3 hours'",
	}
	for user := range visits {
		w.visit(t, "acme", user, user, "pendiente", noon)
	}
	w.exec(t, `INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ('acme', 'leo'), ('acme', 'zoe')`)
	w.exec(t, `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
SELECT 'acme', u, 's' || u, $1, NULL, false, '[]', false, $1, 1 FROM unnest('{leo,zoe}'::text[]) u`, noon.Add(-10*time.Hour+15*time.Minute))
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, noon.Add(15*time.Minute))
	const read = "notifier.notification WHERE read_at IS NOT NULL"
	if n := pgtest.Count(t, w.admin, "notifier.notification"); n != len(visits)+2 || pgtest.Count(t, w.admin, read) != 0 {
		t.Fatalf("%d reminders\n%v", n, w.reminded(t, "acme"))
	}
	for user, set := range visits {
		if set != "" {
			w.exec(t, "UPDATE activity.visit SET "+set+" WHERE id = $1", user)
		}
	}
	w.exec(t, `UPDATE activity.shift SET ended_at = $1 WHERE user_id = 'zoe'`, noon)
	w.remindAt(t, noon.Add(15*time.Minute+remind.Every))
	var left []string
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, read) >= 5 })
	if err := w.admin.Select(&left, `SELECT user_id || ' ' || ref FROM notifier.notification WHERE read_at IS NULL ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	toldIs(t, left, "ana visit/ana", "leo shift/sleo")
}

// Somebody who has a plan works on a day without one. After so many hours they are asked, like who has no plan.
func TestAShiftBesideThePlan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "acme", "ana")
	began := time.Date(2026, 3, 8, 6, 0, 0, 0, time.UTC) // a Sunday
	w.exec(t, `INSERT INTO activity.shift_plan (id_empresa, scope, scope_id, windows, removed, updated_at, updated_by)
VALUES ('acme', 'company', '', '[{"day":1,"from":"08:00","to":"17:00"}]', false, now(), '')`)
	w.exec(t, `INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ('acme', 'ana')`)
	w.exec(t, `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
VALUES ('acme', 'ana', 's1', $1, NULL, false, '[]', false, $1, 1)`, began)
	w.clock.Set(began.Add(10*time.Hour - remind.Every))
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, began.Add(10*time.Hour))
	toldIs(t, w.reminded(t, "acme"), "ana reminder_shift_open shift/s1 Tu jornada sigue abierta. ¿Ya terminaste?")
}
