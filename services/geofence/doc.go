// Package geofence knows where a company's people should be and says when they are not.
//
// # Consumes
//
// TRACKING through the ordered durable geofence-evaluator: every position, in stream order. HTTP under /v1/zones and
// /v1/zone-settings. NEWS of its own edits, and pkg/directory for who is in which team. The views identity.v_users,
// identity.v_teams, tracking.v_latest_position and tracking.v_position.
//
// # Emits
//
// ALERTS, each event with the whole alert (proto Alert): `alerta.nueva` when a user is confirmed to be outside all zones that
// apply, `alerta.tardia` when that is known only from positions that came late, `alerta.cerrada` when the user is back or
// the zones are others. Its id is a hash of user, zones and first position outside. NEWS on DIRECTORY,
// `dir.{tenant}.directorio.zonas.{tenant}`, after each edit. All by outbox, after commit.
//
// # Stores
//
// Schema geofence: zones, to whom they apply, the company's parameters and the version of all that (plan); a state for each
// user who has zones, and how far TRACKING was applied (frontier).
//
// # Guarantees
//
// Each position is judged once, in the order of the stream, by internal/rule; what it leads to is told once the state is
// committed, at least once and with the same ids. Nothing lives in memory alone: whoever takes over goes on where the last
// commit was. A position that is not newer than the last one of its user, shuffled or repeated, changes nothing, and one that
// came late raises no live alert. An edit counts for every position that is evaluated after its commit.
//
// Every three minutes calcular-alertas-geocerca looks for states that an edit or a schedule left behind and for positions
// that were missed, by the same rule.
//
// # On failure
//
// PostgreSQL away: HTTP answers 503, the evaluator holds what it has. NATS away: zones can be edited, alerts wait. The process
// that evaluates dies: its lock ends with its connection and a standby goes on at once; where the machine lost its power,
// within about a minute.
//
// New starts nothing. The runners are the evaluator with the sweep, the outbox and upkeep.
package geofence
