package db

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// Schema describes what Provision creates for one service: its schema, its roles and its tables.
type Schema struct {
	// Name of the schema. If it is empty, the service owns no data and only reads what other services publish.
	Name string
	// Service is the name of the service that owns the schema. The roles are named after it.
	Service string
	// Migrations holds NNNN_name.sql files, in any folder.
	Migrations fs.FS
	// Snippets are texts that migrations include by name. They create the tables that a shared package needs, such as the
	// outbox.
	Snippets []Snippet
}

// Snippet is a piece of a migration that several schemas share. Like a migration, it is a template, and it must never
// change after its first use: write a second snippet instead.
type Snippet struct{ Name, SQL string }

type migration struct {
	version                 int
	name, text, fingerprint string
}

var (
	schemaName    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	migrationName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)
)

// check reports mistakes in a schema before Provision changes the database.
func (s Schema) check() error {
	if !serviceName.MatchString(s.Service) {
		return fmt.Errorf("service %q: the name must match %s", s.Service, serviceName)
	}
	for _, snippet := range s.Snippets {
		if !relationName.MatchString(snippet.Name) {
			return fmt.Errorf("snippet %q of %s: the name must match %s", snippet.Name, s.Service, relationName)
		}
	}
	switch {
	case s.Name == "" && s.Migrations != nil:
		return fmt.Errorf("service %s has migrations and no schema", s.Service)
	case s.Name == "":
		return nil
	case !schemaName.MatchString(s.Name), strings.HasPrefix(s.Name, "pg_"), s.Name == "public":
		return fmt.Errorf("schema %q of %s: the name must match %s and not be the server's", s.Name, s.Service, schemaName)
	}
	return nil
}

// migrations returns the expanded migrations in order.
func (s Schema) migrations() ([]migration, error) {
	if s.Migrations == nil {
		return nil, nil
	}
	var all []migration
	err := fs.WalkDir(s.Migrations, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".sql" {
			return err
		}
		m, err := s.migration(file)
		all = append(all, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the migrations of %s: %w", s.Name, err)
	}
	slices.SortFunc(all, func(a, b migration) int { return a.version - b.version })
	for i, m := range all {
		if m.version != i+1 {
			return nil, fmt.Errorf("migrations of %s: %s comes where %04d should", s.Name, m.name, i+1)
		}
	}
	return all, nil
}

func (s Schema) migration(file string) (migration, error) {
	match := migrationName.FindStringSubmatch(path.Base(file))
	if match == nil {
		return migration{}, fmt.Errorf("%s: the name must match %s", file, migrationName)
	}
	version, err := strconv.Atoi(match[1])
	if err != nil {
		return migration{}, fmt.Errorf("read the number of %s: %w", file, err)
	}
	raw, err := fs.ReadFile(s.Migrations, file)
	if err != nil {
		return migration{}, fmt.Errorf("read migration: %w", err)
	}
	text, err := s.expand(path.Base(file), strings.ReplaceAll(string(raw), "\r\n", "\n"))
	if err != nil {
		return migration{}, err
	}
	sum := sha256.Sum256([]byte(text))
	return migration{version, path.Base(file), text, hex.EncodeToString(sum[:])}, nil
}

func (s Schema) expand(name, text string) (string, error) {
	t, err := template.New(name).Funcs(s.macros()).Parse(text)
	if err != nil {
		return "", fmt.Errorf("expand migration: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, nil); err != nil {
		return "", fmt.Errorf("expand migration: %w", err)
	}
	return b.String(), nil
}

func (s Schema) macros() template.FuncMap {
	m := template.FuncMap{
		"schema":  func() string { return s.Name },
		"owner":   func() string { return OwnerRole(s.Service) },
		"service": func() string { return Role(s.Service) },
		"worker":  func() string { return WorkerRole(s.Service) },
		"reader":  func() string { return ReaderRole },

		"protect":                s.protect,
		"publish_across_tenants": s.publishAcrossTenants,
	}
	for _, snippet := range s.Snippets {
		m[snippet.Name] = func() (string, error) {
			inner := s
			inner.Snippets = nil
			return inner.expand("snippet "+snippet.Name, snippet.SQL)
		}
	}
	return m
}

var relationName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// tenantOnly is the condition of the row-level policies. nullif is needed because, after a session has set a setting once,
// PostgreSQL resets it to the empty string and not to null.
const tenantOnly = `id_empresa = nullif(current_setting('terreno.tenant', true), '')`

func (s Schema) protect(table string) (string, error) {
	if !relationName.MatchString(table) {
		return "", fmt.Errorf("protect %q: not a table's name", table)
	}
	return expandNames(`ALTER TABLE $schema.$relation ENABLE ROW LEVEL SECURITY;
ALTER TABLE $schema.$relation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON $schema.$relation TO $service, $owner
    USING (`+tenantOnly+`) WITH CHECK (`+tenantOnly+`);
CREATE POLICY worker ON $schema.$relation TO $worker USING (true) WITH CHECK (true);`, s, table), nil
}

// publishAcrossTenants makes the worker the owner of the view, because the worker's policy shows it all rows. The comment on
// the view declares this to CheckCatalog. The schema's owner cannot grant rights on the view afterwards, so the text
// includes the grant.
func (s Schema) publishAcrossTenants(view, why string) (string, error) {
	if !relationName.MatchString(view) || strings.TrimSpace(why) == "" {
		return "", fmt.Errorf("publish %q across tenants: needs a view's name and a reason", view)
	}
	return expandNames(`COMMENT ON VIEW $schema.$relation IS '`+crossTenant+strings.ReplaceAll(why, "'", "''")+`';
GRANT SELECT ON $schema.$relation TO `+ReaderRole+`;
GRANT CREATE ON SCHEMA $schema TO $worker;
ALTER VIEW $schema.$relation OWNER TO $worker;
REVOKE CREATE ON SCHEMA $schema FROM $worker;`, s, view), nil
}

func expandNames(text string, s Schema, relation string) string {
	return strings.NewReplacer("$schema", s.Name, "$relation", relation, "$owner", OwnerRole(s.Service),
		"$service", Role(s.Service), "$worker", WorkerRole(s.Service)).Replace(text)
}

// Fingerprint returns a hash that changes when the schema's roles or migrations change. Tests name their template databases
// after it.
func (s Schema) Fingerprint() (string, error) {
	if err := s.check(); err != nil {
		return "", err
	}
	all, err := s.migrations()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s %s\n", s.Name, s.Service)
	for _, m := range all {
		_, _ = fmt.Fprintln(h, m.name, m.fingerprint)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
