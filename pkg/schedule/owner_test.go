package schedule_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/schedule"
)

// A service that was taken over can neither claim nor alter, add or delete another's jobs, lines and runs.
func TestAServiceWritesItsOwnRowsAlone(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	tick(t, w.scheduler(t, schedule.Options{}, w.daily(), w.interval()))
	if _, err := w.request(t, schedule.Ask{Job: report, Scope: "acme", By: "ana"}); err != nil {
		t.Fatal(err)
	}
	before := w.rows(t)
	try := func(role, statement string) error {
		do := func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement)
			return err
		}
		d := w.pg.DB(t, role)
		if err := d.AsWorker(t.Context(), do); err == nil {
			return nil
		}
		return d.InTenant(t.Context(), "acme", do)
	}
	for _, statement := range []string{
		`UPDATE platform.job SET service = 'other'`, `UPDATE platform.job SET about = 'mine'`, `DELETE FROM platform.job`,
		`INSERT INTO platform.job (name, service, kind, every_s, about) VALUES ('x', 'clockwork', 'interval', 1, '')`,
		`UPDATE platform.job_schedule SET next_due_at = '2030-01-01'`, `DELETE FROM platform.job_schedule`,
		`INSERT INTO platform.job_schedule VALUES ('resumen-diario', 'globex', 'UTC', '22:00', '2026-03-07', now())`,
		`UPDATE platform.job_run SET state = 'running', owner = 'other', lease_until = now()`, `DELETE FROM platform.job_run`,
		`UPDATE platform.job_run SET state = 'skipped', finished_at = now()`,
		`INSERT INTO platform.job_run (job, scope, slot, due_at, state) VALUES ('resumen-diario', 'globex', '2026-03-07', now(), 'due')`,
		`INSERT INTO platform.job_run (job, scope, slot, due_at, state, requested_by) VALUES ('nobodys', 'acme', '2026-03-07', now(), 'due', 'x')`,
		`SELECT * FROM platform.job_run FOR UPDATE; UPDATE platform.job_run SET job = 'nobodys'`,
	} {
		if err := try("other", statement); err == nil {
			t.Errorf("another service may %s", statement)
		}
	}
	// identity asks for runs, and does nothing else.
	for _, statement := range []string{
		`UPDATE platform.job_run SET state = 'running', owner = 'identity', lease_until = now()`, `DELETE FROM platform.job_run`,
		`UPDATE platform.job_schedule SET next_due_at = '2030-01-01'`, `DELETE FROM platform.job`,
		`INSERT INTO platform.job_run (job, scope, slot, due_at, state) VALUES ('resumen-diario', 'globex', '2026-03-07', now(), 'due')`,
	} {
		if err := try("identity", statement); err == nil {
			t.Errorf("identity may %s", statement)
		}
	}
	same(t, "rows after the attacks", w.rows(t), before...)
	err := w.pg.DB(t, "identity").InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		_, err := schedule.Request(t.Context(), tx, schedule.Ask{Job: report, Scope: "acme", Date: "2026-03-01", By: "ana", Now: w.clock.Now()})
		return err
	})
	if err != nil {
		t.Errorf("identity may not ask for a run: %v", err)
	}
}
