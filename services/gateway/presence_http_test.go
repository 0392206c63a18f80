package gateway_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/identity"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
)

func (w *world) call(t testing.TB, g *instance, token, method, path string, body any) httpxtest.Answer {
	t.Helper()
	a, err := httpxtest.Do(t.Context(), method, g.URL+path, token, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) get(t testing.TB, g *instance, who, path string) httpxtest.Answer {
	t.Helper()
	return w.call(t, g, w.token(t, who), http.MethodGet, path, nil)
}

func (w *world) put(t testing.TB, g *instance, who, path string, body any) httpxtest.Answer {
	t.Helper()
	return w.call(t, g, w.token(t, who), http.MethodPut, path, body)
}

// presenceOf returns the people in an answer with their states, such as `u1 online`.
func presenceOf(t testing.TB, a httpxtest.Answer) (list []string) {
	t.Helper()
	for _, u := range a.Is(t, http.StatusOK, "").Body["users"].([]any) {
		u := u.(map[string]any)
		list = append(list, fmt.Sprint(u["user_id"], " ", u["state"]))
	}
	return list
}

func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	httpxtest.Operations(t, newWorld(t).gateway(t, nil).OpenAPI)
}

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	platform := claims("acme/root")
	platform.Company, platform.Role = "", audience.RolePlatformAdmin
	tokens := map[string]string{
		audience.RolePlatformAdmin: w.issuer.Token(t, platform), audience.RoleAdmin: w.token(t, "acme/boss"), audience.RoleColaborador: w.token(t, "acme/u1"),
	}
	var all httpxtest.Refusals
	all.Drive(t, g.OpenAPI, tokens, func(method, path, token string, body any) httpxtest.Answer {
		return w.call(t, g, token, method, path, body)
	})
	w.put(t, g, "acme/boss", "/v1/presence-settings", map[string]any{"presence": "on_shift", "version": 0}).Is(t, http.StatusOK, "")
	all.Add(t, "settings that another one changed", w.put(t, g, "acme/boss", "/v1/presence-settings", map[string]any{"presence": "always", "version": 0}))
	all.Compare(t)
}

func TestForgedTokensReadNoPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	for what, token := range w.issuer.Bad(t, claims("acme/boss")) {
		for path, item := range g.OpenAPI.Paths {
			for method := range httpxtest.Of(item) {
				if a := w.call(t, g, token, method, path, nil); a.Status != http.StatusUnauthorized {
					t.Errorf("%s: %s %s: %d %s", what, method, path, a.Status, a.Text)
				}
			}
		}
	}
}

// TestWhoIsOnlineOverHTTP: the people whom the caller may see and no others, in pages, from any gateway.
func TestWhoIsOnlineOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.gateway(t, quick), w.gateway(t, quick)
	a.certain(t, 1)
	b.certain(t, 1)
	w.exec(t, `INSERT INTO gateway.last_seen (id_empresa, user_id, at) VALUES ('acme', 'u2', '2026-03-01T10:00:00Z'), ('beta', 'u2', '2026-03-02T10:00:00Z')`)
	boss := w.watch(t, b, "acme/boss")
	w.watch(t, a, "acme/u1")
	boss.until(t, "boss online", "u1 online")
	// reads repeats a question: one gateway hears of the other's people a moment later, and is not sure of anybody after it stood still.
	reads := func(g *instance, who, path string, want ...string) {
		t.Helper()
		eventually(t, who+" reads "+path, func() error {
			if got := presenceOf(t, w.get(t, g, who, path)); !slices.Equal(got, want) {
				return fmt.Errorf("%v, want %v", got, want)
			}
			return nil
		})
	}
	reads(a, "acme/boss", "/v1/presence?user=boss", "boss online")
	for who, want := range map[string][]string{
		"acme/boss": {"boss online", "sup offline", "u1 online", "u2 offline"},
		"acme/sup":  {"sup offline", "u1 online"},
		"acme/u1":   {"u1 online"},
		"acme/u2":   {"u2 offline"},
		"beta/boss": {"boss offline", "sup offline", "u1 offline", "u2 offline"},
	} {
		reads(b, who, "/v1/presence", want...)
	}
	for query, want := range map[string][]string{"boss?user=u2": {"u2 offline"}, "sup?user=u2": nil, "u1?user=boss": nil, "boss?user=nobody": nil, "sup?user=u1": {"u1 online"}} {
		who, rest, _ := strings.Cut(query, "?")
		reads(a, "acme/"+who, "/v1/presence?"+rest, want...)
	}
	one := w.get(t, a, "acme/boss", "/v1/presence?user=u2").Body["users"].([]any)[0].(map[string]any)
	if !maps.Equal(one, map[string]any{"user_id": "u2", "state": "offline", "last_seen": "2026-03-01T10:00:00Z"}) {
		t.Errorf("u2 is %v", one)
	}
	one = w.get(t, b, "acme/boss", "/v1/presence?user=u1").Body["users"].([]any)[0].(map[string]any)
	if !maps.Equal(one, map[string]any{"user_id": "u1", "state": "online", "since": "2026-03-08T13:00:00Z"}) {
		t.Errorf("u1 is %v", one)
	}
	var pages []string
	for next := "/v1/presence?limit=3"; next != ""; {
		page := w.get(t, a, "acme/boss", next)
		pages = append(pages, strings.Join(presenceOf(t, page), ","))
		if next, _ = page.Body["next"].(string); next != "" {
			// Another one's cursor reads only one's own people.
			if got := presenceOf(t, w.get(t, a, "acme/sup", "/v1/presence?cursor="+next)); len(got) != 0 {
				t.Errorf("with the cursor of the admin, sup reads %v", got)
			}
			next = "/v1/presence?limit=3&cursor=" + next
		}
	}
	if want := []string{"boss online,sup offline,u1 online", "u2 offline"}; !slices.Equal(pages, want) {
		t.Errorf("pages %q, want %q", pages, want)
	}
}

