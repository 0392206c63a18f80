package chat_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// Which conversations somebody is in is written twice: in SQL for a list (store/list.go), and in Go for one conversation (talk.Find). For
// random people, teams, visits and settings, and for people who have left, both say the same.
func TestTheListAndTheRuleAgree(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := rand.New(rand.NewPCG(14, 1)) //nolint:gosec // the same each time
	teams := []string{"t0", "t1", "t2", "t3"}
	some := func() string {
		var list []string
		for _, team := range teams {
			if r.IntN(3) == 0 {
				list = append(list, team)
			}
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	var people []auth.Claims
	for n := range 10 {
		role := []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleSupervisor, audience.RoleColaborador, audience.RoleColaborador}[n%5]
		who := claims("acme", fmt.Sprint("p", n), role)
		w.user(t, "acme", who.Subject, role, some())
		people = append(people, who)
	}
	one := func() string { return people[r.IntN(len(people))].Subject }
	add := func(id, kind, pair, visit, team string) {
		w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, pair, visit_id, team_id, created_at, created_by, last_at, last_seq) VALUES ('acme', $1, $2, $3, $4, $5, $6, 'p0', $6, 5)`, id, kind, pair, visit, team, noon)
	}
	for n, team := range teams {
		add("team"+team, "team", "", "", team)
		add(fmt.Sprint("b", n), "broadcast", "", "", "")
	}
	for n := range 16 {
		visit, worker, team := fmt.Sprint("v", n), one(), ""
		switch r.IntN(4) {
		case 0:
			worker = ""
		case 1:
			worker = "former" // whom identity does not know
		}
		if r.IntN(2) == 0 {
			team = teams[r.IntN(len(teams))]
		}
		if n > 1 { // of the first two, activity knows nothing
			w.visit(t, "acme", visit, worker, team)
		}
		add("c"+visit, "visit", "", visit, "")
	}
	for n := range 15 {
		id, kind, pair := fmt.Sprint("m", n), "group", ""
		if n%3 == 0 {
			kind, pair = "private", fmt.Sprint("a", n, " b")
		}
		add(id, kind, pair, "", "")
	}
	// Rows of members are in all kinds: of the others than private and group they say nothing.
	w.exec(t, `INSERT INTO chat.member (id_empresa, conversation_id, user_id, role, joined_seq, left_seq)
SELECT 'acme', c.id, 'p' || n, CASE WHEN random() < 0.3 THEN 'owner' ELSE 'member' END, CASE WHEN c.kind = 'group' THEN floor(random() * 4) ELSE 0 END,
    CASE WHEN c.kind IN ('private', 'group') AND random() < 0.3 THEN 4 END FROM chat.conversation c, generate_series(0, 9) n WHERE random() < 0.4`)
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT id FROM chat.conversation WHERE id_empresa = 'acme' ORDER BY id`); err != nil {
		t.Fatal(err)
	}
	counts := map[int]int{}
	for _, keep := range []bool{false, true} {
		w.settings(t, person("boss"), decided(body{"keep_after_leaving": keep})).Is(t, http.StatusOK, "")
		for _, who := range people {
			list := w.get(t, who, "/v1/conversations?limit=1000").Is(t, http.StatusOK, "")
			listed := list.IDs(t, "conversations")
			slices.Sort(listed)
			listed = slices.DeleteFunc(listed, func(id string) bool { return keep && id[0] != 'm' })
			var found []string
			for _, id := range all {
				if keep && id[0] != 'm' { // the setting is about groups alone
					continue
				}
				a := w.get(t, who, "/v1/conversations/"+id)
				if a.Status != http.StatusOK {
					a.Is(t, http.StatusNotFound, "not_found")
					continue
				}
				found = append(found, id)
				for _, c := range list.Body["conversations"].([]any) {
					if c := c.(body); c["id"] == id && fmt.Sprint(c) != fmt.Sprint(with(a.Body, body{"$schema": nil})) {
						t.Errorf("%s: the list has %v, the conversation is %s", who.Subject, c, a.Text)
					}
				}
			}
			if !slices.Equal(listed, found) {
				t.Errorf("%s (%s), keep %t: lists %v, finds %v", who.Subject, who.Role, keep, listed, found)
			}
			counts[len(found)]++
		}
	}
	if len(counts) < 5 {
		t.Errorf("the people are too alike: %v", counts)
	}
}
