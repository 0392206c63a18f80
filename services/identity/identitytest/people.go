// Package identitytest puts companies and people into the tables of identity, for tests of services that read them.
package identitytest

import (
	"context"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// Company adds a company, unless it is there.
func Company(t testing.TB, admin *sqlx.DB, id, zone string) {
	t.Helper()
	exec(t, admin, `INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, $2) ON CONFLICT DO NOTHING`, id, zone)
}

// User adds a user to a company, unless it is there. teams, a PostgreSQL array, are all teams of the user from then on.
func User(t testing.TB, admin *sqlx.DB, company, id, role, teams string) {
	t.Helper()
	exec(t, admin, `
WITH u AS (INSERT INTO identity.users (id_empresa, id, name, role) VALUES ($1, $2, 'Persona ' || $2, $3) ON CONFLICT DO NOTHING),
     t AS (INSERT INTO identity.team (id_empresa, id, name) SELECT $1, id, id FROM unnest($4::text[]) id ON CONFLICT DO NOTHING),
     o AS (DELETE FROM identity.team_member WHERE id_empresa = $1 AND user_id = $2 AND team_id <> ALL ($4::text[]))
INSERT INTO identity.team_member (id_empresa, user_id, team_id) SELECT $1, $2, id FROM unnest($4::text[]) id ON CONFLICT DO NOTHING`, company, id, role, teams)
}

// exec lasts as long as the test, and its clean-up too.
func exec(t testing.TB, admin *sqlx.DB, query string, args ...any) {
	t.Helper()
	if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), query, args...); err != nil {
		t.Fatal(err)
	}
}

// people are those of each company that People makes.
var people = []audience.Viewer{
	{User: "boss", Role: audience.RoleAdmin},
	{User: "sol", Role: audience.RoleSupervisor, Teams: []string{"norte"}},
	{User: "sur", Role: audience.RoleSupervisor, Teams: []string{"sur"}},
	{User: "ana", Role: audience.RoleColaborador, Teams: []string{"norte"}},
	{User: "beto", Role: audience.RoleColaborador, Teams: []string{"norte"}},
	{User: "carla", Role: audience.RoleColaborador, Teams: []string{"sur"}},
	{User: "solo", Role: audience.RoleColaborador},
}

// People makes companies in Bogotá with the same people: the admin boss; the supervisors sol of team norte and sur of team sur; the
// colaboradores ana and beto of norte, carla of sur, and solo of no team.
func People(t testing.TB, admin *sqlx.DB, companies ...string) {
	t.Helper()
	for _, company := range companies {
		Company(t, admin, company, "America/Bogota")
		for _, p := range people {
			User(t, admin, company, p.User, p.Role, "{"+strings.Join(p.Teams, ",")+"}")
		}
	}
}

// Person is the token of one of the people, or of a colaborador whom People does not make.
func Person(company, id string) auth.Claims {
	for _, p := range people {
		if p.User == id {
			return auth.Claims{Company: company, Subject: id, Role: p.Role}
		}
	}
	return auth.Claims{Company: company, Subject: id, Role: audience.RoleColaborador}
}

// Seen lists which of the people of a company get an event for an audience, with blanks between them.
func Seen(to audience.Audience) string {
	var list []string
	for _, p := range people {
		if to.Includes(p) {
			list = append(list, p.User)
		}
	}
	return strings.Join(list, " ")
}
