package db_test

import (
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestCatalogOfASoundSchemaIsClean(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	if found, err := db.CheckCatalog(t.Context(), d.Admin(t), atlasSchemas()); err != nil || len(found) > 0 {
		t.Errorf("found %q, %v", found, err)
	}
}

// Each statement breaks one rule, as a mistaken migration or a hurried administrator would.
func TestCatalogFinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ breaks, want string }{
		"no row-level security": {
			`CREATE TABLE atlas.bare (id_empresa text NOT NULL); ALTER TABLE atlas.bare OWNER TO $owner`,
			"table atlas.bare has id_empresa and row-level security is not enabled",
		},
		"not forced":      {`ALTER TABLE atlas.place NO FORCE ROW LEVEL SECURITY`, "is not forced"},
		"a null tenant":   {`ALTER TABLE atlas.visit ALTER id_empresa DROP NOT NULL`, "it may be null"},
		"partition open":  {`GRANT SELECT ON atlas.visit_2026 TO $service`, "partition atlas.visit_2026 has grants"},
		"partition part":  {`GRANT SELECT (day) ON atlas.visit_2026 TO $service`, "partition atlas.visit_2026 has grants"},
		"no tenant":       {`CREATE TABLE atlas.free (); ALTER TABLE atlas.free OWNER TO $owner; GRANT SELECT ON atlas.free TO $service`, "table atlas.free is open to others"},
		"superuser":       {`ALTER ROLE $service SUPERUSER`, "role $service has SUPERUSER"},
		"bypass":          {`ALTER ROLE $worker BYPASSRLS`, "role $worker has BYPASSRLS"},
		"owner logs in":   {`ALTER ROLE $owner LOGIN`, "role $owner has LOGIN"},
		"login owns":      {`ALTER TABLE atlas.place OWNER TO $service`, "atlas.place belongs to $service"},
		"owns elsewhere":  {`CREATE TABLE public.mine (); ALTER TABLE public.mine OWNER TO $service`, "public.mine belongs to the login role $service"},
		"schema owner":    {`ALTER SCHEMA atlas OWNER TO $service`, "schema atlas belongs to $service"},
		"becomes owner":   {`GRANT $owner TO $service`, "role $service can become $owner"},
		"becomes another": {`GRANT terreno_neighbour_worker TO $service`, "role $service can become terreno_neighbour_worker"},
		"worker unasked":  {`GRANT $worker TO $service`, "has the rights of $worker without switching"},
		"open policy":     {`CREATE POLICY more ON atlas.place TO $service USING (true)`, "policy more on atlas.place shows more than the tenant to $service"},
		"or policy": {
			`CREATE POLICY more ON atlas.place USING (id_empresa = nullif(current_setting('terreno.tenant', true), '') OR id = 'x')`,
			"shows more than the tenant to everyone",
		},
		"admin's view":     {`CREATE VIEW atlas.all AS SELECT * FROM atlas.place`, "atlas.all belongs to postgres"},
		"undeclared view":  {`ALTER VIEW atlas.v_places OWNER TO $worker`, "atlas.v_places belongs to $worker"},
		"matview":          {`CREATE MATERIALIZED VIEW atlas.m AS SELECT 1; ALTER MATERIALIZED VIEW atlas.m OWNER TO $owner`, "materialized view atlas.m"},
		"definer":          {`CREATE FUNCTION atlas.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`, "security definer function atlas.f() belongs to postgres"},
		"definer for all":  {`CREATE FUNCTION atlas.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`, "may be called by everyone"},
		"definer's search": {`CREATE FUNCTION atlas.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`, "sets no search_path"},
		"missing schema":   {`DROP SCHEMA atlas CASCADE`, "schema atlas belongs to nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := pgtest.New(t)
			// This test has its own roles and drops them at its end: roles belong to the cluster, and some become
			// dangerous here.
			service := newService()
			schemas := []db.Schema{schema(service, "atlas", atlas), {Service: "neighbour"}}
			provision(t, d, schemas...)
			names := strings.NewReplacer("$owner", db.OwnerRole(service), "$service", db.Role(service), "$worker", db.WorkerRole(service))
			mustExec(t, d.Admin(t), names.Replace(test.breaks))
			found, err := db.CheckCatalog(t.Context(), d.Admin(t), schemas)
			if want := names.Replace(test.want); err != nil || !strings.Contains(strings.Join(found, "\n"), want) {
				t.Errorf("found %q, %v; want %q", found, err, want)
			}
		})
	}
}

func TestCatalogAcceptsSafeDefiners(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	schemas := []db.Schema{schema(newService(), "atlas", atlas, `
		CREATE FUNCTION more_days() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = atlas, pg_temp AS 'SELECT';
		REVOKE EXECUTE ON FUNCTION more_days() FROM PUBLIC;
		GRANT EXECUTE ON FUNCTION more_days() TO {{service}};
		CREATE TABLE world (id text); COMMENT ON TABLE world IS 'cross-tenant: the same for all';
		GRANT SELECT ON world TO {{reader}};`)}
	provision(t, d, schemas...)
	if found, err := db.CheckCatalog(t.Context(), d.Admin(t), schemas); err != nil || len(found) > 0 {
		t.Errorf("found %q, %v", found, err)
	}
}
