package identity

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
)

// neighbour is another service: a directory and a verifier of its own, which know identity by its views and news alone.
type neighbour struct {
	*directory.Directory
	verifier *auth.Verifier
}

func (w *world) neighbour(t *testing.T) neighbour {
	t.Helper()
	dir := directory.New(w.data.DB(t, "gateway"), w.nats.Bus(t, "gateway"), natstest.Log(t), prometheus.NewRegistry())
	verifier, err := auth.NewVerifier(auth.Config{
		Issuers:  []auth.Issuer{{Name: "terreno", JWKSURL: w.url + "/.well-known/jwks.json"}},
		Audience: "terreno", Now: w.clock.Now,
	}, http.DefaultClient, dir.Revoked)
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, &app.Service{Name: "gateway", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
	return neighbour{dir, verifier}
}

// accepts says whether a token holds; any error but a revocation fails the test.
func (n neighbour) accepts(t *testing.T, token string) bool {
	t.Helper()
	_, err := n.verifier.Verify(t.Context(), token)
	if err != nil && !errors.Is(err, auth.ErrRevoked) {
		t.Fatal(err)
	}
	return err == nil
}

func (n neighbour) untilRefused(t *testing.T, token string) {
	t.Helper()
	began := time.Now()
	apptest.Until(t, func() bool { return !n.accepts(t, token) })
	t.Logf("refused after %v", time.Since(began))
}

// What an admin does by the API is what a directory in another process knows, by news alone and by a load alone.
func TestADirectoryKnowsWhatTheAPIDid(t *testing.T) {
	t.Parallel()
	w := setup(t)
	heard := w.neighbour(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	w.user(t, admin, "sup", audience.RoleSupervisor)
	w.user(t, admin, "leo", audience.RoleColaborador)
	w.team(t, admin, "norte", "ana", "sup")
	w.team(t, admin, "sur", "leo")
	w.send(t, "PATCH", "/v1/users/sup", admin, body{"teams": []string{"norte", "sur"}}).Is(t, http.StatusOK, "")
	w.send(t, "PUT", "/v1/teams/norte/members", admin, body{"users": []string{"sup"}}).Is(t, http.StatusOK, "")
	w.send(t, "DELETE", "/v1/users/leo", admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "PATCH", "/v1/companies/acme", w.root(t), body{"zone": "Europe/Madrid"}).Is(t, http.StatusOK, "")

	apptest.Until(t, func() bool { c, _ := heard.Company("acme"); return c.Zone != nil && c.Zone.String() == "Europe/Madrid" })
	for id, version := range map[string]int64{"admin": 1, "ana": 3, "sup": 3, "leo": 3} { // News of different people come in any order.
		apptest.Until(t, func() bool { u, _ := heard.User("acme", id); return u.Version == version })
	}
	for name, d := range map[string]neighbour{"heard": heard, "loaded": w.neighbour(t)} {
		for id, teams := range map[string][]string{"admin": {}, "ana": {}, "sup": {"norte", "sur"}, "leo": {"sur"}} {
			u, ok := d.User("acme", id)
			if !ok || !slices.Equal(u.Teams, teams) || u.Active != (id != "leo") {
				t.Errorf("%s: %s is %+v, %v", name, id, u, ok)
			}
		}
		watching := []string{}
		for _, u := range d.Members("acme", audience.Audience{Teams: []string{"sur"}, Roles: []string{audience.RoleAdmin}, Users: []string{"leo"}}) {
			watching = append(watching, u.ID)
		}
		if !slices.Equal(watching, []string{"admin", "sup"}) {
			t.Errorf("%s: members %v", name, watching)
		}
		if c, ok := d.Company("acme"); !ok || c.Suspended || c.Zone.String() != "Europe/Madrid" {
			t.Errorf("%s: company %+v, %v", name, c, ok)
		}
	}
}

// A logout ends the access tokens of its session everywhere, and of no other session. A refresh token that is used twice ends
// them as well.
func TestTheTokensOfASessionThatEndedAreRefused(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	other, stolen := w.login(t, "acme", "ana"), w.login(t, "acme", "ana")
	d := w.neighbour(t)
	apptest.Until(t, func() bool { return d.accepts(t, ana.access) })

	renewed := tokensOf(t, w.refresh(t, ana.refresh))
	w.send(t, "POST", "/v1/auth/logout", "", body{"refresh_token": renewed.refresh}).Is(t, http.StatusNoContent, "")
	d.untilRefused(t, renewed.access)
	d.untilRefused(t, ana.access)

	second := tokensOf(t, w.refresh(t, stolen.refresh))
	third := tokensOf(t, w.refresh(t, second.refresh))
	w.refresh(t, stolen.refresh).Is(t, http.StatusUnauthorized, "refresh_reused")
	for _, token := range []string{third.access, second.access, stolen.access} {
		d.untilRefused(t, token)
	}

	loaded := w.neighbour(t)
	for name, d := range map[string]neighbour{"heard": d, "loaded": loaded} {
		if !d.accepts(t, other.access) {
			t.Errorf("%s: another session of the user is refused", name)
		}
		if d.accepts(t, ana.access) || d.accepts(t, third.access) {
			t.Errorf("%s: the token of a session that ended is accepted", name)
		}
	}
}

// The views say until when an ended session matters, and the row stays as long although nobody may refresh it any more.
func TestASessionThatEndedIsKeptAsLongAsItsTokens(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *Config) { c.RefreshLifetime = time.Minute })
	root := w.login(t, "", rootLogin)
	w.send(t, "POST", "/v1/auth/logout", "", body{"refresh_token": root.refresh}).Is(t, http.StatusNoContent, "")
	var until time.Time
	if err := w.data.Admin(t).Get(&until, `SELECT tokens_until FROM identity.v_directory_sessions WHERE id_empresa = ''`); err != nil {
		t.Fatal(err)
	}
	if left := until.Sub(w.clock.Now()); left < 15*time.Minute || left > 17*time.Minute {
		t.Errorf("a token of 15 min is refused for %v", left)
	}
	d := w.neighbour(t)
	if d.accepts(t, root.access) {
		t.Error("a platform admin's session that ended is accepted")
	}
}

func TestTheEpochIsTheDatabases(t *testing.T) {
	t.Parallel()
	w := setup(t)
	read := func() (epoch string) {
		if err := w.data.Admin(t).Get(&epoch, `SELECT epoch FROM identity.v_directory_epoch`); err != nil {
			t.Fatal(err)
		}
		return epoch
	}
	first := read()
	w.company(t, "acme")
	if again := read(); again != first {
		t.Errorf("epoch %q became %q by itself", first, again)
	}
	if _, err := w.data.Admin(t).Exec(`UPDATE identity.epoch SET id = gen_random_uuid()`); err != nil {
		t.Fatal(err)
	}
	if again := read(); again == first {
		t.Error("the documented statement changes nothing")
	}
}
