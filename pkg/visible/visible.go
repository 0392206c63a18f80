// Package visible says who may see whom within a company: an admin everyone, a supervisor itself and whoever is in one of
// its teams now, a colaborador itself. Somebody who is on no team is seen by the admins alone.
//
// The rule stands here once in SQL (Where) and once in Go (Sees); a test compares the two. The company itself is not its
// business: that is the token's, the subject's and row-level security's.
package visible

import (
	"fmt"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// Filter is what one viewer may see. The zero Filter sees nobody.
type Filter struct{ viewer audience.Viewer }

// Of is the filter of a token's user. Teams in claims are those of now: the verifier takes them from the directory.
func Of(c auth.Claims) Filter { return For(audience.Viewer{User: c.Subject, Role: c.Role, Teams: c.Teams}) }

// For is the filter of somebody as the directory knows them.
func For(v audience.Viewer) Filter { return Filter{v} }

// Sees says whether the viewer may see a user who is in these teams.
func (f Filter) Sees(user string, teams []string) bool {
	return f.viewer.User != "" && audience.OfUser(user, teams).Includes(f.viewer)
}

// Everyone says whether the viewer sees all of the company.
func (f Filter) Everyone() bool { return f.viewer.User != "" && f.viewer.Role == audience.RoleAdmin }

// Params is how many parameters Where uses.
const Params = 3

// Where is the condition that a row's user is visible. column holds the user's id; the parameters of the statement from
// $first on are those of Args. The statement runs in a transaction of the company (InTenant, AsWorkerFor).
func Where(column string, first int) string {
	return fmt.Sprintf(`(%[1]s = $%[3]d OR $%[2]d OR %[1]s IN (SELECT visible.user_id FROM identity.v_team_members visible WHERE visible.team_id = ANY($%[4]d::text[])))`,
		column, first, first+1, first+2)
}

// Args are the parameters of Where: whether the viewer sees everyone, who the viewer is, the teams that it watches.
func (f Filter) Args() []any {
	teams := pq.StringArray{}
	if f.viewer.Role == audience.RoleSupervisor {
		teams = append(teams, f.viewer.Teams...)
	}
	return []any{f.Everyone(), f.viewer.User, teams}
}
