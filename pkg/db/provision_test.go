package db_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
)

const notes = `CREATE TABLE note (id_empresa text NOT NULL, text text);
{{protect "note"}}
GRANT SELECT, INSERT ON note TO {{service}};`

func TestProvisionIsRepeatable(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	service := newService()
	first := schema(service, "notes", notes)
	provision(t, d, first)
	provision(t, d, first)
	provision(t, d, schema(service, "notes", notes, `ALTER TABLE note ADD COLUMN author text;`))

	var versions []int
	if err := d.Admin(t).Select(&versions, `SELECT version FROM notes.schema_migration ORDER BY version`); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(versions) != "[1 2]" {
		t.Errorf("recorded %v", versions)
	}
	if err := db.Provision(t.Context(), d.AdminDSN(), []db.Schema{first}, nil); err == nil ||
		!strings.Contains(err.Error(), "the program is older") {
		t.Errorf("an older program: %v", err)
	}
}

func TestProvisionRefusesAChangedMigration(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	s := schema(newService(), "notes", notes+" SELECT {{addition}};")
	s.Snippets = []db.Snippet{{Name: "addition", SQL: "'{{owner}}'"}}
	provision(t, d, s)
	crlf := schema(s.Service, "notes", strings.ReplaceAll(notes, "\n", "\r\n")+" SELECT {{addition}};")
	crlf.Snippets = s.Snippets
	provision(t, d, crlf)

	text := schema(s.Service, "notes", notes+" SELECT {{addition}}; SELECT 1;")
	text.Snippets = s.Snippets
	snippet := s
	snippet.Snippets = []db.Snippet{{Name: "addition", SQL: "'another'"}}
	for what, changed := range map[string]db.Schema{"text": text, "snippet": snippet} {
		err := db.Provision(t.Context(), d.AdminDSN(), []db.Schema{changed}, nil)
		if err == nil || !strings.Contains(err.Error(), "0001_step.sql was changed") {
			t.Errorf("changed %s: %v", what, err)
		}
	}
}

// Two databases share the roles of the cluster. Neither the lock nor the transaction of one keeps out the other.
func TestProvisionsAtOnce(t *testing.T) {
	t.Parallel()
	databases := []*pgtest.Database{pgtest.New(t), pgtest.New(t)}
	schemas := []db.Schema{schema(newService(), "notes", notes), schema(newService(), "more", notes)}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			err := db.Provision(t.Context(), databases[i%2].AdminDSN(), schemas, func(string) string { return "secret" })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, d := range databases {
		if found, err := db.CheckCatalog(t.Context(), d.Admin(t), schemas); err != nil || len(found) > 0 {
			t.Errorf("catalog: %q, %v", found, err)
		}
	}
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	t.Parallel()
	service := newService()
	for name, test := range map[string]struct{ text, want string }{
		"error":        {notes + "INSERT INTO nowhere VALUES (1);", `relation "nowhere" does not exist`},
		"commit":       {notes + "COMMIT; CREATE TABLE theirs ();", "it ends its transaction"},
		"macro":        {`{{protekt "note"}}`, `"protekt" not defined`},
		"injection":    {`{{protect "note; DROP TABLE x"}}`, "not a table's name"},
		"wrong tenant": {notes + "INSERT INTO note VALUES ('acme');", "row-level security"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := pgtest.New(t)
			err := db.Provision(t.Context(), d.AdminDSN(), []db.Schema{schema(service, "notes", test.text)}, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if name == "commit" {
				return // It is too late for this one: the migration is refused before it is recorded.
			}
			provision(t, d, schema(service, "notes", notes))
		})
	}
}

