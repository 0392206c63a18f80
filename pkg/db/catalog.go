package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// crossTenant is the start of the comment on a table or view that all companies share on purpose.
const crossTenant = "cross-tenant: "

// CheckCatalog reads the catalog of a provisioned database and returns all violations of the rules in the package comment:
// whatever lets one company see the rows of another, or gives a service more rights than its roles should have. An empty
// list means that the database is in order. adminDB must be connected as an administrator.
func CheckCatalog(ctx context.Context, adminDB *sqlx.DB, schemas []Schema) ([]string, error) {
	var names, logins, owners, workers, switches []string
	for _, s := range schemas {
		names = append(names, s.Name)
		logins = append(logins, Role(s.Service))
		owners = append(owners, OwnerRole(s.Service))
		workers = append(workers, WorkerRole(s.Service))
		switches = append(switches, switchRole(s.Service))
	}
	var violations []string
	for _, check := range catalogChecks {
		var found []string
		err := adminDB.SelectContext(ctx, &found, catalogPrelude+check.sql,
			pq.Array(names), pq.Array(logins), pq.Array(owners), pq.Array(workers), pq.Array(switches))
		if err != nil {
			return nil, fmt.Errorf("check the catalog for %s: %w", check.about, err)
		}
		violations = append(violations, found...)
	}
	return violations, nil
}

// catalogPrelude defines three tables for the checks. svc lists the schemas. rel lists the relations in them. granted lists
// every relation on which a role other than its owner has a right, on the whole relation or on a column.
const catalogPrelude = `
WITH svc AS (
	SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS s(name, login, owner, worker, change)
), rel AS (
	SELECT c.*, s.*, format('%s.%s', s.name, c.relname) AS label, pg_get_userbyid(c.relowner) AS has_owner,
	       coalesce(obj_description(c.oid, 'pg_class') LIKE '` + crossTenant + `_%', false) AS cross_tenant,
	       (SELECT a.attnotnull FROM pg_attribute a
	        WHERE a.attrelid = c.oid AND a.attname = 'id_empresa' AND NOT a.attisdropped) AS tenant_not_null
	FROM svc s JOIN pg_namespace n ON n.nspname = s.name JOIN pg_class c ON c.relnamespace = n.oid
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
), granted AS (
	SELECT c.oid FROM pg_class c, aclexplode(c.relacl) g WHERE g.grantee <> c.relowner
	UNION
	SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) g
	WHERE g.grantee <> c.relowner
)`

var catalogChecks = []struct{ about, sql string }{
	{"powerful roles", `
		SELECT format('role %s has %s', r.rolname, v.attribute)
		FROM svc, pg_roles r, LATERAL (VALUES ('SUPERUSER', r.rolsuper), ('BYPASSRLS', r.rolbypassrls),
			('CREATEROLE', r.rolcreaterole), ('CREATEDB', r.rolcreatedb), ('REPLICATION', r.rolreplication),
			('LOGIN', r.rolcanlogin AND r.rolname <> svc.login)) AS v(attribute, has)
		WHERE v.has AND r.rolname IN (svc.login, svc.owner, svc.worker, svc.change)`},
	{"memberships", `
		SELECT format('role %s can become %s', a.login, r.rolname)
		FROM svc a, svc b, pg_roles r
		WHERE r.rolname IN (b.owner, b.worker, b.login) AND r.rolname NOT IN (a.login, a.worker)
		  AND pg_has_role(a.login, r.oid, 'MEMBER')
		UNION ALL
		SELECT format('role %s has the rights of %s without switching to it', r.rolname, a.worker)
		FROM svc a, pg_roles r
		WHERE r.rolname IN (a.login, a.owner) AND pg_has_role(r.oid, a.worker, 'USAGE')`},
	{"schemas", `
		SELECT format('schema %s belongs to %s, not to %s', s.name, coalesce(pg_get_userbyid(n.nspowner), 'nobody'), s.owner)
		FROM svc s LEFT JOIN pg_namespace n ON n.nspname = s.name
		WHERE s.name <> '' AND pg_get_userbyid(n.nspowner) IS DISTINCT FROM s.owner`},
	{"owners", `
		SELECT format('%s belongs to %s, not to %s', label, has_owner, owner) FROM rel
		WHERE has_owner <> owner AND NOT (relkind = 'v' AND has_owner = worker AND cross_tenant)
		UNION ALL
		SELECT format('%s.%s belongs to the login role %s', c.relnamespace::regnamespace, c.relname, s.login)
		FROM pg_class c JOIN svc s ON pg_get_userbyid(c.relowner) = s.login
		WHERE c.relpersistence <> 't' AND c.relnamespace::regnamespace::text NOT IN (SELECT name FROM svc)`},
	{"tenant tables", `
		SELECT format('table %s has id_empresa and %s', label, v.problem)
		FROM rel, LATERAL (VALUES ('row-level security is not enabled', NOT relrowsecurity),
			('row-level security is not forced', NOT relforcerowsecurity),
			('it may be null', NOT tenant_not_null)) AS v(problem, holds)
		WHERE tenant_not_null IS NOT NULL AND relkind IN ('r', 'p', 'f') AND NOT relispartition AND v.holds`},
	{"tables without a tenant", `
		SELECT format('table %s is open to others, has no id_empresa and no comment "` + crossTenant + `why"', label)
		FROM rel WHERE tenant_not_null IS NULL AND relkind IN ('r', 'p', 'f') AND NOT cross_tenant
		  AND NOT relispartition AND oid IN (SELECT oid FROM granted)`},
	{"partitions", `
		SELECT format('partition %s has grants: it does not inherit row-level security', label)
		FROM rel WHERE relispartition AND relkind IN ('r', 'p', 'f') AND oid IN (SELECT oid FROM granted)`},
	{"policies", `
		SELECT format('policy %s on %s shows more than the tenant to %s', p.polname, rel.label,
		              CASE role WHEN 0 THEN 'everyone' ELSE pg_get_userbyid(role) END)
		FROM rel JOIN pg_policy p ON p.polrelid = rel.oid, unnest(p.polroles) AS role
		WHERE p.polpermissive AND (role = 0 OR pg_get_userbyid(role) <> rel.worker)
		  AND EXISTS (SELECT FROM unnest(ARRAY[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)]) AS e
		              WHERE e LIKE '% OR %' OR strpos(e,
		                '(id_empresa = NULLIF(current_setting(''terreno.tenant''::text, true), ''''::text))') = 0)`},
	{"views", `
		SELECT format('materialized view %s cannot obey the tenant and has no comment "` + crossTenant + `why"', label)
		FROM rel WHERE relkind = 'm' AND NOT cross_tenant`},
	{"functions", `
		SELECT format('security definer function %s %s', f.oid::regprocedure, v.problem)
		FROM svc s JOIN pg_namespace n ON n.nspname = s.name JOIN pg_proc f ON f.pronamespace = n.oid,
			LATERAL (VALUES ('belongs to ' || pg_get_userbyid(f.proowner), pg_get_userbyid(f.proowner) <> s.owner),
				('sets no search_path', NOT coalesce(f.proconfig::text LIKE '%search_path=%', false)),
				('may be called by everyone', EXISTS (
					SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g
					WHERE g.grantee = 0 AND g.privilege_type = 'EXECUTE'))) AS v(problem, holds)
		WHERE f.prosecdef AND v.holds`},
}
