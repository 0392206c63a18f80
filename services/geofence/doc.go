// Package geofence knows where a company's people should be and says when they are not.
//
// # Consumes
//
// TRACKING through the ordered durable geofence-evaluator: every position, in stream order. HTTP under /v1/zones and
// /v1/zone-settings. DIRECTORY in sequence, to learn of zone edits that any replica made. pkg/directory, to learn who is in
// which team. The views identity.v_users, identity.v_teams and tracking.v_track, each read on behalf of one company, and
// tracking.v_last_seen, read across companies. ACTIVITY in sequence (package shifts) and activity's views v_on_shift_only and
// v_shift_span, to learn which positions nobody may see.
//
// # Emits
//
// ALERTS. Each event carries the whole alert (proto/alert). The service emits `alerta.nueva` when it confirms that a user
// is outside all zones that apply, `alerta.tardia` when it knows this only from positions that came late, and
// `alerta.cerrada` when the user is back or other zones apply. An alert's id is a hash of the user, the zones and the first
// position outside. NEWS on DIRECTORY, `dir.{tenant}.directorio.zonas.{tenant}`, after each edit. Everything leaves through
// the outbox, after the commit.
//
// # Stores
//
// Schema geofence holds the zones, the users and teams they apply to, and the company's parameters. It holds the version of
// all that (plan) and the version up to which the sweep has updated the states (swept). It also holds a state for each user
// who has zones, and the point up to which TRACKING was applied (frontier).
//
// # Guarantees
//
// internal/rule judges each position once, in the order of the stream. The service publishes the resulting events after
// it has committed the state, at least once and with the same ids. It keeps nothing in memory alone, so a process that
// takes over continues from the last commit. A position that is not newer than its user's last one, shuffled or repeated,
// changes nothing: a phone that sends its backlog newest first loses the alerts of that time. A position that came late
// raises no live alert. The same rule judges phones that report seldom: positions on the same side count together over
// any gap. Of the time in a gap longer than max_gap_s, only confirm_s counts. One device of a user counts at a time. A
// position never counts if an app made it up or if its accuracy is beyond max_accuracy_m or below zero. An edit applies
// to every position that is evaluated after the edit's commit.
//
// In a company that tracks people in their shifts only, a position outside every known shift of its user is not judged: it raises no
// alert and ends none (internal/evaluate/shown.go). What a late shift shows is judged by the sweep if it is recent, and otherwise not. An
// alert that is in progress at the end of a shift waits for the next one. Before it knows which companies do so, nothing is judged.
//
// Every three minutes the job calcular-alertas-geocerca looks for states that an edit or a schedule left outdated and for
// positions that the evaluator missed. It judges them by the same rule. One query finds the affected users in all companies
// at once.
//
// # On failure
//
// When PostgreSQL is away, HTTP answers 503 and the evaluator holds what it has. When NATS is away, zones can be edited and
// alerts wait. When the evaluating process dies, its lock ends with its connection and a standby continues at once. If its
// machine lost power, the standby continues within about a minute. A user's state or zone that cannot be read stops that
// user alone (internal/evaluate).
//
// New starts nothing. The runners are the evaluator with the sweep, the shifts, the outbox and upkeep.
package geofence
