// Package activity is what people of a company do in the field: its customers' places, visits and tasks, and shifts.
//
// # Consumes
//
// The stream ALERTS through the durable activity-help: calls for help, and their ends. It serves HTTP under /v1/activities,
// /v1/activity-series, /v1/places, /v1/shifts, /v1/shift-plans, /v1/holidays, /v1/hours, /v1/my-day, /v1/sync and /v1/activity-settings.
//
// # Emits
//
// It publishes to ACTIVITY, `in.{tenant}.actividad.estado.{id}`: the complete Activity as JSON with proto names, after each change
// of a visit, a task or a shift, with long texts cut. The audience is its worker, the current supervisors of the worker's teams
// and of the team that it is given to, and the admins. Whoever loses it gets an event of its own with retirada, which says
// nothing of who has it now. A change of team alone is no event: lists are right at once, and the next event of a visit or a shift takes
// it from the supervisors of the team that its worker left. A photo is told of too, with a version that is no conflict for whoever saw
// the one before. A change and its event are one transaction (pkg/change). `in.{tenant}.actividad.rastreo.{tenant}` says, to
// everybody, that a company decided whether its people are tracked always or only in their shifts.
//
// # Stores
//
// Schema activity: place; visit, and visit_action, the log of each visit, to which the service can only add; series, the recurring visits
// with all their dates; shift_action, the log of each user's shifts, and shift, what they come to; shift_plan and holidays, and
// hours_approval, which hours somebody approved; help, who calls for help; photo_use, how many bytes each company's photos have; settings,
// team_settings, close_move and change_log (GET /v1/changes of identity shows it). The bytes of photos are files in TERRENO_BLOB_DIR, which
// all replicas share (pkg/blob, docs/adr/0012). It publishes v_on_shift: who works now; and across companies, with ids and instants alone,
// v_shift_span: from when to when each shift and each call for help lasts, and v_on_shift_only: the companies that hide what lies outside
// shifts. Package shifts reads these two. v_shift says with which device a user began a shift, v_place since when a place is archived. It
// reads identity.v_users, v_teams and, by pkg/visible, v_team_members.
//
// # Jobs
//
// cerrado-forzoso runs every minute and closes what is due: visits at the first close after their window has ended, by default at
// 22:00, and visits at night two hours after their end; shifts at the close of their day, and at night two hours after their planned
// end. A shift ends with its planned work, or else at the close. A team may close at another time than its company: a visit has the
// close of its team, else the latest of its worker's teams. Each is closed with the time at which it was due, also after an outage
// (close.go). When a close changes, the job first moves what is open and was not due then.
//
// visitas-recurrentes runs every five minutes and makes the visits of series, 14 local days before their dates. A transaction makes all
// that is due of one series and stores until which date that is, so each visit is made once. What can no longer be done is passed
// over (series.go). A series whose visits cannot be made is tried again every hour. The log of changes has when that began and ended.
//
// # Guarantees
//
// A visit is folded from all actions that are known about it, in the order in which they happened (docs/adr/0011). However often
// and in whatever order phones report, the visit and its log are the same. The same holds for the shifts of a user. What changes
// nothing stays in the log with the rule that says why. The office decides on the version that it saw, or is told what it is now.
//
// A check-out is never refused because a required item of the checklist has no answer: the phone may have been offline. The visit says
// how many are missing (checklist_missing). What somebody reports about the time after it lost a visit stays in the log and counts for
// nothing.
//
// Ending a series cancels its visits that nobody has begun and whose window is still to come, and leaves the others as they are. A
// visit of a series is like any other once it is made.
//
// A photo is answered with 2xx once its file and its action are durable. The file is written first: what nobody names is removed after
// a day, and the files of a visit go with it.
//
// Approved hours stay: what arrives about them is kept in the log with the rule locked, and counts only if an admin reopens them. An
// objection of a worker stays in the log. Nobody can remove it.
//
// While somebody calls for help, and for 36 hours at most, people see where that person is, as in a shift (package help).
//
// A colaborador reads of what others did on its visits everything but where they were and with which phone. A photo is as the camera
// wrote it.
//
// A viewer reads visits whose worker it may see, and a supervisor also those of its teams. A visit keeps its log until it is
// removed, ACTIVITY_RETENTION after it ended.
//
// # On failure
//
// Without PostgreSQL, requests get 503, and phones keep what they have. Without NATS, everything works, and events wait. While nothing can
// be written into the folder for files, photos get 503, and the rest works. New starts nothing. The runners are the outbox relay, the jobs
// and the upkeep. All replicas may run all of them at once.
//
// Instants of visits and shifts are domain time. Idempotency keys age by wall time.
package activity
