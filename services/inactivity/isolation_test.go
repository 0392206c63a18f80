package inactivity_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

func (w *world) users(t *testing.T, who string) string {
	t.Helper()
	var list []string
	for _, s := range w.get(t, person(who), "/v1/silences").Is(t, http.StatusOK, "").Body["silences"].([]any) {
		list = append(list, s.(body)["user_id"].(string))
	}
	return strings.Join(list, " ")
}

// twins returns two companies with the same people, who are all silent, and who all said something of their phones.
func twins(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "beto", "carla", "solo"} {
			w.shift(t, company, user, "12:00")
			w.do(t, personOf(company, user), http.MethodPost, "/v1/device-state", body{"device_id": company, "states": []any{body{"occurred_at": at("12:01"), "kind": "app", "value": "closed"}}}).Is(t, http.StatusAccepted, "")
		}
		w.do(t, personOf(company, "boss"), http.MethodPut, "/v1/inactivity-settings", body{"silence_after_s": 1800, "expected": "shifts", "version": 0}).Is(t, http.StatusOK, "")
	}
	w.check(t, "12:30")
	w.exec(t, `INSERT INTO inactivity.shared (id_empresa, cause, since, raised_at, people, people_of, scope) SELECT id_empresa, 'storage_behind', now(), now(), 3, 4, 'installation' FROM identity.company`)
	return w
}

func TestWhoSeesWhoseSilence(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for who, want := range map[string]string{"boss": "ana beto carla solo", "sol": "ana beto", "sur": "carla", "ana": "ana", "solo": "solo"} {
		if got := w.users(t, who); got != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
		if system := w.get(t, person(who), "/v1/silences").Body["system"]; (system != nil) != (who == "boss") {
			t.Errorf("%s reads %v", who, system)
		}
		for _, user := range []string{"ana", "beto", "carla", "solo"} {
			a := w.get(t, person(who), "/v1/users/"+user+"/device-state")
			if strings.Contains(want, user) {
				if a.Is(t, http.StatusOK, ""); !strings.Contains(a.Text, `"acme"`) || strings.Contains(a.Text, "beta") {
					t.Errorf("%s reads of %s %s", who, user, a.Text)
				}
			} else {
				a.Is(t, http.StatusNotFound, "user_not_found")
			}
		}
	}
	if s := w.get(t, person("ana"), "/v1/silences").Body["silences"].([]any)[0].(body); s["cause"] != "app_closed" || s["cause_at"] != "2026-03-09T12:01:00Z" || s["since"] != "2026-03-09T12:00:00Z" {
		t.Errorf("%v", s)
	}
}

func TestChangesOfATwinLeaveTheOtherAlone(t *testing.T) {
	t.Parallel()
	w := twins(t)
	read := func() string {
		boss := personOf("beta", "boss")
		return w.get(t, boss, "/v1/silences").Text + w.get(t, boss, "/v1/users/ana/device-state").Text + w.get(t, boss, "/v1/inactivity-settings").Text +
			w.get(t, boss, "/v1/inactivity-settings/users/ana").Text + w.get(t, boss, "/v1/inactivity-settings/teams/norte").Text
	}
	before := read()
	settings := body{"silence_after_s": 600, "expected": "always", "version": 0}
	w.do(t, person("boss"), http.MethodPut, "/v1/inactivity-settings/users/ana", settings).Is(t, http.StatusOK, "")
	w.do(t, person("boss"), http.MethodPut, "/v1/inactivity-settings/teams/norte", settings).Is(t, http.StatusOK, "")
	settings["version"] = 1
	w.do(t, person("boss"), http.MethodPut, "/v1/inactivity-settings", settings).Is(t, http.StatusOK, "")
	w.do(t, person("ana"), http.MethodPost, "/v1/device-state", body{"device_id": "beta", "states": []any{body{"occurred_at": at("12:20"), "kind": "app", "value": "opened"}}}).Is(t, http.StatusAccepted, "")
	if after := read(); after != before {
		t.Errorf("the other company's changed\nfrom %s\nto   %s", before, after)
	}
}

func TestEveryForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for what, token := range w.issuer.Bad(t, person("boss")) {
		for path, item := range w.service.OpenAPI.Paths {
			for method := range httpxtest.Of(item) {
				a, err := httpxtest.Do(t.Context(), method, w.url+strings.ReplaceAll(path, "{id}", "ana"), token, nil)
				if err != nil || a.Status != http.StatusUnauthorized {
					t.Errorf("%s: %s %s: %d %s, %v", what, method, path, a.Status, a.Text, err)
				}
			}
		}
	}
}

// A query that forgets the company must show nothing of another.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w := twins(t)
	pool := w.deps.DB
	for _, table := range []string{"setting", "device_state", "silence", "shared", "change_log"} {
		var rows, others int
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return tx.QueryRowx(`SELECT count(*), count(*) FILTER (WHERE id_empresa <> 'acme') FROM inactivity.`+table).Scan(&rows, &others)
		})
		if err != nil || rows == 0 || others != 0 {
			t.Errorf("%s: %d rows, %d of others, %v", table, rows, others, err)
		}
	}
	for _, statement := range []string{`UPDATE inactivity.setting SET silence_after_s = 333`, `DELETE FROM inactivity.device_state`} {
		if err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	if n := pgtest.Count(t, w.admin, `inactivity.setting WHERE id_empresa = 'beta' AND silence_after_s = 333`); n != 0 || pgtest.Count(t, w.admin, `inactivity.device_state WHERE id_empresa = 'beta'`) != 4 {
		t.Error("statements without a condition changed another company")
	}
	for _, statement := range []string{`UPDATE inactivity.silence SET ended_at = now()`, `DELETE FROM inactivity.silence`, `INSERT INTO inactivity.shared SELECT * FROM inactivity.shared`, `UPDATE inactivity.change_log SET what = 'x'`} {
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestTheCatalogHasNoHole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, err := db.CheckCatalog(t.Context(), w.admin, schemas)
	if err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(found, "\n"))
	}
}

func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	httpxtest.Operations(t, setup(t).service.OpenAPI)
}

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tokens := map[string]string{audience.RolePlatformAdmin: w.issuer.Token(t, claims(audience.RolePlatformAdmin, ""))}
	for _, role := range []string{audience.RoleAdmin, audience.RoleColaborador} {
		tokens[role] = w.issuer.Token(t, claims(role, "acme"))
	}
	var all httpxtest.Refusals
	all.Drive(t, w.service.OpenAPI, tokens, func(method, path, token string, body any) answer {
		a, err := httpxtest.Do(t.Context(), method, w.url+path, token, body)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	w.do(t, person("boss"), http.MethodPut, "/v1/inactivity-settings", body{"silence_after_s": 600, "expected": "always", "version": 0}).Is(t, http.StatusOK, "")
	for what, wrong := range map[string]body{
		"a version that is old": {"silence_after_s": 700, "expected": "always", "version": 0},
		"hours without any":     {"silence_after_s": 700, "expected": "hours", "version": 1},
		"a wrong window":        {"silence_after_s": 700, "expected": "hours", "version": 1, "hours": []any{body{"days": []int{8}, "from": "08:00", "until": "09:00"}}},
		"a high low battery":    {"silence_after_s": 700, "expected": "always", "version": 1, "low_battery_pct": 51},
		"a short standstill":    {"silence_after_s": 700, "expected": "always", "version": 1, "movement_after_s": 10},
	} {
		a := w.do(t, person("boss"), http.MethodPut, "/v1/inactivity-settings", wrong)
		if a.Status < 400 {
			t.Errorf("%s: %s", what, a.Text)
		}
		if what != "a version that is old" { // its answer has the time of the request
			all.Add(t, what, a)
		}
	}
	all.Add(t, "settings of a team that does not exist", w.get(t, person("boss"), "/v1/inactivity-settings/teams/none"))
	all.Compare(t)
}
