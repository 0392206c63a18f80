package notifier_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// twins returns two companies with the same users, teams and alert ids. One alert exists only in beta.
func twins(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.user(t, company, "sol", audience.RoleSupervisor, "{norte}")
	}
	w.user(t, "beta", "solo", audience.RoleColaborador, "{norte}")
	w.start(t)
	for _, company := range []string{"acme", "beta"} {
		w.tell(t, company, "nueva", episode("a1", "ana", noon, body{"type": "of_" + company}))
	}
	w.raise(t, "beta", "solo", "only")
	return w
}

func TestNobodyReachesAnythingOfAnotherCompany(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for _, role := range []string{audience.RoleAdmin, audience.RoleSupervisor} {
		for _, user := range []string{"sol", "solo"} {
			who := claims("acme", user, role)
			w.get(t, who, "/v1/alerts/only").Is(t, http.StatusNotFound, "not_found")
			w.post(t, who, "/v1/alerts/only/acknowledge", "").Is(t, http.StatusNotFound, "not_found")
			w.post(t, who, "/v1/alerts/only/resolve", "", "Idempotency-Key", "k").Is(t, http.StatusNotFound, "not_found")
			for _, query := range []string{"", "?user=solo", "?team=norte", "?type=of_beta"} {
				if got := alerts(t, w.get(t, who, "/v1/alerts"+query)); strings.Contains(got, "only") || query == "?type=of_beta" && got != "" {
					t.Errorf("%s %s lists %q with %q", role, user, got, query)
				}
			}
		}
	}
	w.get(t, claims("acme", "solo", audience.RoleColaborador), "/v1/alerts/only").Is(t, http.StatusNotFound, "not_found")
	// A cursor of the other company's list says where a page begins, but not in which company.
	next, _ := w.get(t, boss("beta"), "/v1/alerts?limit=1").Body["next"].(string)
	if a := w.get(t, boss("acme"), "/v1/alerts?cursor="+next).Is(t, http.StatusOK, ""); next == "" || alerts(t, a) != "a1" || !strings.Contains(a.Text, "of_acme") {
		t.Errorf("another's cursor %q reads %s", next, a.Text)
	}
	w.get(t, boss("beta"), "/v1/alerts/only").Is(t, http.StatusOK, "")
}

func TestChangesOfATwinLeaveTheOtherAlone(t *testing.T) {
	t.Parallel()
	w := twins(t)
	before := w.get(t, boss("beta"), "/v1/alerts/a1").Is(t, http.StatusOK, "")
	key := []string{"Idempotency-Key", "the same"}
	w.post(t, boss("acme"), "/v1/alerts/a1/acknowledge", "", key...).Is(t, http.StatusOK, "")
	w.post(t, claims("acme", "sol", audience.RoleSupervisor), "/v1/alerts/a1/resolve", "").Is(t, http.StatusOK, "")
	w.tell(t, "acme", "cerrada", episode("a1", "ana", noon, over(noon.Add(time.Hour)), body{"type": "of_acme"}))
	w.settled(t)
	if after := w.get(t, boss("beta"), "/v1/alerts/a1"); after.Text != before.Text {
		t.Errorf("the other company's changed\nfrom %s\nto   %s", before.Text, after.Text)
	}
	// The same admin id, key and request in another company are another action.
	if a := w.post(t, boss("beta"), "/v1/alerts/a1/acknowledge", "", key...).Is(t, http.StatusOK, ""); a.Body["type"] != "of_beta" {
		t.Errorf("answered with another's alert: %s", a.Text)
	}
	if got := w.history(t, boss("acme"), "a1"); got != "acknowledged resolved raised closed" {
		t.Errorf("history %q", got)
	}
}

func TestEveryForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for what, token := range w.issuer.Bad(t, boss("acme")) {
		for path, method := range map[string]string{
			"/v1/alerts": "GET", "/v1/alerts/a1": "GET", "/v1/alerts/a1/acknowledge": "POST", "/v1/alerts/a1/resolve": "POST",
			"/v1/alert-settings": "PUT", "/v1/push-tokens/x": "PUT", "/v1/users/ana/push-tokens": "GET", "/v1/notifications": "GET",
			"/v1/notifications/x/opened": "POST", "/v1/notifications/read": "POST", "/v1/alerts/a1/notifications": "GET", "/v1/notification-log": "GET",
			"/v1/notification-preferences": "PUT", "/v1/notification-texts": "GET",
			"/v1/webhooks": "POST", "/v1/webhooks/x/rotate": "POST", "/v1/webhooks/x/deliveries": "GET",
			"/v1/reminder-settings": "PUT", "/v1/users/ana/push-tokens/x": "DELETE",
		} {
			a, err := w.try(t.Context(), token, method, path, "")
			if err != nil || a.Status != http.StatusUnauthorized {
				t.Errorf("%s: %s %s: %d %s, %v", what, method, path, a.Status, a.Text, err)
			}
		}
	}
}

