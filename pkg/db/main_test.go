package db_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// atlas is a service like those of Terreno: it has a plain tenant table, a partitioned one, a view for other services,
// and a view of all companies.
const atlas = `
CREATE TABLE place (
	id_empresa text NOT NULL,
	id         text NOT NULL,
	note       text NOT NULL DEFAULT '' CHECK (note <> 'refused'),
	PRIMARY KEY (id_empresa, id)
);
{{protect "place"}}
GRANT SELECT, INSERT, UPDATE, DELETE ON place TO {{service}}, {{worker}};

CREATE TABLE visit (
	id_empresa text NOT NULL,
	day        date NOT NULL
) PARTITION BY RANGE (day);
{{protect "visit"}}
GRANT SELECT, INSERT ON visit TO {{service}}, {{worker}};
CREATE TABLE visit_2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

CREATE VIEW v_places AS SELECT id_empresa, id FROM place;
GRANT SELECT ON v_places TO {{reader}};
CREATE VIEW v_directory AS SELECT id_empresa, id FROM place;
{{publish_across_tenants "v_directory" "every service's copy of the directory"}}
`

func schema(service, name string, migrations ...string) db.Schema {
	files := fstest.MapFS{}
	for i, text := range migrations {
		files["migrations/000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return db.Schema{Name: name, Service: service, Migrations: files}
}

// atlasSchemas returns the schema of the service, and that of a neighbour that only reads.
func atlasSchemas() []db.Schema {
	return []db.Schema{schema("atlas-writer", "atlas", atlas), {Service: "neighbour"}}
}

// newService returns a name that no other test uses, because roles belong to the whole cluster.
func newService() string { return "t" + strings.ToLower(rand.Text()[:12]) }

func provision(t *testing.T, d *pgtest.Database, schemas ...db.Schema) {
	t.Helper()
	if err := db.Provision(t.Context(), d.AdminDSN(), schemas, nil); err != nil {
		t.Fatal(err)
	}
}

func mustExec(t *testing.T, d *sqlx.DB, statement string) {
	t.Helper()
	if _, err := d.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// texts returns the first column of a query in a company's transaction.
func texts(ctx context.Context, d *db.DB, tenant, query string) (got []string, err error) {
	err = d.InTenant(ctx, tenant, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &got, query) })
	return got, err
}

func insertPlace(ctx context.Context, d *db.DB, tenant, id string) error {
	return d.InTenant(ctx, tenant, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO atlas.place (id_empresa, id) VALUES ($1, $2)`, tenant, id)
		return err
	})
}

func files(names ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, name := range names {
		m[name] = &fstest.MapFile{Data: []byte("SELECT 1;")}
	}
	return m
}
