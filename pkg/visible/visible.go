// Package visible says who may see whom within a company. An admin sees everyone. A supervisor sees itself and all
// current members of its teams. A colaborador sees only itself. A user who is on no team is seen only by the admins and
// by itself. It makes no difference whether a user is active: the same people still see what a deactivated user did.
//
// The rule is written once in SQL (Where) and once in Go (Sees); services/identity/visible_test.go compares the two. The
// package does not separate companies: the token, the subject and row-level security do that.
package visible

import (
	"fmt"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// Filter selects the users whom one viewer may see. The zero Filter sees nobody.
type Filter struct{ viewer audience.Viewer }

// Of returns the filter of a token's user, for use with Where, which reads the current teams from the database. Of leaves
// out the teams in the token, because they are as old as the token. So Sees of this filter finds nobody through a team.
func Of(c auth.Claims) Filter { return For(audience.Viewer{User: c.Subject, Role: c.Role}) }

// For returns the filter of a viewer whose role and teams come from the directory, for use with Where and with Sees.
func For(v audience.Viewer) Filter { return Filter{v} }

// Sees says whether the viewer may see a user whose current teams are these.
func (f Filter) Sees(user string, teams []string) bool {
	return f.viewer.User != "" && audience.OfUser(user, teams).Includes(f.viewer)
}

// Everyone says whether the viewer sees all users of the company.
func (f Filter) Everyone() bool { return f.viewer.User != "" && f.viewer.Role == audience.RoleAdmin }

// Params is the number of parameters that Where uses.
const Params = 3

// Where returns the SQL condition that the viewer may see a row's user. column holds the user's id. Args returns the
// parameters; the first of them is number first in the statement. The statement must run in a transaction of the company
// (InTenant, AsWorkerFor). PostgreSQL reads the viewer's teammates once per statement, not once per row. DISTINCT makes sure
// of that: with old statistics PostgreSQL expects so many teammates that it would not hash them, and search all of them for
// each row.
func Where(column string, first int) string {
	return fmt.Sprintf(`($%[2]d OR %[1]s = $%[3]d OR $%[4]d AND %[1]s IN (SELECT DISTINCT them.user_id FROM identity.v_team_members me
    JOIN identity.v_team_members them ON them.team_id = me.team_id WHERE me.user_id = $%[3]d))`, column, first, first+1, first+2)
}

// Args returns the parameters of Where: whether the viewer sees everyone, the viewer's id, and whether the viewer sees
// the members of its teams. The id is NULL when there is no viewer, and NULL equals no user.
func (f Filter) Args() []any {
	if f.viewer.User == "" {
		return []any{false, nil, false}
	}
	return []any{f.Everyone(), f.viewer.User, f.viewer.Role == audience.RoleSupervisor}
}

// Viewer returns the parameters of a statement that reads for a viewer: $1 is its company, and the next three are those of
// Where(column, 2).
func Viewer(c auth.Claims) []any { return append([]any{c.Company}, Of(c).Args()...) }
