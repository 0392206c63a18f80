// Package db is how a service keeps data: its own schema, its own roles, and transactions that cannot see another company.
//
// # Roles
//
// Provision makes these for a service called tracking-ingest; PostgreSQL 14 to 18 treat them alike:
//
//	terreno_tracking_ingest         LOGIN, what the service connects as. Owns nothing.
//	terreno_tracking_ingest_owner   NOLOGIN, owns the schema and all in it. Row-level security is FORCEd on it, so that
//	                                its views obey the reader's tenant.
//	terreno_tracking_ingest_worker  NOLOGIN, sees all companies by an explicit policy. AsWorker switches to it.
//	terreno_tracking_ingest_switch  NOLOGIN NOINHERIT, stands between the login and the worker: a login can become its
//	                                worker but never has the worker's rights, or its policies, without doing so.
//	terreno_reader                  NOLOGIN, one for all: every login and worker is a member. An owner grants to it what
//	                                it publishes.
//
// The switch role is there because before PostgreSQL 16 a role inherits from all its memberships or from none, and a
// login must inherit from reader and not from worker.
//
// # Migrations
//
// NNNN_name.sql, numbered from 0001 without gaps, forward only, one transaction each, run as the owner with the schema
// first in search_path. A migration that was applied may not change any more: its text after expansion is checksummed.
// The text is a template (text/template) with
//
//	{{schema}} {{owner}} {{service}} {{worker}} {{reader}}      names
//	{{protect "position"}}                                      row-level security for a table with column id_empresa
//	{{publish_across_tenants "v_directory" "why"}}              a view of all companies, readable by every service
//	{{name}}                                                    a Snippet, such as {{outbox}}
//
// Every table has `id_empresa text NOT NULL` and is protected. The rare one without is given a reason,
// `COMMENT ON TABLE x IS 'cross-tenant: why'`, or it is for the owner alone. Grants are spelled out, to the parent table
// of a partitioned one and never to partitions, which do not inherit row-level security. The owner sees no row of a
// protected table: a migration that changes data does so between `SET LOCAL ROLE {{worker}}` and
// `SET LOCAL ROLE {{owner}}`. CheckCatalog lists what breaks these rules.
//
// # Failure
//
// Nothing is retried here, except for the lock that Lead waits for. IsUnavailable tells an absent database from a bad
// message, IsDataError the opposite. A transaction whose COMMIT was lost on the way may have happened: callers' effects are
// idempotent.
//
// Nobody waits for ever. A call, its rows and its transaction end at most a second after the deadline of their context, even
// when the server is stopped and answers nothing; so does waiting for a connection of the pool. A transaction whose context
// has no deadline gets one of two minutes. A statement ends after Options.StatementTimeout.
//
// The package starts no goroutine but those of database/sql, which Close ends, and one while Lead leads, which ends before
// Lead goes on.
package db