func TestMigrationNames(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	bad := map[string]db.Schema{
		"a gap":            {Name: "notes", Service: "notes", Migrations: files("0001_a.sql", "0003_b.sql")},
		"a number twice":   {Name: "notes", Service: "notes", Migrations: files("0001_a.sql", "0001_b.sql")},
		"no number":        {Name: "notes", Service: "notes", Migrations: files("first.sql")},
		"schema public":    {Name: "public", Service: "notes"},
		"an odd service":   {Name: "notes", Service: `x"; DROP ROLE postgres`},
		"nowhere to go":    {Service: "notes", Migrations: files("0001_a.sql")},
		"an odd snippet":   {Name: "notes", Service: "notes", Snippets: []db.Snippet{{Name: "out-box"}}},
		"another's schema": {Name: "pg_toast", Service: "notes"},
	}
	for name, s := range bad {
		if err := db.Provision(t.Context(), d.AdminDSN(), []db.Schema{s}, nil); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// A managed PostgreSQL gives nobody a superuser. The test has its own server, because from version 16 on the
// administrator must have created terreno_reader itself.
func TestProvisionWithoutSuperuser(t *testing.T) {
	t.Parallel()
	d := pgtest.On(t, pgtest.NewServer(t))
	admin := "admin_" + newService()
	mustExec(t, d.Admin(t), `CREATE ROLE `+admin+` LOGIN CREATEROLE PASSWORD 'terreno-test'`)
	mustExec(t, d.Admin(t), `GRANT CREATE ON DATABASE "`+d.Name+`" TO `+admin)
	schemas := []db.Schema{schema(newService(), "atlas", atlas)}
	for range 2 {
		if err := db.Provision(t.Context(), d.DSN(admin), schemas, func(string) string { return "terreno-test" }); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := db.CheckCatalog(t.Context(), d.Admin(t), schemas); err != nil || len(found) > 0 {
		t.Errorf("catalog: %q, %v", found, err)
	}
	if err := insertPlace(t.Context(), d.DB(t, schemas[0].Service), "acme", "p1"); err != nil {
		t.Error(err)
	}
}

func TestPasswordsOpenTheDoorOverTCP(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	d := pgtest.On(t, s)
	for _, password := range []string{"one", `a 'quoted" \ one`} {
		if err := db.Provision(t.Context(), d.AdminDSN(), atlasSchemas(), func(string) string { return password }); err != nil {
			t.Fatal(err)
		}
		for tried, opens := range map[string]bool{password: true, password + "x": false} {
			u := url.URL{Scheme: "postgres", Host: fmt.Sprintf("127.0.0.1:%d", s.Port), Path: "/" + d.Name, RawQuery: "sslmode=disable"}
			dsn, err := db.WithUser(u.String(), db.Role("neighbour"), tried)
			if err != nil {
				t.Fatal(err)
			}
			pool, err := db.Open(t.Context(), dsn, db.Options{})
			if (err == nil) != opens {
				t.Errorf("password %q: %v", tried, err)
			}
			if err == nil {
				_ = pool.Close()
			}
		}
	}
	if err := db.Provision(t.Context(), d.AdminDSN(), atlasSchemas(), func(string) string { return "señal" }); err == nil {
		t.Error("a password that needs SASLprep is accepted")
	}
}

func TestProvisionRefusesPowerfulRoles(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	service := newService()
	mustExec(t, d.Admin(t), `CREATE ROLE `+db.OwnerRole(service)+` BYPASSRLS`)
	err := db.Provision(t.Context(), d.AdminDSN(), []db.Schema{schema(service, "notes", notes)}, nil)
	if err == nil || !strings.Contains(err.Error(), "above row-level security") {
		t.Errorf("got %v", err)
	}
}

func TestProvisionNeedsADatabase(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := db.Provision(t.Context(), s.DSN(pg.Superuser, "postgres"), atlasSchemas(), nil)
	if !db.IsUnavailable(err) {
		t.Errorf("got %v", err)
	}
	err = db.Provision(t.Context(), "postgres://u:secret@[broken/x", atlasSchemas(), nil)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestDataMigrationAsWorker(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	service := newService()
	provision(t, d, schema(service, "atlas", atlas))
	pool := d.DB(t, service)
	if err := insertPlace(t.Context(), pool, "acme", "p1"); err != nil {
		t.Fatal(err)
	}
	provision(t, d, schema(service, "atlas", atlas,
		`SET LOCAL ROLE {{worker}}; UPDATE place SET note = 'moved'; SET LOCAL ROLE {{owner}};`,
		`SET LOCAL ROLE {{worker}}; UPDATE place SET note = note || '!';`))
	got, err := texts(t.Context(), pool, "acme", `SELECT note FROM atlas.place`)
	if err != nil || len(got) != 1 || got[0] != "moved!" {
		t.Errorf("got %q, %v", got, err)
	}
}
