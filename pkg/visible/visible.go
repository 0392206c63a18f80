// Package visible says who may see whom within a company: an admin sees everyone, a supervisor sees itself and whoever is in
// one of its teams now, a colaborador sees itself. Somebody who is on no team is seen by the admins alone. Whether a user is
// active makes no difference: what a deactivated user did stays visible to the same people.
//
// The rule stands here once in SQL (Where) and once in Go (Sees); services/identity/visible_test.go compares the two. The
// company is not its business: the token, the subject and row-level security keep companies apart.
package visible

import (
	"fmt"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// Filter is what one viewer may see. The zero Filter sees nobody.
type Filter struct{ viewer audience.Viewer }

// Of is the filter of a token's user, for Where: the database knows the teams of now. It leaves out the token's teams, which
// are those of the time of issue, so its Sees finds nobody through a team.
func Of(c auth.Claims) Filter { return For(audience.Viewer{User: c.Subject, Role: c.Role}) }

// For is the filter of somebody as the directory knows them now, for Where and for Sees.
func For(v audience.Viewer) Filter { return Filter{v} }

// Sees says whether the viewer may see a user who is in these teams now.
func (f Filter) Sees(user string, teams []string) bool {
	return f.viewer.User != "" && audience.OfUser(user, teams).Includes(f.viewer)
}

// Everyone says whether the viewer sees all of the company.
func (f Filter) Everyone() bool { return f.viewer.User != "" && f.viewer.Role == audience.RoleAdmin }

// Params is how many parameters Where uses.
const Params = 3

// Where is the condition that a row's user is visible. column holds the user's id; the parameters of the statement from
// $first on are those of Args. The statement runs in a transaction of the company (InTenant, AsWorkerFor). PostgreSQL reads
// the viewer's teammates once for the statement, not once for each row.
func Where(column string, first int) string {
	return fmt.Sprintf(`($%[2]d OR %[1]s = $%[3]d OR $%[4]d AND %[1]s IN (SELECT them.user_id FROM identity.v_team_members me
    JOIN identity.v_team_members them ON them.team_id = me.team_id WHERE me.user_id = $%[3]d))`, column, first, first+1, first+2)
}

// Args are the parameters of Where: whether the viewer sees everyone, who the viewer is (NULL for nobody, which equals no
// user), and whether it sees the members of its teams.
func (f Filter) Args() []any {
	if f.viewer.User == "" {
		return []any{false, nil, false}
	}
	return []any{f.Everyone(), f.viewer.User, f.viewer.Role == audience.RoleSupervisor}
}
