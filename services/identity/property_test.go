package identity

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/directory"
)

// Whatever is done to two companies with equal ids, and whoever does it at once: a directory that hears the news, and
// never loads again in this time, ends up with what the views say; and each company keeps an admin.
func TestTheDirectoryFollowsWhateverIsDone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	heard := w.directory
	w.url = w.replica(t)
	tokens := map[string]string{"acme": w.company(t, "acme"), "beta": w.company(t, "beta")}
	users, teams := []string{"admin", "u1", "u2", "u3"}, []string{"t1", "t2"}
	root := w.root(t)
	for company, token := range tokens {
		for _, id := range users[1:] {
			w.user(t, token, id, "colaborador")
		}
		for _, id := range teams {
			w.team(t, token, id)
		}
		// The one who acts is no one of those that are changed.
		w.user(t, token, "actor", "admin")
		tokens[company] = w.login(t, company, "actor").access
		apptest.Until(t, func() bool { _, ok := w.directory.User(company, "actor"); return ok })
	}
	one := func(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }
	some := func(rng *rand.Rand, from []string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(string) bool { return rng.IntN(2) == 0 })
	}
	done := make(chan error)
	for worker, company := range []string{"acme", "acme", "beta"} {
		go func() {
			rng := rand.New(rand.NewPCG(7, uint64(worker)))
			for range 30 {
				method, path, content := "PATCH", "/v1/users/"+one(rng, users), body{}
				switch rng.IntN(7) {
				case 0:
					content["role"] = one(rng, []string{"admin", "supervisor", "colaborador"})
				case 1:
					content["active"] = rng.IntN(2) == 0
				case 2:
					content["teams"] = some(rng, teams)
				case 3:
					content["name"] = fmt.Sprint("Persona ", rng.IntN(5))
				case 4:
					method, path = "POST", path+"/revoke"
				case 5:
					method, path, content = "PUT", "/v1/teams/"+one(rng, teams)+"/members", body{"users": some(rng, users)}
				case 6:
					method, path = "PUT", path+"/password"
					content["password"] = secret
				}
				a, err := w.try(t.Context(), method, path, tokens[company], content)
				if err != nil || a.Status >= 500 || a.Status == 401 {
					done <- fmt.Errorf("%s %s: %d %s: %w", method, path, a.Status, a.Text, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	w.send(t, "POST", "/v1/companies/beta/suspend", root, nil).Is(t, 200, "")

	apptest.Until(t, func() bool { return slices.Equal(w.viewed(t), known(heard, "acme", "beta")) })
	for company := range tokens {
		var admins int
		err := w.data.Admin(t).Get(&admins, `SELECT count(*) FROM identity.users WHERE id_empresa = $1 AND role = 'admin' AND active`, company)
		if err != nil || admins < 1 {
			t.Errorf("%s has %d admins (%v)", company, admins, err)
		}
	}
}

// viewed is what the views say of all companies, a line each.
func (w *world) viewed(t *testing.T) (lines []string) {
	t.Helper()
	type user struct {
		Company, ID, Role, Teams string
		Active                   bool
		From                     time.Time
		Version                  int64
	}
	var users []user
	var companies []string
	err := w.data.DB(t, "gateway").AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		if err := tx.Select(&users, `SELECT id_empresa AS company, id, role, array_to_string(teams, ' ') AS teams, active, tokens_valid_from AS from, version
FROM identity.v_directory_users WHERE id_empresa <> ''`); err != nil {
			return err
		}
		return tx.Select(&companies, `SELECT concat_ws(' ', id, suspended, version) FROM identity.v_directory_companies`)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		lines = append(lines, line(u.Company, u.ID, u.Role, u.Teams, u.Active, u.From, u.Version))
	}
	return slices.Sorted(slices.Values(append(lines, companies...)))
}

// known is the same as a directory knows it. A directory cannot be asked for all users: these are their ids.
func known(d *directory.Directory, companies ...string) (lines []string) {
	for _, company := range companies {
		for _, id := range []string{"admin", "actor", "u1", "u2", "u3"} {
			if u, ok := d.User(company, id); ok {
				lines = append(lines, line(company, u.ID, u.Role, strings.Join(u.Teams, " "), u.Active, u.TokensValidFrom, u.Version))
			}
		}
		if c, ok := d.Company(company); ok {
			lines = append(lines, fmt.Sprint(c.ID, " ", map[bool]string{true: "t", false: "f"}[c.Suspended], " ", c.Version))
		}
	}
	return slices.Sorted(slices.Values(lines))
}

func line(company, id, role, teams string, active bool, from time.Time, version int64) string {
	return fmt.Sprint(company, " ", id, " ", role, " [", teams, "] ", active, " ", from.UnixMilli(), " ", version)
}
