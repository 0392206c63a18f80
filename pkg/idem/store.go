package idem

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
)

// Snippet creates the table: write {{idempotency_key}} in a migration. The body has type json and not jsonb, because
// jsonb does not keep the text as it was.
var Snippet = db.Snippet{Name: "idempotency_key", SQL: `
CREATE TABLE idempotency_key (
	id_empresa   text NOT NULL,
	user_id      text NOT NULL,
	key          text NOT NULL,
	request_hash text NOT NULL,
	status       integer,
	body         json,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (id_empresa, user_id, key)
);
CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);
{{protect "idempotency_key"}}
GRANT SELECT, INSERT, UPDATE (status, body) ON idempotency_key TO {{service}};
GRANT SELECT, DELETE ON idempotency_key TO {{worker}};
`}

type entry struct {
	Tenant      string
	User        string
	Key         string
	RequestHash string        `db:"request_hash"`
	Status      sql.NullInt32 `db:"status"`
	Body        []byte        `db:"body"`
}

func table(schema string) string { return pq.QuoteIdentifier(schema) + ".idempotency_key" }

// claim inserts the key. If another transaction has inserted it and is not finished, PostgreSQL makes this one wait for
// its end.
func claim(ctx context.Context, tx *sqlx.Tx, schema string, e entry) (isNew bool, err error) {
	result, err := tx.ExecContext(ctx, `
		INSERT INTO `+table(schema)+` (id_empresa, user_id, key, request_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id_empresa, user_id, key) DO NOTHING`, e.Tenant, e.User, e.Key, e.RequestHash)
	if err != nil {
		return false, fmt.Errorf("claim an idempotency key: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("claim an idempotency key: %w", err)
	}
	return n == 1, nil
}

func load(ctx context.Context, tx *sqlx.Tx, schema string, e entry) (entry, error) {
	err := tx.GetContext(ctx, &e, `
		SELECT request_hash, status, body FROM `+table(schema)+`
		WHERE id_empresa = $1 AND user_id = $2 AND key = $3`, e.Tenant, e.User, e.Key)
	if err != nil {
		return entry{}, fmt.Errorf("load the answer of an idempotency key: %w", err)
	}
	return e, nil
}

func store(ctx context.Context, tx *sqlx.Tx, schema string, e entry, status int, body json.RawMessage) error {
	var text sql.NullString
	if body != nil {
		text = sql.NullString{String: string(body), Valid: true}
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE `+table(schema)+` SET status = $4, body = $5
		WHERE id_empresa = $1 AND user_id = $2 AND key = $3`, e.Tenant, e.User, e.Key, status, text)
	if err != nil {
		return fmt.Errorf("store the answer of an idempotency key: %w", err)
	}
	return nil
}

func removeOlder(ctx context.Context, tx *sqlx.Tx, schema string, before time.Time, limit int) (int64, error) {
	result, err := tx.ExecContext(ctx, `
		DELETE FROM `+table(schema)+` WHERE ctid IN (
			SELECT ctid FROM `+table(schema)+` WHERE created_at < $1 LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("remove old idempotency keys: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("remove old idempotency keys: %w", err)
	}
	return n, nil
}
