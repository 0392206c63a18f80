// Package geofence knows where a company's people should be and says when they are not.
//
// # Consumes
//
// TRACKING through the ordered durable geofence-evaluator: every position, in stream order. HTTP under /v1/zones and
// /v1/zone-settings. DIRECTORY in sequence, for edits of zones that any replica made, and pkg/directory for who is in which
// team. The views identity.v_users, identity.v_teams and tracking.v_position, each in the name of one company, and
// tracking.v_last_seen across companies.
//
// # Emits
//
// ALERTS, each event with the whole alert (proto/alert): `alerta.nueva` when a user is confirmed to be outside all zones that
// apply, `alerta.tardia` when that is known only from positions that came late, `alerta.cerrada` when the user is back or
// other zones apply. Its id is a hash of user, zones and first position outside. NEWS on DIRECTORY,
// `dir.{tenant}.directorio.zonas.{tenant}`, after each edit. Everything leaves through the outbox, after the commit.
//
// # Stores
//
// Schema geofence: zones, to whom they apply, the company's parameters, the version of all that (plan) and up to which version
// the sweep has brought the states (swept); a state for each user who has zones, and how far TRACKING was applied (frontier).
//
// # Guarantees
//
// Each position is judged once, in the order of the stream, by internal/rule. What it leads to is published after the state is
// committed, at least once and with the same ids. Nothing lives in memory alone: whoever takes over goes on where the last
// commit was. A position that is not newer than the last one of its user, shuffled or repeated, changes nothing, and one that
// came late raises no live alert. Phones that report seldom are judged like all: positions on the same side count together
// over any gap, and of the time in a gap longer than max_gap_s only confirm_s counts. One device of a user counts at a time;
// positions that an app made up, or whose accuracy is beyond max_accuracy_m, count never. An edit counts for every position that is evaluated after its commit.
//
// Every three minutes calcular-alertas-geocerca looks for states that an edit or a schedule left behind and for positions
// that were missed, and judges by the same rule. One query finds the users whom that concerns, in all companies at once.
//
// # On failure
//
// PostgreSQL away: HTTP answers 503, the evaluator holds what it has. NATS away: zones can be edited, alerts wait. The process
// that evaluates dies: its lock ends with its connection and a standby goes on at once; if its machine lost power, within
// about a minute. One user's state or zone that cannot be read stops that user alone (internal/evaluate).
//
// New starts nothing. The runners are the evaluator with the sweep, the outbox and upkeep.
package geofence
