package change

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
)

// LogSnippet creates the log of a schema's changes: write {{change_log}} in a migration. Nobody may alter a row. Nobody may
// delete a row before its time, not even the worker. Other services read the view, on behalf of a company.
var LogSnippet = db.Snippet{Name: "change_log", SQL: `
CREATE TABLE change_log (
	id_empresa text NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	made_at    timestamptz NOT NULL DEFAULT now(), -- wall time
	made_by    text NOT NULL,
	address    text NOT NULL,
	what       text NOT NULL,
	entity     text NOT NULL,
	before     json,
	after      json,
	PRIMARY KEY (id_empresa, id)
);
CREATE INDEX change_log_by_time ON change_log (id_empresa, made_at, id);
CREATE INDEX change_log_by_age ON change_log (made_at);
{{protect "change_log"}}
CREATE POLICY kept ON change_log AS RESTRICTIVE FOR DELETE TO {{worker}} USING (made_at < now() - interval '700 days');
GRANT SELECT, INSERT ON change_log TO {{service}};
GRANT SELECT, INSERT, DELETE ON change_log TO {{worker}};
CREATE VIEW v_changes AS SELECT c.id_empresa, c.id, c.made_at, c.made_by, c.address, c.what, c.entity, c.before, c.after FROM change_log c;
GRANT SELECT ON v_changes TO {{reader}};
`}

const (
	// LogKept is how long the log keeps a row. The database lets nobody delete a row much earlier.
	LogKept = 730 * 24 * time.Hour
	// maxLogged limits the length of each of the two texts, Before and After. The log leaves out longer
	// text and records its length.
	maxLogged = 32 << 10
	// pruneAtOnce is how many rows one transaction of PruneLog deletes at most. It keeps each transaction short.
	pruneAtOnce = 5000
)

// Logged is one effect of a change, as the admins of the company read it.
type Logged struct {
	// What names the kind of thing and what happened to it, for example user.changed.
	What string
	// Entity is the kind of thing and its id, for example user/ana.
	Entity string
	// Before and After are written as JSON, so they must hold no secret. Each is nil when there is nothing to write.
	Before, After any
	// By names who did it, when that is not the change's By.
	By string
}

// Log adds rows to the log of who changed what, one for each effect and in their order. It writes in the change's transaction,
// so the rows exist if and only if the change does. Their address is that of the request (httpx.ClientAddress).
func (c *Change) Log(effects ...Logged) error {
	var by, what, entities []string
	var befores, afters []*string
	for _, l := range effects {
		before, err := logged(l.Before)
		if err != nil {
			return fmt.Errorf("log %s: %w", l.What, err)
		}
		after, err := logged(l.After)
		if err != nil {
			return fmt.Errorf("log %s: %w", l.What, err)
		}
		if l.By == "" {
			l.By = c.By
		}
		by, what, entities = append(by, l.By), append(what, l.What), append(entities, l.Entity)
		befores, afters = append(befores, before), append(afters, after)
	}
	if _, err := c.Tx.ExecContext(c.ctx, `
		INSERT INTO `+pq.QuoteIdentifier(c.schema)+`.change_log (id_empresa, made_by, address, what, entity, before, after)
		SELECT $1, made_by, $2, what, entity, before, after
		FROM unnest($3::text[], $4::text[], $5::text[], $6::json[], $7::json[]) WITH ORDINALITY AS l(made_by, what, entity, before, after, n)
		ORDER BY n`,
		c.Company, httpx.ClientAddress(c.ctx), pq.Array(by), pq.Array(what), pq.Array(entities), pq.Array(befores), pq.Array(afters)); err != nil {
		return fmt.Errorf("log changes: %w", err)
	}
	return nil
}

// logged encodes a value as JSON. It returns nil when there is no value.
func logged(v any) (*string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	text := string(raw)
	if len(raw) > maxLogged {
		text = fmt.Sprintf(`{"omitted_bytes":%d}`, len(raw))
	}
	return &text, nil
}

// PruneLog deletes the rows that are older than LogKept.
func PruneLog(ctx context.Context, d *db.DB, schema string, now time.Time) error {
	for {
		var n int64
		err := d.AsWorker(ctx, func(tx *sqlx.Tx) error {
			table := pq.QuoteIdentifier(schema) + ".change_log"
			result, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE (id_empresa, id) IN (
				SELECT id_empresa, id FROM `+table+` WHERE made_at < $1 LIMIT $2)`, now.Add(-LogKept), pruneAtOnce)
			if err != nil {
				return err
			}
			n, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return fmt.Errorf("prune the log of changes: %w", err)
		}
		if n < pruneAtOnce {
			return nil
		}
	}
}
