package identity

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

func version(v string) func(body) bool { return func(b body) bool { return b["version"] == v } }

func TestEveryChangeOfAUserIsNews(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador, body{"email": "ana@acme.example"})
	w.team(t, admin, "norte", "ana")
	w.send(t, "PATCH", "/v1/users/ana", admin, body{"name": "Ana María"}).Is(t, http.StatusOK, "")
	w.send(t, "PATCH", "/v1/users/ana", admin, body{"role": "supervisor"}).Is(t, http.StatusOK, "")
	w.send(t, "PUT", "/v1/users/ana/password", admin, body{"password": "otra clave más"}).Is(t, http.StatusNoContent, "")
	w.send(t, "POST", "/v1/users/ana/revoke", admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "DELETE", "/v1/teams/norte", admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "DELETE", "/v1/users/ana", admin, nil).Is(t, http.StatusNoContent, "")

	zero := body{"active": false, "teams": []any{}, "tokens_valid_from_ms": "0"}
	heard := w.news(t, "dir.acme.directorio.usuario.ana", version("8"))
	now := w.clock.Now()
	valid := func(n int) string { // n revocations in this second
		var at time.Time
		for range n {
			at = auth.ValidFrom(now, at)
		}
		return fmt.Sprint(at.UnixMilli())
	}
	for i, want := range []body{
		{"role": "colaborador", "active": true},
		{"role": "colaborador", "active": true, "teams": []any{"norte"}},
		{"role": "colaborador", "active": true, "teams": []any{"norte"}},
		{"role": "supervisor", "active": true, "teams": []any{"norte"}, "tokens_valid_from_ms": valid(1)},
		{"role": "supervisor", "active": true, "teams": []any{"norte"}, "tokens_valid_from_ms": valid(2)},
		{"role": "supervisor", "active": true, "teams": []any{"norte"}, "tokens_valid_from_ms": valid(3)},
		{"role": "supervisor", "active": true, "tokens_valid_from_ms": valid(3)},
		{"role": "supervisor", "tokens_valid_from_ms": valid(4)},
	} {
		want["id"], want["version"] = "ana", fmt.Sprint(i+1)
		for member, absent := range zero {
			if _, ok := want[member]; !ok {
				want[member] = absent
			}
		}
		if i >= len(heard) || fmt.Sprint(heard[i]) != fmt.Sprint(want) {
			t.Errorf("news %d: %v, want %v", i+1, heard[min(i, len(heard)-1)], want)
		}
	}
}

func TestSuspensionIsNews(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "acme")
	root := w.root(t)
	w.send(t, "POST", "/v1/companies/acme/suspend", root, nil).Is(t, http.StatusOK, "")
	w.send(t, "POST", "/v1/companies/acme/suspend", root, nil).Is(t, http.StatusOK, "") // changes nothing
	w.send(t, "POST", "/v1/companies/acme/resume", root, nil).Is(t, http.StatusOK, "")
	w.send(t, "PATCH", "/v1/companies/acme", root, body{"zone": "Europe/Madrid"}).Is(t, http.StatusOK, "")
	heard := w.news(t, "dir.acme.directorio.empresa.acme", version("4"))
	got := []string{}
	for _, b := range heard {
		got = append(got, fmt.Sprint(b["version"], b["zone"], b["suspended"] == true))
	}
	if want := []string{"1 America/Mexico_City false", "2 America/Mexico_City true", "3 America/Mexico_City false", "4 Europe/Madrid false"}; !slices.EqualFunc(got, want, func(a, b string) bool {
		return strings.ReplaceAll(a, " ", "") == strings.ReplaceAll(b, " ", "")
	}) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestNewsAreWhatTheProtoSaysAndNameNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador, body{"name": "Nombre Secreto", "email": "secreto@acme.example", "phone": "5551234567"})
	for {
		m, err := w.heard.NextMsgWithContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.Subject != "dir.acme.directorio.usuario.ana" {
			continue
		}
		var u terrenov1.DirectoryUser
		if err := protojson.Unmarshal(m.Data, &u); err != nil || u.GetId() != "ana" || u.GetVersion() != 1 || !u.GetActive() {
			t.Errorf("%s: %v, %v", m.Data, &u, err)
		}
		for _, personal := range []string{"Secreto", "secreto", "5551234567"} {
			if strings.Contains(string(m.Data)+fmt.Sprint(m.Header), personal) {
				t.Errorf("the news tell %q: %s", personal, m.Data)
			}
		}
		return
	}
}

func TestChangesWaitWhileTheBusIsAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	var waiting int
	count := func() int {
		if err := w.data.Admin(t).Get(&waiting, `SELECT count(*) FROM identity.outbox`); err != nil {
			t.Fatal(err)
		}
		return waiting
	}
	apptest.Until(t, func() bool { return count() == 0 })
	w.nats.Stop(t)
	w.send(t, "PATCH", "/v1/users/ana", admin, body{"name": "Ana"}).Is(t, http.StatusOK, "")
	if count() != 1 {
		t.Errorf("%d events wait, want 1", waiting)
	}
	w.refresh(t, w.login(t, "acme", "ana").refresh).Is(t, http.StatusOK, "")
}
