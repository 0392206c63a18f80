// Package identity knows who exists and who may sign in. It keeps companies, their users and teams, passwords, sessions and
// the keys that sign access tokens.
//
// # Consumes
//
// Nothing from the bus. It serves HTTP under /v1/auth, /v1/users and /v1/teams, and to platform admins /v1/companies. Admins
// also have /v1/jobs (the scheduled jobs of all services, internal/jobs) and /v1/changes (who changed what,
// internal/changelog). The public keys are at /.well-known/jwks.json.
//
// # Emits
//
// NEWS on DIRECTORY, for services alone: `dir.{tenant}.directorio.usuario.{id}` (DirectoryUser),
// `dir.{tenant}.directorio.empresa.{tenant}` (DirectoryCompany) and `dir.{tenant}.directorio.sesion.{id}`
// (DirectorySession), as JSON with proto names. Every change of a user, of a user's teams or of a company emits the whole
// new state, with a version that rises by one. The news carry no name, address or phone. A session emits news when it ends
// by itself, that is, by a logout or by a refresh token that was used twice. A change and its news are written in one
// transaction (pkg/change). Platform admins have no company and therefore no news: services ask for them every minute.
//
// # Stores
//
// Schema identity. Other services read its views. v_users, v_teams and v_team_members show only the rows of the reader's
// tenant. The v_directory_ views show the rows of every company to every service: users, companies, the sessions that ended
// while one of their access tokens may still be valid, and the epoch, which changes when the database is restored
// (migrations/0007). Row-level security confines the requests of a company to that company. The worker role handles what
// belongs to no company: the lookup of a login whose company is not known yet, the list of companies, platform admins (whose
// id_empresa is empty), counters of login attempts, signing keys and the outbox. Schema platform belongs to no service
// (pkg/schedule). Identity reads jobs and their runs from it and adds the runs that somebody asked for.
//
// # Guarantees
//
// The log of changes records every change of a user, a team, a password, a company or a session: who made it, when, from
// where, and the state before and after, but never a secret. The transaction of the change writes the entry. The database
// lets nobody alter an entry, and lets nobody delete one within 700 days. A company's admins read the entries of their
// company, from all services. A platform admin reads what platform admins did.
//
// A login belongs to at most one user of a company: e-mail address, phone and payroll number are unique there, across the
// three kinds. A company that has an admin keeps one. Passwords are argon2id hashes. Refresh tokens are kept as hashes.
//
// Deactivating a user, changing the role or the password, and a revocation end the user's sessions and tokens: here at once,
// in other services as soon as they hear of it. Each raises the user's tokens-valid-from by the rule in auth.ValidFrom. A
// user who signs in afterwards, even in the same second, gets a valid token. A logout ends one session and its access tokens
// (claim sid). A refresh token that is used twice does the same.
//
// Guessing passwords is slow, but it locks no user out of a place where that user has signed in before (internal/throttle).
// These are the most passwords that identity checks:
//
//   - for one login from one address (IPv6: one /64), 5 at once, 15 in the first hour, then 4 an hour;
//   - for one login from a whole IPv6 /48, 20 in the first hour, then 4 an hour;
//   - for one login from any number of addresses, 36 at once, 50 in the first hour, then 15 an hour, and the same for one
//     account by all its names together;
//   - for all logins from one address, 100 at once, 403 in the first hour, then 300 an hour (an IPv6 /48: three times as
//     many).
//
// A client that waits because of its address waits a minute at most. One that waits because of a login waits 15 minutes at
// most. Strangers can exhaust some of these limits. Those limits do not count at an address, or a /64, from which the
// account has signed in within 180 days: there only the failures at that address count. The newest 16 such places of each
// account are kept, by hash. PASSWORDS_AT_ONCE bounds how many passwords are hashed at once. The others wait for
// ten seconds and are then answered 503 with Retry-After.
//
// A signing key is published before it signs and stays published until its last token has expired (internal/keyring).
//
// # On failure
//
// Without PostgreSQL every request but the JWKS is answered 503 and the service is not ready. Without NATS everything works
// and the news wait in the outbox. New starts nothing. The service's runners do the first start (bootstrap admin, demo
// company, first signing key), publish the outbox and maintain keys, sessions and counters. All replicas may do this at the
// same time.
//
// Everything here but /v1/jobs uses wall time: tokens, passwords and locks ignore the domain clock.
package identity
