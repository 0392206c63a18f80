package notifier_test

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
)

// A supervisor's list must not query identity once for each alert. There are 30 companies with 1,000 users in 20 teams;
// one of them has 20,000 alerts.
func TestWhoMaySeeIsAskedOnceForAStatement(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.admin.ExecContext(t.Context(), `
INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || c, 'c', 'UTC' FROM generate_series(1, 30) c;
INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || c, 'u' || u, 'u', 'supervisor' FROM generate_series(1, 30) c, generate_series(1, 1000) u;
INSERT INTO identity.team (id_empresa, id, name) SELECT 'c' || c, 't' || t, 't' || t FROM generate_series(1, 30) c, generate_series(0, 19) t;
INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT 'c' || c, 't' || u % 20, 'u' || u FROM generate_series(1, 30) c, generate_series(1, 1000) u;
INSERT INTO notifier.alert (id_empresa, id, type, user_id, late, started_at, raised_at, zones, end_reason, received_at, changed_at)
SELECT 'c1', 'a' || n, 't', 'u' || n % 1000, false, now(), now(), '{}', '', now(), now() FROM generate_series(1, 20000) n;
ANALYZE identity.users, identity.team_member, notifier.alert`); err != nil {
		t.Fatal(err)
	}
	for role, v := range map[string]audience.Viewer{
		"supervisor": {User: "u7", Role: audience.RoleSupervisor}, "colaborador": {User: "u7", Role: audience.RoleColaborador}, "admin": {User: "u7", Role: audience.RoleAdmin},
	} {
		var plan []string
		err := w.database.DB(t, name).InTenant(t.Context(), "c1", func(tx *sqlx.Tx) error {
			args := append([]any{"c1"}, visible.For(v).Args()...)
			return tx.SelectContext(t.Context(), &plan, `EXPLAIN SELECT * FROM notifier.alert a WHERE a.id_empresa = $1 AND `+visible.Where("a.user_id", 2), args...)
		})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(plan, "\n")
		asks := strings.Contains(text, "team_member")
		if asks != (role == "supervisor") || asks && (!strings.Contains(text, "hashed SubPlan") || strings.Contains(text, "Seq Scan on team_member")) {
			t.Errorf("%s:\n%s", role, text)
		}
	}
}
