// Package notifier is the inbox of alerts: which alerts were raised, who took care of them and how they ended.
//
// # Consumes
//
// It reads the stream ALERTS through the durable notifier-inbox: alerta:nueva, alerta:tardia and alerta:cerrada, each
// with a complete Alert. It ignores its own alerta:actualizada and events that it does not know. It serves HTTP under
// /v1/alerts and /v1/alert-settings.
//
// It reads the streams NOTIFY and URGENT through the durables notifier-push and notifier-urgent, each with a Push, and sends it to a device
// through FCM (internal/push, internal/fcm).
//
// # Emits
//
// It publishes to ALERTS, `in.{tenant}.alerta.actualizada.{id}`: the complete Alert as JSON with proto names, with what
// people did about it. The audience is the user, the current supervisors of the user's teams, and the admins. A change
// and its event are one transaction (pkg/change). When a message changes an alert that somebody has acted on, the inbox
// publishes the alert again, to the audience of that message: only the inbox knows both the message and the actions.
//
// It publishes notificacion:push to NOTIFY and notificacion:urgente to URGENT, with ids only: one message for each notification and device.
// It purges these streams, and WEBHOOK, of what has left.
//
// # Stores
//
// Schema notifier: alert, and alert_event, the log of each alert, to which the service can only add. settings, what companies
// decided about their alerts, and change_log, who changed them (GET /v1/changes of identity shows it). It reads
// identity.v_users (names, teams) and, by pkg/visible, identity.v_team_members. By pkg/shifts it reads activity.v_on_shift_only and
// v_shift_span: an alert that began where nobody may see its user has no place and no distance for readers, calls for help aside.
//
// # Jobs
//
// caducar-alertas runs at 02:30 in each company. It resolves by rule the alerts that nobody resolved within the company's
// unresolved_days of being raised, logs them with "*regla" as the author, and announces them (expire.go). While a company
// has decided nothing, ALERTS_UNRESOLVED counts.
//
// # Guarantees
//
// Each alert is one row, by company and id, and each thing that happened to it is one line of its log. This holds however
// often and in whatever order messages come, even if an end comes before its beginning, or a beginning after somebody
// resolved the alert. A late alert that turns out to continue stops being late, and what people did about it stays. If
// two people act on an alert at the same moment, the first action counts, and both people are told who did it. A 200 for
// an action means that it is stored and on its way to sockets.
//
// An alert is kept until it is over, because it ended or was resolved, and then until nothing has changed it for the
// retention time. No alert stays open for ever, because the rule resolves it.
//
// # On failure
//
// Without PostgreSQL, requests get 503, and the inbox holds its messages and stores them later. Without NATS, the list
// and the actions work, and announcements wait. A message that cannot be read, or that fails each time, becomes a dead
// letter, and the inbox goes on with the others. New starts nothing. The runners are the inbox, the outbox relay, the
// jobs and the upkeep. All replicas may run all of them at once.
//
// Without FCM, pushes wait in their streams, and the check push fails; nothing else waits. Without its credentials, pushes end as skipped.
// Credentials that cannot be read end the start.
//
// Instants in alerts and logs are domain time. Idempotency keys age by wall time.
package notifier
