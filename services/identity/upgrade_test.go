package identity

import (
	"fmt"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

// schemaUntil is the schema as a version of identity provisioned it whose last migration begins with the given number.
func schemaUntil(t *testing.T, last string) db.Schema {
	t.Helper()
	all, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(all, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	some := fstest.MapFS{}
	for _, name := range names {
		if name[:len(last)] > last {
			continue
		}
		text, err := fs.ReadFile(all, name)
		if err != nil {
			t.Fatal(err)
		}
		some[name] = &fstest.MapFile{Data: text}
	}
	s := Schema
	s.Migrations = some
	return s
}

// During a rolling upgrade processes of the version before migration 0007 still run. They write who is in which team and do
// not know the column users.teams. Whenever they do it, the directory of the new version reads the right teams afterwards.
func TestAProcessOfTheOldVersionEditsTeamsDuringAnUpgrade(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, schemaUntil(t, "0006"))
	admin, old := data.Admin(t), data.DB(t, name)
	populated := `INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'Acme', 'UTC');
INSERT INTO identity.team (id_empresa, id, name) VALUES ('acme', 'norte', 'Norte'), ('acme', 'sur', 'Sur');`
	for i := range 6 {
		populated += fmt.Sprintf(`INSERT INTO identity.users (id_empresa, id, name, role) VALUES ('acme', 'u%d', 'U', 'colaborador');`, i)
	}
	if _, err := admin.Exec(populated); err != nil {
		t.Fatal(err)
	}
	edit := func(statements ...string) {
		t.Helper()
		err := old.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			for _, s := range statements {
				if _, err := tx.ExecContext(t.Context(), s); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(t.Context(), `UPDATE identity.users SET version = version + 1`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	upgrade := func(to db.Schema) {
		t.Helper()
		err := db.Provision(t.Context(), data.AdminDSN(), []db.Schema{to}, func(string) string { return "terreno-test" })
		if err != nil {
			t.Fatal(err)
		}
	}
	const join = `INSERT INTO identity.team_member (id_empresa, team_id, user_id) VALUES `
	const leave = `DELETE FROM identity.team_member WHERE (team_id, user_id) IN `
	edit(join + `('acme', 'norte', 'u0'), ('acme', 'norte', 'u1'), ('acme', 'norte', 'u2'), ('acme', 'norte', 'u3'), ('acme', 'sur', 'u3')`)
	upgrade(schemaUntil(t, "0007"))
	edit(leave+`(('norte', 'u1'), ('norte', 'u3'))`, join+`('acme', 'sur', 'u4'), ('acme', 'sur', 'u2')`)
	upgrade(Schema)
	check := func(when string, want ...string) {
		t.Helper()
		var read []string
		err := admin.Select(&read, `SELECT d.id || ' ' || d.teams::text FROM identity.v_directory_users d ORDER BY d.id`)
		if err != nil || !slices.Equal(read, want) {
			t.Errorf("%s: the directory reads %q, %v, want %q", when, read, err, want)
		}
	}
	check("edits between 0007 and 0008", "u0 {norte}", "u1 {}", "u2 {norte,sur}", "u3 {sur}", "u4 {sur}", "u5 {}")
	edit(leave+`(('norte', 'u0'), ('sur', 'u4'))`, join+`('acme', 'sur', 'u5'), ('acme', 'norte', 'u5')`)
	check("edits after the upgrade", "u0 {}", "u1 {}", "u2 {norte,sur}", "u3 {sur}", "u4 {}", "u5 {norte,sur}")
}
