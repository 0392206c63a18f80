package summary_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
)

// twins is two companies with the same people, of whom ana and luis have a closed day and one that runs.
func twins(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	w.company(t, "beta", "America/Bogota")
	w.user(t, "beta", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "beta", "luis", audience.RoleColaborador, "{sur}")
	w.user(t, "beta", "sol", audience.RoleSupervisor, "{norte}")
	w.user(t, "beta", "solo", audience.RoleColaborador, "{norte}")
	for i, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "luis"} {
			w.upload(t, company, user, "p1", walk(noon, 10+i))
			w.upload(t, company, user, "p1", walk(noon.AddDate(0, 0, 1), 20+i))
		}
	}
	w.upload(t, "beta", "solo", "p1", walk(noon, 30))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.close(t, "beta", "2026-03-09")
	return w
}

// who returns whose summaries a list has.
func who(t *testing.T, a answer) string {
	t.Helper()
	var users []string
	for _, s := range a.Is(t, http.StatusOK, "").Body["summaries"].([]any) {
		users = append(users, s.(map[string]any)["user_id"].(string))
	}
	slices.Sort(users)
	return strings.Join(users, " ")
}

// A worker reads its own days, a supervisor those of its teams, an admin those of the company: closed ones and those that run, in lists,
// sums, files and routes.
func TestWhoReadsWhat(t *testing.T) {
	t.Parallel()
	w := twins(t)
	const period = "?from=2026-03-09&to=2026-03-10"
	for _, c := range []struct {
		who  auth.Claims
		sees []string
	}{
		{ana, []string{"ana"}},
		{luis, []string{"luis"}},
		{sol, []string{"ana"}},
		{boss, []string{"ana", "luis"}},
		{claims("acme", "nobody", audience.RoleColaborador), nil},
		{claims("acme", "solo", audience.RoleColaborador), nil},
		{claims("beta", "sol", audience.RoleSupervisor), []string{"ana", "solo"}},
	} {
		closed := strings.Join(c.sees, " ")
		running := strings.Join(slices.DeleteFunc(slices.Clone(c.sees), func(u string) bool { return u == "solo" }), " ")
		if got := who(t, w.get(t, c.who, "/v1/summaries?date=2026-03-09")); got != closed {
			t.Errorf("%v lists %q, want %q", c.who, got, closed)
		}
		if got := who(t, w.get(t, c.who, "/v1/summaries")); got != running {
			t.Errorf("%v lists %q of today, want %q", c.who, got, running)
		}
		if got := who(t, w.get(t, c.who, "/v1/summaries?date=2026-03-09&team=sur")); strings.Contains(got, "ana") || got != "" && !slices.Contains(c.sees, "luis") {
			t.Errorf("%v lists %q of a team", c.who, got)
		}
		if got := w.get(t, c.who, "/v1/summaries/totals"+period).Is(t, http.StatusOK, "").Body["totals"].([]any); len(got) != len(c.sees) {
			t.Errorf("%v adds up %v", c.who, got)
		}
		if got := strings.Count(w.get(t, c.who, "/v1/summaries/export"+period).Text, "2026-03-09"); got < len(c.sees) || len(c.sees) == 0 && got > 0 {
			t.Errorf("%v exports %d", c.who, got)
		}
		for _, user := range []string{"ana", "luis", "solo"} {
			for _, date := range []string{"2026-03-09", "2026-03-10"} {
				status, code := http.StatusOK, ""
				if !slices.Contains(c.sees, user) {
					status, code = http.StatusNotFound, "user_not_found"
				}
				if c.who.Company == "acme" && user == "solo" && c.who.Subject == "solo" {
					continue // its own, and nothing is known
				}
				w.get(t, c.who, "/v1/users/"+user+"/summaries/"+date).Is(t, status, code)
				w.get(t, c.who, "/v1/users/"+user+"/route?date="+date).Is(t, status, code)
			}
		}
	}
	w.get(t, claims("acme", "solo", audience.RoleColaborador), "/v1/users/solo/summaries/2026-03-09").Is(t, http.StatusNotFound, "summary_not_found")
	w.get(t, claims("", "root", audience.RolePlatformAdmin), "/v1/summaries").Is(t, http.StatusForbidden, "forbidden")
	// The same user of two companies.
	a, b := w.get(t, ana, "/v1/users/ana/summaries/2026-03-09"), w.get(t, claims("beta", "ana", audience.RoleColaborador), "/v1/users/ana/summaries/2026-03-09")
	if a.Body["fixes"] != 60. || b.Body["fixes"] != 66. {
		t.Errorf("%v and %v fixes", a.Body["fixes"], b.Body["fixes"])
	}
}

