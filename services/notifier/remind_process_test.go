package notifier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/notifier/hooktest"
	"github.com/terreno/terreno/services/notifier/internal/remind"
)

// The process dies when it has reminded the people of some companies. The next one reminds the others, and nobody twice.
func TestKilledWhileItReminds(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	w := called(t, r, natstest.WithTCP())
	const companies = 20
	for i := range companies {
		company := fmt.Sprint("c", 10+i)
		w.crew(t, company, "ana")
		w.visit(t, company, "v1", "ana", "pendiente", noon.Add(-15*time.Minute))
	}
	w.clock.Set(noon.Add(-remind.Every))
	stop := apptest.Run(t, apptest.Only(w.service, "jobs", "directory"))
	w.plannedReminders(t)
	stop()

	// The process comes to somebody whom another reminds.
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`INSERT INTO notifier.notification (id_empresa, id, user_id, kind, ref, title, body, urgent, created_at, useful_until)
VALUES ('c20', $1, 'ana', '', '', '', '', false, now(), now())`, remind.FirstVisit("ana", "v1", noon).ID("c20")); err != nil {
		t.Fatal(err)
	}
	const waits = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%notifier.notification%'"
	kill := w.caller(t, r)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, waits) == 1 })
	kill()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, waits) == 0 })
	if n := pgtest.Count(t, w.admin, "notifier.notification"); n >= companies {
		t.Fatalf("all %d people were told at the death of the process", n)
	}
	w.exec(t, `UPDATE platform.job_run SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'`)
	w.caller(t, r)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_run WHERE job = '"+remindJob+"' AND state = 'done'") == 1
	})
	for i := range companies {
		toldIs(t, w.reminded(t, fmt.Sprint("c", 10+i)), "ana "+fmt.Sprintf(firstVisit, "v1"))
	}
}