// A query that forgets the company must show nothing. So this test reads each table without a company.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w := twins(t)
	w.post(t, boss("acme"), "/v1/alerts/a1/resolve", "", "Idempotency-Key", "k").Is(t, http.StatusOK, "")
	w.post(t, boss("beta"), "/v1/alerts/a1/resolve", "", "Idempotency-Key", "k").Is(t, http.StatusOK, "")
	w.setSettings(t, boss("acme"), days(30)).Is(t, http.StatusOK, "")
	w.setSettings(t, boss("beta"), days(60)).Is(t, http.StatusOK, "")
	for _, company := range []string{"acme", "beta"} {
		id, _ := w.addHook(t, company, "https://example.com/", `,"active":false`)
		w.post(t, boss(company), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusAccepted, "")
	}
	pool := w.database.DB(t, name)
	w.people(t)
	for _, table := range []string{
		"alert", "alert_event", "idempotency_key", "settings", "change_log", "push_token", "notification", "delivery", "preference", "webhook",
		"webhook_delivery",
	} {
		var companies []string
		query := func(tx *sqlx.Tx) error {
			return tx.Select(&companies, `SELECT DISTINCT id_empresa FROM notifier.`+table)
		}
		if err := pool.InTenant(t.Context(), "acme", query); err != nil || !slices.Equal(companies, []string{"acme"}) {
			t.Errorf("in acme, %s shows %v (%v)", table, companies, err)
		}
		companies = nil
		if err := pool.InTenant(t.Context(), "gamma", query); err != nil || len(companies) != 0 {
			t.Errorf("in a company that is not there, %s shows %v (%v)", table, companies, err)
		}
	}
	for what, statement := range map[string]string{
		"settings of all":  `UPDATE notifier.settings SET unresolved_days = 7`,
		"an update of all": `UPDATE notifier.alert SET status = 'reconocida'`,
		"a log of another": `INSERT INTO notifier.alert_event (id_empresa, alert_id, what, at, received_at, by_user, note) VALUES ('beta', 'only', 'resolved', now(), now(), 'x', '')`,
	} {
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if what == "a log of another" && (err == nil || !strings.Contains(err.Error(), "row-level security")) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE id_empresa = 'beta' AND status = 'reconocida'"); n != 0 {
		t.Error("a statement without a condition changed another company's alert")
	}
	if got := w.unresolved(t, boss("beta")); got != 60 {
		t.Errorf("a statement without a condition changed another company's settings to %v days", got)
	}
}

// Nobody may change or remove an entry of a log, in any role that the service can have.
func TestTheLogIsImmutable(t *testing.T) {
	t.Parallel()
	w := twins(t)
	pool := w.database.DB(t, name)
	roles := map[string]func(func(*sqlx.Tx) error) error{
		"service": func(fn func(*sqlx.Tx) error) error { return pool.InTenant(t.Context(), "acme", fn) },
		"worker":  func(fn func(*sqlx.Tx) error) error { return pool.AsWorker(t.Context(), fn) },
	}
	refused := func(role, statement string) {
		t.Helper()
		err := roles[role](func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %s: %v", role, statement, err)
		}
	}
	before := pgtest.Count(t, w.admin, "notifier.alert_event")
	for role := range roles {
		refused(role, `UPDATE notifier.alert_event SET note = 'nothing happened'`)
		refused(role, `UPDATE notifier.alert_event SET at = now() WHERE what = 'raised'`)
		refused(role, `DELETE FROM notifier.alert_event`)
		refused(role, `TRUNCATE notifier.alert_event`)
		refused(role, `INSERT INTO notifier.alert_event (id_empresa, alert_id, what, at, received_at, by_user, note) VALUES ('acme', 'a1', 'raised', now(), now(), 'x', '')
ON CONFLICT (id_empresa, alert_id, what) DO UPDATE SET by_user = excluded.by_user`)
	}
	// A request may change what people did about an alert, and nothing else.
	refused("service", `DELETE FROM notifier.alert`)
	refused("service", `UPDATE notifier.alert SET ended_at = now()`)
	refused("service", `UPDATE notifier.alert SET user_id = 'x'`)
	refused("service", `INSERT INTO notifier.alert SELECT * FROM notifier.alert`)
	if n := pgtest.Count(t, w.admin, "notifier.alert_event WHERE by_user = ''"); n != before || n == 0 {
		t.Errorf("%d of %d entries are as they were", n, before)
	}
}

func TestTheCatalogHasNoHole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, err := db.CheckCatalog(t.Context(), w.admin, schemas)
	if err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, fmt.Sprint(strings.Join(found, "\n")))
	}
}
