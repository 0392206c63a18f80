// Package identity knows who there is and who may come in: companies, their users and teams, passwords, sessions and the
// keys that sign access tokens.
//
// # Consumes
//
// Nothing from the bus. HTTP under /v1/auth, /v1/users, /v1/teams and /v1/companies (platform admins), /v1/jobs (admins: the
// scheduled jobs of all services, internal/jobs), /v1/changes (admins: who changed what, internal/changelog), and the public keys at /.well-known/jwks.json.
//
// # Emits
//
// NEWS on DIRECTORY, for services alone: `dir.{tenant}.directorio.usuario.{id}` (DirectoryUser),
// `dir.{tenant}.directorio.empresa.{tenant}` (DirectoryCompany) and `dir.{tenant}.directorio.sesion.{id}`
// (DirectorySession), as JSON with proto names. Every change of a user, its teams or a company is one, whole, with a
// version that rises by one; it carries no name, address or phone. A session that ended by itself is one: a logout, or a
// refresh token that was used twice. A change and its news are one transaction (pkg/change). Platform admins have no
// company and so no news: services ask for them every minute.
//
// # Stores
//
// Schema identity. Others read its views. v_users, v_teams and v_team_members obey the reader's tenant. The v_directory_
// views show every company's to every service: users, companies, sessions that ended and of which an access token may live,
// and the epoch, which is another once the database was restored (migrations/0007). Row-level security holds a company's requests to the
// company. What belongs to none is the worker role's: the lookup of a login whose company is not known yet, the list of
// companies, platform admins (whose id_empresa is empty), counters of login attempts, signing keys, the outbox. Of schema
// platform, which belongs to no service (pkg/schedule), identity reads jobs and their runs and adds runs that were asked for.
//
// # Guarantees
//
// Whoever changes a user, a team, a password, a company or a session is in the log of changes, which is written in the
// transaction of the change: who, when, from where, before and after, never a secret. The database lets nobody alter a row,
// and nobody delete one within 700 days. A company's admins read their company's, of all services; a platform admin reads what
// platform admins did.
//
// A user has at most one row for each login: its e-mail address, phone and payroll number are unique in the company, across
// the three kinds. A company that has an admin keeps one. Passwords are argon2id hashes; refresh tokens are kept as hashes.
//
// A deactivated user, a change of role or password and a revocation end the user's sessions and tokens: here at once, in
// other services as soon as they hear of it. They raise the user's tokens-valid-from by the rule in auth.ValidFrom, and
// whoever signs in afterwards, even in the same second, gets a token that is good. Logout ends one session and its access
// tokens (claim sid), and so does a refresh token that is used twice.
//
// Guessing is slow, and keeps nobody out of where they have signed in before (internal/throttle). Passwords looked at, at
// most: of one login from one address (IPv6: one /64) 5 at once, 15 in the first hour, then 4 an hour, and 20, then 4,
// from a whole /48; of one login from any number of addresses 36 at once, 50 in the first hour, then 15 an hour, and as many
// of one account by all its names together; by one address on all logins 100 at once, 403 in the first hour, then 300 an
// hour (an IPv6 /48: three times as many). Who waits for an address waits a minute at most, for a login 15 minutes. The
// limits that strangers can exhaust do not count at an address, or a /64, from which the account has signed in within 180
// days (the newest 16 of each account are kept, by hash): there only the failures at that address do. Passwords hashed at
// once are bounded (PASSWORDS_AT_ONCE); the others wait for ten seconds and are then answered 503 with Retry-After.
//
// A signing key is published before it signs and until its last token has ended (internal/keyring).
//
// # On failure
//
// Without PostgreSQL every request but the JWKS is answered 503 and the service is unready. Without NATS everything works
// and news wait. New starts nothing; the service's runners do the first start (bootstrap admin, demo company, first
// signing key), publish the outbox and tend keys, sessions and counters. Replicas may do all of it at once.
//
// Everything here but /v1/jobs is wall time: tokens, passwords and locks know nothing of the domain clock.
package identity
