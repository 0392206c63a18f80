package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/db"
)

// Snippet creates the table: write {{outbox}} in a migration. The service may only insert rows; its worker reads and
// deletes them. Rows come and go fast, so autovacuum starts after a number of dead rows and not after a share of the
// table.
var Snippet = db.Snippet{Name: "outbox", SQL: `
CREATE TABLE outbox (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id_empresa text NOT NULL,
	subject    text NOT NULL,
	header     json NOT NULL,
	body       bytea NOT NULL,
	state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'failed')),
	reason     text,
	created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'waiting';
{{protect "outbox"}}
GRANT INSERT ON outbox TO {{service}};
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO {{worker}};
`}

// insert takes the locks before the rows get their ids, so that the ids of one entity are in the order of commits.
func insert(ctx context.Context, tx *sqlx.Tx, schema string, a addition) error {
	_, err := tx.ExecContext(ctx, `
		WITH locked AS MATERIALIZED (
			SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) WITH ORDINALITY AS k(key, n) ORDER BY n
		)
		INSERT INTO `+table(schema)+` (id_empresa, subject, header, body)
		SELECT m.tenant, m.subject, m.header::json, m.body
		FROM (SELECT count(*) FROM locked) AS wait,
		     unnest($2::text[], $3::text[], $4::text[], $5::bytea[]) WITH ORDINALITY AS m(tenant, subject, header, body, n)
		ORDER BY m.n`,
		pq.Array(a.distinctLocks()), pq.Array(a.tenants), pq.Array(a.subjects), pq.Array(a.header), pq.ByteaArray(a.bodies))
	if err != nil {
		return fmt.Errorf("add to the outbox: %w", err)
	}
	return nil
}

func table(schema string) string { return pq.QuoteIdentifier(schema) + ".outbox" }

// row is a waiting event.
type row struct {
	ID        int64     `db:"id"`
	Tenant    string    `db:"id_empresa"`
	Subject   string    `db:"subject"`
	RawHeader []byte    `db:"header"`
	Body      []byte    `db:"body"`
	CreatedAt time.Time `db:"created_at"`
}

// messageID returns an id that never changes for a row. It includes the time of creation because a database that was
// restored from a backup gives out the same row numbers again, and the stream may still remember them.
func (r row) messageID(schema string) string {
	return schema + "-" + r.Tenant + "-" + strconv.FormatInt(r.ID, 10) + "-" +
		strconv.FormatInt(r.CreatedAt.UnixMicro(), 36)
}

func (r row) header() (nats.Header, error) {
	var h nats.Header
	if err := json.Unmarshal(r.RawHeader, &h); err != nil {
		return nil, fmt.Errorf("decode the header: %w", err)
	}
	return h, nil
}

// lead takes the schema's lock until the transaction ends. It returns false when another relay has the lock.
func lead(ctx context.Context, tx *sqlx.Tx, schema string) (bool, error) {
	var mine bool
	err := tx.GetContext(ctx, &mine, `SELECT pg_try_advisory_xact_lock($1)`, lockOf(schema, entity{}))
	if err != nil {
		return false, fmt.Errorf("take the relay's lock: %w", err)
	}
	return mine, nil
}

// lastWaiting returns the highest number of a waiting row, or 0 if no row waits.
func lastWaiting(ctx context.Context, tx *sqlx.Tx, schema string) (id int64, err error) {
	err = tx.GetContext(ctx, &id, `SELECT coalesce(max(id), 0) FROM `+table(schema)+` WHERE state = 'waiting'`)
	if err != nil {
		return 0, fmt.Errorf("read the outbox: %w", err)
	}
	return id, nil
}

// readWaiting leaves out the subjects that match one of the LIKE patterns in without.
// LIKE costs a fifth of what a regular expression costs here: 0.4 s instead of 2.2 s for 300,000 rows that are left out.
func readWaiting(
	ctx context.Context, tx *sqlx.Tx, schema string, after, until int64, limit int, without []string,
) ([]row, error) {
	var rows []row
	err := tx.SelectContext(ctx, &rows, `
		SELECT id, id_empresa, subject, header, body, created_at FROM `+table(schema)+`
		WHERE state = 'waiting' AND id > $1 AND id <= $2 AND subject NOT LIKE ALL ($4) ORDER BY id LIMIT $3`,
		after, until, limit, pq.Array(without))
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return rows, nil
}

func deletePublished(ctx context.Context, tx *sqlx.Tx, schema string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM `+table(schema)+` WHERE id = ANY($1)`, pq.Array(ids)); err != nil {
		return fmt.Errorf("delete what was published: %w", err)
	}
	return nil
}

func markFailed(ctx context.Context, tx *sqlx.Tx, schema string, id int64, reason string) error {
	_, err := tx.ExecContext(ctx,
		`UPDATE `+table(schema)+` SET state = 'failed', reason = $2 WHERE id = $1`, id, reason)
	if err != nil {
		return fmt.Errorf("put a refused event aside: %w", err)
	}
	return nil
}

// lag is the state of the outbox, for the metrics.
type lag struct {
	Waiting       float64 `db:"waiting"`
	OldestSeconds float64 `db:"oldest_seconds"`
	Failed        float64 `db:"failed"`
}

// readLag stops counting at 100,000 rows: a larger number would say little more, and counting it costs time.
func readLag(ctx context.Context, tx *sqlx.Tx, schema string) (l lag, err error) {
	err = tx.GetContext(ctx, &l, `
		SELECT (SELECT count(*) FROM (SELECT FROM `+table(schema)+` WHERE state = 'waiting' LIMIT 100000) w) AS waiting,
		       coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM `+table(schema)+`
		                 WHERE state = 'waiting' ORDER BY id LIMIT 1), 0) AS oldest_seconds,
		       (SELECT count(*) FROM `+table(schema)+` WHERE state = 'failed') AS failed`)
	if err != nil {
		return lag{}, fmt.Errorf("measure the outbox: %w", err)
	}
	return l, nil
}
