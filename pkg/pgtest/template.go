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

// ensureTemplate returns the template database of the schemas. It has its final name only when it is whole; the lock is
// for the other test processes of the cluster.
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
			return fmt.Errorf("begin it: %w", err)
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
		// Nobody connects to it any more: a copy fails while somebody does.
		`ALTER DATABASE ` + raw + ` ALLOW_CONNECTIONS false`,
		`ALTER DATABASE ` + raw + ` RENAME TO ` + name,
	} {
		if _, err := c.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("finish it: %w", err)
		}
	}
	return nil
}
