package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
)

// employ adds the users from one number to another to 30 companies. u1 of c1 is on all teams.
func employ(t *testing.T, admin *sqlx.DB, teams, from, to int) {
	t.Helper()
	const companies = 30
	// Without its triggers this takes a tenth of the time.
	tx := admin.MustBegin()
	defer func() { _ = tx.Rollback() }()
	for _, query := range []string{
		`SET LOCAL session_replication_role = replica`,
		`INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || c, 'c', 'UTC' FROM generate_series(1, %[3]d) c ON CONFLICT DO NOTHING`,
		`INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || c, 'u' || u, 'u', 'supervisor'
		 FROM generate_series(1, %[3]d) c, generate_series(%[1]d, %[2]d) u`,
		`INSERT INTO identity.team (id_empresa, id, name) SELECT 'c' || c, 't' || t, 't' || t
		 FROM generate_series(1, %[3]d) c, generate_series(0, %[4]d - 1) t ON CONFLICT DO NOTHING`,
		`INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT 'c' || c, 't' || u %% %[4]d, 'u' || u
		 FROM generate_series(1, %[3]d) c, generate_series(%[1]d, %[2]d) u`,
		`INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT 'c1', 't' || t, 'u1' FROM generate_series(0, %[4]d - 1) t ON CONFLICT DO NOTHING`,
	} {
		if _, err := tx.ExecContext(t.Context(), fmt.Sprintf(query+` /* %[1]d %[2]d %[3]d %[4]d */`, from, to, companies, teams)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// work adds up the rows that a plan's nodes read and dropped. PostgreSQL counts pages for the whole plan at its top.
func work(node map[string]any) (rows float64) {
	number := func(key string) float64 { n, _ := node[key].(float64); return n }
	rows = (number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Join Filter")) * number("Actual Loops")
	for _, child := range below(node) {
		rows += work(child)
	}
	return rows
}

func below(node map[string]any) (children []map[string]any) {
	list, _ := node["Plans"].([]any)
	for _, child := range list {
		children = append(children, child.(map[string]any))
	}
	return children
}

// walks finds a node that reads the whole company in the primary key of the members to find one user. That it passes over
// entries counts as no row, and in a small company as few pages.
func walks(node map[string]any) bool {
	condition, _ := node["Index Cond"].(string)
	if node["Index Name"] == "team_member_pkey" && strings.Contains(condition, "(user_id =") && !strings.Contains(condition, "(team_id =") {
		return true
	}
	return slices.ContainsFunc(below(node), walks)
}

// measure returns what it takes a supervisor of all teams to see the users of c1.
func measure(t *testing.T, pool *db.DB, condition string, more ...any) (rows, pages float64) {
	t.Helper()
	var text string
	err := pool.InTenant(t.Context(), "c1", func(tx *sqlx.Tx) error {
		args := append(visible.For(audience.Viewer{User: "u1", Role: audience.RoleSupervisor}).Args(), more...)
		return tx.GetContext(t.Context(), &text, `EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) SELECT v.id FROM identity.v_users v WHERE `+condition, args...)
	})
	if err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan map[string]any }
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		t.Fatal(err)
	}
	if walks(plans[0].Plan) {
		t.Errorf("to find one user the whole company is read:\n%s", text)
	}
	hit, _ := plans[0].Plan["Shared Hit Blocks"].(float64)
	read, _ := plans[0].Plan["Shared Read Blocks"].(float64)
	return work(plans[0].Plan), hit + read
}

// Who sees whom takes work in proportion to the company, whatever the statistics say: none yet, those of the first days, or
// those of now.
func TestWorkGrowsWithTheCompany(t *testing.T) {
	t.Parallel()
	const large = 1000
	conditions := map[string][]any{
		visible.Where("v.id", 1): nil,
		visible.Where("v.id", 1) + ` AND ($4 = '' OR v.id IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $4))`: {"t0"},
	}
	for _, state := range []struct{ teams, analyzedAt int }{{1, 0}, {1, 1}, {20, 1}, {20, 5}, {20, large}} {
		t.Run(fmt.Sprintf("%d teams, analyzed at %d users", state.teams, state.analyzedAt), func(t *testing.T) {
			data := pgtest.New(t, Schema, db.Schema{Service: "gateway"})
			admin, pool := data.Admin(t), data.DB(t, "gateway")
			next := 1
			for _, n := range []int{1, 5, 500, large} {
				employ(t, admin, state.teams, next, n)
				if next = n + 1; n == state.analyzedAt {
					admin.MustExecContext(t.Context(), `ANALYZE identity.users, identity.team_member`)
				}
				if n < large/2 {
					continue // PostgreSQL may read a tiny company in any way.
				}
				for condition, more := range conditions {
					rows, pages := measure(t, pool, condition, more...)
					if rows+pages > 20*float64(n) {
						t.Errorf("of %d users: %g rows and %g pages are read\n%s", n, rows, pages, condition)
					}
				}
			}
		})
	}
}
