// Package db gives each service its own schema, its own roles, and transactions that cannot see the rows of another company.
//
// # Roles
//
// For a service called tracking-ingest, Provision creates these roles. They work alike in PostgreSQL 14 to 18.
//
//	terreno_tracking_ingest         LOGIN: the service connects as this role. It owns nothing.
//	terreno_tracking_ingest_owner   NOLOGIN: owns the schema and everything in it. Row-level security is FORCEd, so it
//	                                applies to the owner too, and the owner's views obey the reader's tenant.
//	terreno_tracking_ingest_worker  NOLOGIN: sees all companies, by an explicit policy. AsWorker switches to it.
//	terreno_tracking_ingest_switch  NOLOGIN NOINHERIT: stands between the login and the worker. A login can switch to its
//	                                worker. Until it does, it has neither the worker's rights nor its policies.
//	terreno_reader                  NOLOGIN: one role for all services. Every login and every worker is a member. An
//	                                owner grants to it the views that the service publishes.
//
// The switch role is needed because, before PostgreSQL 16, a role inherits from all its memberships or from none, and a
// login must inherit from the reader but not from the worker.
//
// # Migrations
//
// A migration is a file NNNN_name.sql. The numbers start at 0001 and have no gaps, and there are no down migrations.
// Provision runs each migration in its own transaction, as the owner, with the schema first in search_path. An applied
// migration must not change: Provision compares a checksum of its expanded text. The text is a template (text/template)
// with these functions:
//
//	{{schema}} {{owner}} {{service}} {{worker}} {{reader}}      names
//	{{protect "position"}}                                      row-level security for a table with column id_empresa
//	{{publish_across_tenants "v_directory" "why"}}              a view of all companies, readable by every service
//	{{name}}                                                    a Snippet, such as {{outbox}}
//
// Every table has a column `id_empresa text NOT NULL` and is protected. A table without that column is rare. Only the owner
// has rights on it, or a comment gives the reason: `COMMENT ON TABLE x IS 'cross-tenant: why'`. Migrations write out all
// grants. For a partitioned table they grant on the parent and never on a partition, because a partition does not inherit
// row-level security. The owner sees no row of a protected table. So a migration changes data between
// `SET LOCAL ROLE {{worker}}` and `SET LOCAL ROLE {{owner}}`. CheckCatalog lists all violations of these rules.
//
// # Failure
//
// The package does not retry, except that Lead keeps trying to get its lock. IsUnavailable recognises a database that cannot
// be reached; IsDataError recognises a bad message. When the answer to a COMMIT is lost, the transaction may have been
// committed: so what callers write must be idempotent.
//
// Nobody waits for ever. A call, its rows and its transaction end at most a second after their context, by its deadline or
// before, even when the server is stopped and answers nothing; waiting for a connection of the pool ends at the deadline as well. A
// transaction whose context has no deadline gets one of two minutes. A statement ends after Options.StatementTimeout.
//
// No company makes another wait for a connection. Transactions take turns: the company that has the fewest connections is
// next, the worker counts as one company, and with three connections or more none has all of them. A connection that Lead
// keeps is not among those that the transactions share.
//
// The package starts no goroutines of its own, with one exception: Lead runs one while it leads, which ends before Lead
// continues. The goroutines of database/sql end with Close.
package db
