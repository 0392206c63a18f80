package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
)

// ensureTemplate returns the name of the template database of the schemas. It creates the database if it does not exist. A
// template gets its final name only when it is complete. An advisory lock keeps the other test processes of the cluster
// from creating the same template.
func ensureTemplate(ctx context.Context, admin *sqlx.DB, cluster string, schemas []db.Schema) (string, error) {
	if len(schemas) == 0 {
		return "template1", nil
	}
	h := sha256.New()
	for _, s := range schemas {
		fingerprint, err := s.Fingerprint()
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintln(h, fingerprint)
	}
	sum := h.Sum(nil)
	name := "terreno_template_" + hex.EncodeToString(sum[:10])

	c, err := admin.Connx(ctx)
	if err != nil {
		return "", fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = c.Close() }()
	lock := int64(binary.BigEndian.Uint64(sum))
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lock); err != nil {
		return "", fmt.Errorf("wait for the template: %w", err)
	}
	defer func() { _, _ = c.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lock) }()
	var there bool
	if err := c.GetContext(ctx, &there, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name); err != nil || there {
		return name, err
	}
	return name, makeTemplate(ctx, c, cluster, name, schemas)
}

func makeTemplate(ctx context.Context, c *sqlx.Conn, cluster, name string, schemas []db.Schema) error {
	raw := name + "_new"
	for _, statement := range []string{
		`DROP DATABASE IF EXISTS ` + raw + ` WITH (FORCE)`,
		`CREATE DATABASE ` + raw,
	} {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("create the database: %w", err)
		}
	}
	dsn, err := db.WithDatabase(cluster, raw)
	if err != nil {
		return err
	}
	if err := db.Provision(ctx, dsn, schemas, func(string) string { return password }); err != nil {
		return err
	}
	for _, statement := range []string{
		// PostgreSQL cannot copy a database to which somebody is connected, so nobody may connect from now on.
		`ALTER DATABASE ` + raw + ` ALLOW_CONNECTIONS false`,
		`ALTER DATABASE ` + raw + ` RENAME TO ` + name,
	} {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("give the database its final name: %w", err)
		}
	}
	return nil
}
