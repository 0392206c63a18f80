// Package notifier is the inbox of alerts: what was raised, who took it on and how it ended.
//
// # Consumes
//
// The stream ALERTS through the durable notifier-inbox: alerta:nueva, alerta:tardia and alerta:cerrada, each a whole Alert.
// It passes over its own alerta:actualizada and events that it does not know. HTTP under /v1/alerts.
//
// # Emits
//
// ALERTS, `in.{tenant}.alerta.actualizada.{id}`: the Alert whole as JSON with proto names, with who did what about it. Its
// audience is the user, the supervisors of the user's teams at that moment, and the admins. A change and its event are one
// transaction (pkg/change). When a message changes an alert that somebody has acted on, the inbox announces the alert once
// more, to that message's audience: only here are both known.
//
// # Stores
//
// Schema notifier: alert, and alert_event, the log of each alert, to which the service can only add. It reads
// identity.v_users (names, teams) and, by pkg/visible, identity.v_team_members.
//
// # Jobs
//
// caducar-alertas, at 02:30 of each company: what nobody resolved within ALERTS_UNRESOLVED of being raised is resolved by
// rule, logged as done by "regla" and announced (expire.go).
//
// # Guarantees
//
// Each alert is one row by (company, id) and each thing that happened to it is one line of its log, however often and in
// whatever order messages come: an end before its beginning, a beginning after somebody resolved it. A late alert that
// turns out to go on stops being late; what people did about it stays. Of two people who act on it at the same
// moment the first stands, and both are told who that was. A 200 to an action is durable and on its way to sockets.
//
// An alert is kept until it is over, because it ended or was resolved, and nothing has changed it for the retention. No alert
// stays open for ever: the rule resolves it.
//
// # On failure
//
// Without PostgreSQL requests are answered 503, and the inbox holds what it has and takes it up again. Without NATS the
// list and the actions work and announcements wait. A message that cannot be read, or that fails whenever it is tried, becomes
// a dead letter, and the others go on. New starts nothing; the runners are the inbox, the outbox's relay, the jobs and the
// upkeep. Replicas may do all of it at once.
//
// Instants in alerts and logs are domain time. Idempotency keys age by wall time.
package notifier