// A company that decides to hide what lies outside shifts has a street pattern of what people may see, before its days are computed again.
func TestThePatternHidesWhatLiesOutsideShifts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 3 {
		user := fmt.Sprint("p", i)
		w.user(t, "acme", user, audience.RoleColaborador, "{norte}")
		w.upload(t, "acme", user, "p1", walk(noon, 30))
	}
	next := noon.AddDate(0, 0, 1)
	w.clock.Set(next)
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.clock.Set(next.Add(10 * time.Minute))
	apptest.Until(t, func() bool { return w.count(t, "summary.pattern WHERE body <> ''") == 1 })
	w.exec(t, `CREATE FUNCTION summary.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
CREATE TRIGGER poison BEFORE INSERT ON summary.day FOR EACH ROW EXECUTE FUNCTION summary.poison()`)
	w.work.Decide(t, "acme", "on_shift", next)
	apptest.Until(t, func() bool { return w.count(t, "summary.pattern WHERE body <> ''") == 0 })
	w.clock.Set(next.Add(20 * time.Minute))
	apptest.Until(t, func() bool { return w.count(t, "summary.pattern") == 1 })
	if w.count(t, "summary.pattern WHERE body <> ''") != 0 {
		t.Error("the new pattern has what nobody may see")
	}
}

func TestEveryForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for what, token := range w.issuer.Bad(t, boss) {
		for _, path := range []string{
			"/v1/summaries", "/v1/summaries/totals", "/v1/summaries/export", "/v1/users/ana/summaries/2026-03-09", "/v1/users/ana/route", "/v1/routes/pattern",
		} {
			if a, err := httpxtest.Do(t.Context(), http.MethodGet, w.url+path, token, nil); err != nil || a.Status != http.StatusUnauthorized {
				t.Errorf("%s: %s: %d %s, %v", what, path, a.Status, a.Text, err)
			}
		}
	}
}

// A query that forgets the company must show nothing. So this test reads each table without a company.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w := twins(t)
	w.exec(t, `INSERT INTO summary.pattern SELECT c, now(), '', '' FROM unnest(ARRAY['acme', 'beta']) c ON CONFLICT DO NOTHING`)
	w.exec(t, `INSERT INTO summary.pending SELECT c, 'ana', '2026-03-09', now() + interval '1 hour', 'close' FROM unnest(ARRAY['acme', 'beta']) c`)
	pool := w.database.DB(t, name)
	for _, table := range []string{"day", "closing", "pattern", "waiting"} {
		var companies []string
		query := func(tx *sqlx.Tx) error {
			return tx.Select(&companies, `SELECT DISTINCT id_empresa FROM summary.`+table)
		}
		if err := pool.InTenant(t.Context(), "acme", query); err != nil || !slices.Equal(companies, []string{"acme"}) {
			t.Errorf("in acme, %s shows %v (%v)", table, companies, err)
		}
		companies = nil
		if err := pool.InTenant(t.Context(), "gamma", query); err != nil || len(companies) != 0 {
			t.Errorf("in a company that is not there, %s shows %v (%v)", table, companies, err)
		}
	}
	for _, statement := range []string{
		`SELECT * FROM summary.pending`, `UPDATE summary.day SET distance_m = 0`, `DELETE FROM summary.day`, `DELETE FROM summary.closing`, `UPDATE summary.pattern SET body = ''`, `DELETE FROM summary.waiting`,
	} {
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("a request may %s: %v", statement, err)
		}
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