// TestPresenceSettings: an admin decides, everybody reads, and nobody overwrites what another one decided meanwhile.
func TestPresenceSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	settings := func(mode string, version int) map[string]any {
		return map[string]any{"presence": mode, "version": version}
	}
	put := func(who, mode string, version int) httpxtest.Answer {
		return w.put(t, g, who, "/v1/presence-settings", settings(mode, version))
	}
	for _, who := range []string{"acme/sup", "acme/u1"} {
		put(who, "on_shift", 0).Is(t, http.StatusForbidden, "forbidden")
	}
	if a := put("acme/boss", "on_shift", 0).Is(t, http.StatusOK, ""); a.Body["version"] != 1.0 {
		t.Errorf("%s", a.Text)
	}
	put("acme/boss", "on_shift", 0).Is(t, http.StatusOK, "") // repeated
	put("acme/boss", "always", 0).Is(t, http.StatusConflict, "settings_changed")
	put("acme/boss", "never", 1).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	for who, want := range map[string]string{"acme/u1": "on_shift", "beta/boss": "always"} {
		if a := w.get(t, g, who, "/v1/presence-settings").Is(t, http.StatusOK, ""); a.Body["presence"] != want {
			t.Errorf("%s reads %s", who, a.Text)
		}
	}
	if n := pgtest.Count(t, w.admin, `gateway.change_log WHERE id_empresa = 'acme' AND what = 'presence_settings.changed'`); n != 1 {
		t.Errorf("%d changes in the log", n)
	}
}

// A query that forgets the company must show nothing, and the service's own role writes only what it may.
func TestRowLevelSecurityOfPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, company := range []string{"acme", "beta"} {
		w.exec(t, `INSERT INTO gateway.last_seen (id_empresa, user_id, at) VALUES ($1, 'u1', now())`, company)
		w.exec(t, `INSERT INTO gateway.settings (id_empresa, presence) VALUES ($1, 'on_shift')`, company)
	}
	pool := w.data.DB(t, "gateway")
	for _, table := range []string{"last_seen", "settings"} {
		for company, want := range map[string][]string{"acme": {"acme"}, "gamma": nil} {
			var got []string
			if err := pool.InTenant(t.Context(), company, func(tx *sqlx.Tx) error {
				return tx.Select(&got, `SELECT DISTINCT id_empresa FROM gateway.`+table)
			}); err != nil || !slices.Equal(got, want) {
				t.Errorf("in %s, %s shows %v (%v)", company, table, got, err)
			}
		}
	}
	for statement, refused := range map[string]bool{
		`UPDATE gateway.settings SET presence = 'always'`:                                false,
		`INSERT INTO gateway.settings (id_empresa, presence) VALUES ('gamma', 'always')`: true,
		`UPDATE gateway.last_seen SET at = now()`:                                        true,
		`DELETE FROM gateway.last_seen`:                                                  true,
		`DELETE FROM gateway.settings`:                                                   true,
	} {
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if (err != nil) != refused {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if n := pgtest.Count(t, w.admin, `gateway.settings WHERE id_empresa = 'beta' AND presence = 'on_shift'`); n != 1 {
		t.Error("a statement without a condition changed another company's settings")
	}
	found, err := db.CheckCatalog(t.Context(), w.admin, []db.Schema{identity.Schema, ingest.Schema, activity.Schema, gateway.Schema})
	if err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(found, "\n"))
	}
}
