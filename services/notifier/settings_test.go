package notifier_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

func days(n int) string { return fmt.Sprintf(`{"unresolved_days":%d}`, n) }

func (w *world) setSettings(t *testing.T, who auth.Claims, content string) answer {
	t.Helper()
	return w.do(t, who, http.MethodPut, "/v1/alert-settings", content, "X-Forwarded-For", "203.0.113.7")
}

// unresolved returns unresolved_days as somebody reads it.
func (w *world) unresolved(t *testing.T, who auth.Claims) float64 {
	t.Helper()
	return w.get(t, who, "/v1/alert-settings").Is(t, http.StatusOK, "").Body["unresolved_days"].(float64)
}

// changes returns the log of changes of a company, as identity reads it.
func (w *world) changes(t *testing.T, company string) (lines []string) {
	t.Helper()
	err := w.database.DB(t, "identity").InTenant(t.Context(), company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(t.Context(), &lines, `SELECT concat_ws(' ', made_by, what, entity, address, before::text, after::text) FROM notifier.v_changes ORDER BY id`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestSettingsOfACompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if got := w.unresolved(t, boss("acme")); got != 90 {
		t.Errorf("a company that decided nothing: %v days", got)
	}
	for _, n := range []int{90, 7, 3650, 3650} { // The first is what holds anyway, and becomes the company's own.
		if a := w.setSettings(t, boss("acme"), days(n)).Is(t, http.StatusOK, ""); a.Body["unresolved_days"] != float64(n) || w.unresolved(t, boss("acme")) != float64(n) {
			t.Errorf("set %d, answered %s, read %v", n, a.Text, w.unresolved(t, boss("acme")))
		}
	}
	for _, wrong := range []string{days(6), days(3651), days(-90), `{"unresolved_days":90.5}`, `{"unresolved_days":"90"}`, `{"unresolved_days":null}`} {
		a := w.setSettings(t, boss("acme"), wrong).Is(t, http.StatusUnprocessableEntity, "validation_failed")
		if got := a.Body["errors"].([]any)[0].(body)["location"]; got != "body.unresolved_days" {
			t.Errorf("%s: %s", wrong, a.Text)
		}
	}
	w.setSettings(t, boss("acme"), `{}`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if own, other := w.unresolved(t, boss("acme")), w.unresolved(t, boss("beta")); own != 3650 || other != 90 {
		t.Errorf("%v days, and %v of a company that decided nothing", own, other)
	}
	const line = "boss alert_settings.changed alert_settings 203.0.113.7 "
	want := []string{
		line + `{"unresolved_days":90} {"unresolved_days":90}`, line + `{"unresolved_days":90} {"unresolved_days":7}`,
		line + `{"unresolved_days":7} {"unresolved_days":3650}`, // The second 3650 changed nothing.
	}
	if got := w.changes(t, "acme"); !slices.Equal(got, want) {
		t.Errorf("log\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := w.changes(t, "beta"); len(got) != 0 {
		t.Errorf("another company's log: %q", got)
	}
}

// Two admins who decide at the same moment do it one after the other: the log leads from each value to the next.
func TestAdminsWhoDecideAtOnceLeaveATrueLog(t *testing.T) {
	t.Parallel()
	w := setup(t)
	token := w.issuer.Token(t, boss("acme"))
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			if a, err := w.try(t.Context(), token, http.MethodPut, "/v1/alert-settings", days(100+n)); err != nil || a.Status != http.StatusOK {
				t.Errorf("%d %s, %v", a.Status, a.Text, err)
			}
		})
	}
	all.Wait()
	before := 90
	lines := w.changes(t, "acme")
	for _, line := range lines {
		was, is, _ := strings.Cut(line[strings.Index(line, "{"):], " ")
		if was != days(before) {
			t.Errorf("%q follows %d", line, before)
		}
		if _, err := fmt.Sscanf(is, `{"unresolved_days":%d}`, &before); err != nil {
			t.Fatal(err)
		}
	}
	if len(lines) != 20 || w.unresolved(t, boss("acme")) != float64(before) {
		t.Errorf("%d lines end at %d, in force are %v", len(lines), before, w.unresolved(t, boss("acme")))
	}
}

// Everyone in a company reads what holds, its admins decide, and nobody reaches another company's.
func TestOnlyAnAdminDecides(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.setSettings(t, boss("acme"), days(30)).Is(t, http.StatusOK, "")
	w.setSettings(t, boss("beta"), days(60)).Is(t, http.StatusOK, "")
	for _, role := range []string{audience.RoleSupervisor, audience.RoleColaborador} {
		if got := w.unresolved(t, claims("acme", "sol", role)); got != 30 {
			t.Errorf("%s reads %v days", role, got)
		}
		w.setSettings(t, claims("acme", "sol", role), days(7)).Is(t, http.StatusForbidden, "forbidden")
	}
	root := claims("", "root", audience.RolePlatformAdmin)
	w.get(t, root, "/v1/alert-settings").Is(t, http.StatusForbidden, "forbidden")
	w.setSettings(t, root, days(7)).Is(t, http.StatusForbidden, "forbidden")
	// It is the token that names the company: neither a body nor a query can name another.
	w.setSettings(t, boss("acme"), `{"unresolved_days":8,"id_empresa":"beta"}`).Is(t, http.StatusOK, "")
	w.do(t, boss("acme"), http.MethodPut, "/v1/alert-settings?id_empresa=beta", days(9))
	for company, want := range map[string]float64{"acme": 9, "beta": 60} {
		if got := w.unresolved(t, boss(company)); got != want {
			t.Errorf("%s has %v days, want %v", company, got, want)
		}
	}
}

// Each company's night goes by what the company decided.
func TestTheRuleFollowsTheCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	companies := map[string]int{"corta": 7, "larga": 365, "otra": 90} // otra decided nothing
	night := time.Date(2026, 3, 9, 2, 30, 0, 0, time.UTC)
	for company, n := range companies {
		w.company(t, company, "UTC")
		if n != 90 {
			w.setSettings(t, boss(company), days(n)).Is(t, http.StatusOK, "")
		}
		w.raised(t, company, "old", night.AddDate(0, 0, -n).Add(-time.Millisecond), 1)
		w.raised(t, company, "young", night.AddDate(0, 0, -n), 1)
	}
	w.start(t)
	for company := range companies {
		w.planned(t, company, "2026-03-09T02:30Z", "2026-03-09")
	}
	w.clock.Set(night)
	for company, n := range companies {
		apptest.Until(t, func() bool { return w.runs(t, company) == "2026-03-09 done" })
		a := w.get(t, boss(company), "/v1/alerts/old1").Is(t, http.StatusOK, "")
		if a.Body["status"] != "resuelta" || a.Body["resolved_note"] != fmt.Sprintf("caducada: nadie la resolvió en %d días", n) || w.resolved(t, company) != 1 {
			t.Errorf("%s: %d are resolved, %s", company, w.resolved(t, company), a.Text)
		}
	}
}
