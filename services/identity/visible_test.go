package identity

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
)

// member is a user of a company made at random.
type member struct {
	audience.Viewer
	active bool
}

// populate writes a company whose users' and teams' ids are those of every other company.
func populate(t *testing.T, admin *sqlx.DB, r *rand.Rand, company string) (members []member) {
	t.Helper()
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, 'UTC')`, company)
	teams := []string{"norte", "sur", "este", "vacio"}
	for _, id := range teams {
		exec(`INSERT INTO identity.team (id_empresa, id, name) VALUES ($1, $2, $2)`, company, id)
	}
	for i := range 12 {
		m := member{active: r.IntN(4) > 0}
		m.User = fmt.Sprint("u", i)
		m.Role = []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleSupervisor, audience.RoleColaborador, audience.RoleColaborador}[r.IntN(5)]
		exec(`INSERT INTO identity.users (id_empresa, id, name, role, active) VALUES ($1, $2, $2, $3, $4)`, company, m.User, m.Role, m.active)
		for _, team := range teams[:3] {
			if r.IntN(3) == 0 {
				m.Teams = append(m.Teams, team)
				exec(`INSERT INTO identity.team_member (id_empresa, team_id, user_id) VALUES ($1, $2, $3)`, company, team, m.User)
			}
		}
		members = append(members, m)
	}
	return members
}

// maySee is the rule once more, as one would explain it to somebody.
func maySee(viewer audience.Viewer, user string, teams []string) bool {
	switch viewer.Role {
	case audience.RoleAdmin:
		return viewer.User != ""
	case audience.RoleSupervisor:
		for _, t := range teams {
			if slices.Contains(viewer.Teams, t) {
				return viewer.User != ""
			}
		}
	}
	return viewer.User != "" && viewer.User == user
}

// seen are those of the users whom SQL shows to a viewer, asked by another service in the company's name.
func seen(t *testing.T, pool *db.DB, company string, f visible.Filter, users []string) (ids []string) {
	t.Helper()
	err := pool.InTenant(t.Context(), company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(t.Context(), &ids, `SELECT id FROM unnest($1::text[]) AS id WHERE `+visible.Where("id", 2), append([]any{pq.Array(users)}, f.Args()...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// SQL and Go decide alike, and as the rule says, in companies whose ids are the same: for everyone there is and was, for
// somebody whom identity does not know, for platform admins and for nobody.
func TestWhoSeesWhomInSQLAndInGo(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, Schema, db.Schema{Service: "gateway"})
	admin, pool := data.Admin(t), data.DB(t, "gateway")
	for n := range 6 {
		r := rand.New(rand.NewPCG(4, uint64(n)))
		company := fmt.Sprint("c", n)
		members := populate(t, admin, r, company)
		users, teams := []string{"", "zoe"}, map[string][]string{}
		viewers := []audience.Viewer{
			{},
			{Role: audience.RoleAdmin, Teams: []string{"norte"}},
			{Role: audience.RoleSupervisor, Teams: []string{"norte"}},
			{User: "zoe", Role: audience.RoleSupervisor},
			{User: "zoe", Role: audience.RoleAdmin},
			{User: "zoe", Role: "somebody"},
			{User: "root", Role: audience.RolePlatformAdmin},
		}
		for _, m := range members {
			users, teams[m.User], viewers = append(users, m.User), m.Teams, append(viewers, m.Viewer)
		}
		for _, v := range viewers {
			f := visible.For(v)
			var byGo, byRule []string
			for _, u := range users {
				if f.Sees(u, teams[u]) {
					byGo = append(byGo, u)
				}
				if maySee(v, u, teams[u]) {
					byRule = append(byRule, u)
				}
			}
			if bySQL := seen(t, pool, company, f, users); !slices.Equal(bySQL, byRule) || !slices.Equal(byGo, byRule) {
				t.Errorf("%s, %+v\nSQL  %q\nGo   %q\nrule %q", company, v, bySQL, byGo, byRule)
			}
			// A token carries the teams of its issue; its holder sees by the teams that the database has now.
			old := auth.Claims{Company: company, Subject: v.User, Role: v.Role, Teams: []string{"norte", "sur", "este"}}
			if bySQL := seen(t, pool, company, visible.Of(old), users); !slices.Equal(bySQL, byRule) {
				t.Errorf("%s, an old token of %+v\nSQL  %q\nrule %q", company, v, bySQL, byRule)
			}
			if v.Role != audience.RoleAdmin && v.User != "" && visible.Of(old).Sees("other", []string{"norte"}) {
				t.Errorf("%+v sees by the teams of an old token", v)
			}
			// In another company, and in none, the same person is whoever has its id there: nobody.
			if v.Role == audience.RoleSupervisor {
				if bySQL := seen(t, pool, "nowhere", f, users); len(bySQL) > 1 {
					t.Errorf("%+v sees %q in a company without teams", v, bySQL)
				}
			}
		}
	}
}
