package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// people gives both twins a device, a notification on its way to it, preferences, and a visit that was told of.
func (w *world) people(t *testing.T) {
	t.Helper()
	for _, company := range []string{"acme", "beta"} {
		w.bring(t, worker(company, "ana"), company).Is(t, http.StatusOK, "")
		w.do(t, worker(company, "ana"), http.MethodPut, "/v1/notification-preferences", `{"off":[]}`).Is(t, http.StatusOK, "")
		w.notify(t, company, chatFor("ana", "1"))
		w.exec(t, `INSERT INTO notifier.visit_known (id_empresa, id, over_at) VALUES ($1, 'v1', now())`, company)
		w.exec(t, `INSERT INTO notifier.visit_pace VALUES ($1, 'ana', 'visit_new', '2026-03-08', now(), now(), true)`, company)
	}
}

// What a request can do in its company's transaction must not reach another company, and must not be more than a request needs.
func TestWhatPeopleWereToldIsOutOfReach(t *testing.T) {
	t.Parallel()
	w := twins(t)
	w.people(t)
	pool := w.database.DB(t, name)
	const rls, denied = "row-level security", "permission denied"
	for statement, want := range map[string]string{
		`INSERT INTO notifier.notification SELECT 'beta', 'x', 'ana', kind, ref, title, body, urgent, created_at, useful_until FROM notifier.notification`:    rls,
		`INSERT INTO notifier.delivery (id_empresa, notification_id, token_id, platform, state, queued_at) VALUES ('beta', 'x', 'x', 'web', 'queued', now())`: rls,
		`INSERT INTO notifier.preference VALUES ('beta', 'leo', 'es', '{}', '', '', 1)`:                                                                       rls,
		`UPDATE notifier.preference SET id_empresa = 'beta'`:                                                                                                  rls,
		`UPDATE notifier.notification SET user_id = 'sol'`:                                                                                                    denied,
		`DELETE FROM notifier.notification`:                                                                                                                   denied,
		`UPDATE notifier.push_token SET user_id = 'sol'`:                                                                                                      denied,
		`DELETE FROM notifier.push_token`:                                                                                                                     denied,
		`INSERT INTO notifier.push_token SELECT * FROM notifier.push_token`:                                                                                   denied,
		`SELECT * FROM notifier.visit_known`:                                                                                                                  denied,
		`SELECT * FROM notifier.visit_pace`:                                                                                                                   denied,
		`UPDATE notifier.notification SET read_at = now()`:                                                                                                    "",
		`UPDATE notifier.preference SET language = 'en'`:                                                                                                      "",
	} {
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", statement, err, want)
		}
	}
	for _, table := range []string{"notification WHERE kind = 'chat' AND read_at IS NULL", "preference WHERE language = ''", "push_token WHERE user_id = 'ana'", "visit_known WHERE id = 'v1'", "visit_pace WHERE user_id = 'ana'"} {
		if n := pgtest.Count(t, w.admin, "notifier."+table+" AND id_empresa = 'beta'"); n != 1 {
			t.Errorf("%d rows of beta are left in %s", n, table)
		}
	}
}

// Replicas that hear of the same visits at the same moment tell their workers once.
func TestReplicasTellOfAVisitOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	f := w.field(t)
	var heard []store.Heard
	for n := range 20 {
		v := appointment{id: fmt.Sprint("v", n), worker: "ana", state: activity.Pending, from: hours(2)}
		f.put(t, "acme", v)
		heard = append(heard, store.Heard{ID: v.id})
	}
	var all sync.WaitGroup
	for range 4 {
		s, _ := w.changer(t)
		all.Go(func() {
			for range 5 {
				if _, err := s.TellVisits(t.Context(), "acme", heard); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	same(t, "told", w.notified(t, "acme"), "[ana | visit_new | no_device | Tienes nuevas visitas hoy]")
}
