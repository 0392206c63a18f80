package store_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/chat"
	"github.com/terreno/terreno/services/chat/internal/store"
	"github.com/terreno/terreno/services/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// A company has 20,000 conversations, and 1,000 users. A list must not read those that its reader is not in.
func TestHowListsAreRead(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t, schedule.Schema, identity.Schema, activity.Schema, chat.Schema, db.Schema{Service: "geofence"}, db.Schema{Service: "gateway"})
	admin := database.Admin(t)
	admin.MustExec(`
INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'acme', 'America/Bogota');
INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'u' || u, 'u', CASE WHEN u % 20 = 0 THEN 'supervisor' WHEN u % 333 = 1 THEN 'admin' ELSE 'colaborador' END FROM generate_series(1, 1000) u;
INSERT INTO identity.team (id_empresa, id, name) SELECT 'acme', 't' || t, 't' || t FROM generate_series(0, 99) t;
INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT 'acme', 't' || u % 100, 'u' || u FROM generate_series(1, 1000) u;
INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from, plan_until, plan_worker, plan_team,
    state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
SELECT 'acme', 'v' || n, 'visita', '', 't', '', 'normal', '', '[]', now(), '', d, d + interval '1 hour', '', '', 'pendiente', now(), d, d + interval '1 hour', 'u' || n % 1000, '', '', '{}', d + interval '1 day', now(), 0, now(), ''
FROM generate_series(1, 20000) n, LATERAL (SELECT timestamptz '2026-03-09' - n * interval '10 minutes' AS d) x;
INSERT INTO chat.conversation (id_empresa, id, kind, pair, visit_id, team_id, created_at, created_by, last_at, last_seq)
SELECT 'acme', 'c' || n, k, CASE k WHEN 'private' THEN n || ' x' ELSE '' END, CASE k WHEN 'visit' THEN 'v' || n ELSE '' END, CASE k WHEN 'team' THEN 't' || n ELSE '' END,
    now(), 'u1', timestamptz '2026-03-09' - n * interval '1 minute', 3
FROM generate_series(1, 20000) n, LATERAL (SELECT CASE WHEN n < 100 THEN 'team' WHEN n < 105 THEN 'broadcast' WHEN n % 3 = 0 THEN 'private' WHEN n % 3 = 1 THEN 'group' ELSE 'visit' END AS k) x;
INSERT INTO chat.member (id_empresa, conversation_id, user_id, role, read_seq, delivered_seq)
SELECT 'acme', c.id, 'u' || (1 + (hashtext(c.id || k) & 1023) % 1000), 'member', 1, 1 FROM chat.conversation c, generate_series(1, 5) k WHERE c.kind IN ('private', 'group') ON CONFLICT DO NOTHING;
INSERT INTO chat.member (id_empresa, conversation_id, user_id, role, read_seq, delivered_seq)
SELECT 'acme', c.id, u, 'member', 1, 1 FROM chat.conversation c, unnest('{u7,u40,u334}'::text[]) u WHERE c.kind IN ('private', 'group') AND substr(c.id, 2)::int % 100 = 7 ON CONFLICT DO NOTHING;
INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at)
SELECT 'acme', c.id, s, 'u1', s::text, '', 'text', 'hola', now() FROM chat.conversation c, generate_series(1, 3) s;
ANALYZE`)
	pool := database.DB(t, "chat")
	statements := map[string]func(user, role string) (string, []any){
		"list": func(user, role string) (string, []any) {
			return store.ListMine, []any{"acme", user, role, false, "", nil, "", 101}
		},
		"audit": func(user, role string) (string, []any) {
			return store.ListAudit, []any{"acme", user, role, false, "", nil, "", 101, role == audience.RoleAdmin, user, role == audience.RoleSupervisor}
		},
		"now": func(user, role string) (string, []any) {
			return store.NowOf, []any{"acme", user, role, false, time.Now()}
		},
		"changed": func(user, role string) (string, []any) {
			return store.ChangedIDs, []any{"acme", user, role, true, "", time.Now(), time.Now(), 21, false}
		},
	}
	for _, c := range []struct {
		statement, user, role string
		most                  int
	}{
		{"list", "u7", audience.RoleColaborador, 6000},
		{"list", "u40", audience.RoleSupervisor, 12000},
		{"list", "u334", audience.RoleAdmin, 6000},
		{"audit", "u334", audience.RoleAdmin, 6000},
		{"audit", "u40", audience.RoleSupervisor, 30000},
		{"now", "u7", audience.RoleColaborador, 3000},
		{"now", "u40", audience.RoleSupervisor, 3000},
		{"now", "u334", audience.RoleAdmin, 3000},
		{"changed", "u7", audience.RoleColaborador, 6000},
		{"changed", "u40", audience.RoleSupervisor, 6000},
		{"changed", "u334", audience.RoleAdmin, 40000},
	} {
		var plan []string
		query, args := statements[c.statement](c.user, c.role)
		if err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return tx.SelectContext(t.Context(), &plan, `EXPLAIN (ANALYZE, BUFFERS) `+query, args...)
		}); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(plan, "\n")
		// Of the whole statement: the pages of PostgreSQL that it read. It has to read some 20 for each of the 101 conversations.
		pages := 0
		for _, n := range regexp.MustCompile(`(?:hit|read)=(\d+)`).FindAllStringSubmatch(strings.SplitAfterN(text[strings.Index(text, "Buffers:"):], "\n", 2)[0], -1) {
			more, err := strconv.Atoi(n[1])
			if err != nil {
				t.Fatal(err)
			}
			pages += more
		}
		t.Logf("%s, %s: %d pages; %s", c.statement, c.role, pages, plan[len(plan)-1])
		if scan := regexp.MustCompile(`Seq Scan on (conversation|visit|message)[^\n]*\(actual`).FindString(text); pages > c.most || scan != "" {
			t.Errorf("%+v: %d pages, %s\n%s", c, pages, scan, text)
		}
	}
}
