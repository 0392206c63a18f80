// Package summary knows what each day came to: how far each user went, when the user moved and stopped, and what was done.
//
// # Consumes
//
// It takes tracking's marks of days whose positions changed (tracking.take_changed_day), and reads ACTIVITY with the durable
// summary-activity. It serves HTTP under /v1/summaries, /v1/users/{id}/summaries, /v1/users/{id}/route and /v1/routes.
//
// # Emits
//
// It publishes to SUMMARY, with the body Summary: `in.{tenant}.resumen.diario.{user}` when a day is stored for the first time, and
// `in.{tenant}.resumen.actualizado.{user}` when it came to something else. The audience is the user, the supervisors of its current
// teams, and the admins. The day and its event are one transaction (pkg/change).
//
// # Stores
//
// Schema summary: closing, from when to when each closed date of a company lasts; day, what the closed days of users came to, with their
// trips, stops and gaps and a simplified route; pending, the one queue; pattern, the street pattern of each company. It reads
// tracking.v_track, activity.v_visit, v_shift and v_place, identity.v_users and, by pkg/visible and pkg/shifts, v_team_members and what
// people may see. What lies outside shifts never counts in a company that hides it.
//
// # Days
//
// A date is closed from its 23:59 on. It begins where the date before it ended, so a company that moves to another time zone counts
// nothing twice. While a company is suspended, none of its dates is closed; they are once it is resumed. A closed day follows late positions,
// visits and shifts for SUMMARY_LATE after its end; then it is final. It is computed again
// SUMMARY_DEBOUNCE after the first news of a change. A date that is not closed is not stored: it is computed for whoever asks, and its state
// is preliminary. A day of a closed date that waits for its first computation is preliminary too.
//
// A list of closed dates says how many days still wait to be computed (pending): a date has its row before its people have theirs. A day that
// cannot be computed fails alone: its row in a list of today has the state failed.
//
// One device of a user counts at a time: in a shift the one with which the user began it, while it reports (package distance). A place names
// the stops that began before it was archived, so a day of the past keeps its names. Of more positions than a day is measured by, evenly spread
// ones are, the same ones whatever their order; the day is then thinned.
//
// A visit counts on the date on which its window begins, a shift on every date that it touches. A shift that lasts counts up to the end of
// a closed date. In a company that hides what lies outside shifts, a shift that changes has its days computed again, also final ones. A company
// that starts to hide what lies outside shifts has all its days computed again whose positions are still kept,
// also final ones, 50 a second at most. Until then, and for ever if the positions are gone, a day that does not lie in one shift as a whole is
// hidden: it has its visits and its hours, and nothing that comes from positions. Of its trips, stops and gaps those are shown that lie in one shift. If
// the company tracks always again, all is shown again. Its street pattern is made anew at once, of what people may see.
//
// # Jobs
//
// resumen-diario closes the date of a company at 23:59 and puts the days of its people into the queue (work.Job). After an outage it
// closes the dates that were missed, the oldest first. cerrar-fechas closes what resumen-diario did not, every ten minutes: dates on which the
// company was suspended or did not exist yet, or that are longer ago than resumen-diario catches up with; up to 31 dates back, and 7 before the
// first one that a company has. Older ones are for whoever asks. Somebody may ask for a past date (terreno jobs run): it is closed if it was not,
// and computed again if its positions are kept, also when it is final. patron-calles makes the street pattern of each company once a
// day, and soon after the first day is there.
//
// # Guarantees
//
// A day depends on the stored positions, visits, shifts and places alone, and not on the order, the number or the repetition of
// uploads. What comes while a day is computed has it computed again: no news is lost between an upload and the computation, with any
// number of replicas (package store says why). Each version of a day is published once, in order. A day that cannot be computed stops
// nothing but itself: it is tried again after 5 s, then after twice as long each time, up to an hour. summary.pending has its error.
//
// Days that an older version of the algorithm computed are computed again, the newest first, at most 500 a minute, as long as their
// positions are kept (POSITIONS_RETENTION). Older days stay as they are.
//
// # On failure
//
// Without PostgreSQL nothing is computed, and requests get 503. Without NATS, days are computed and events wait; visits and shifts are
// heard of later. New starts nothing. The runners are the workers, the consumer, the outbox relay, the jobs and the upkeep, which removes
// days SUMMARY_RETENTION after their end. All replicas may run all of them at once.
//
// Dates and instants of days are domain time. The queue is in wall time.
package summary
