// Package inactivity knows who went silent, and why, as far as anybody can know.
//
// # Consumes
//
// No stream. It serves HTTP under /v1/device-state, /v1/users/{id}/device-state, /v1/silences and /v1/inactivity-settings.
//
// # Emits
//
// It publishes to ALERTS. alerta:nueva with type inactividad says that somebody who is expected to report has sent no position for too
// long, with the likeliest cause; alerta:nueva with type sin_movimiento, that somebody stays at one spot where there is no work, with the
// spot; with type bateria_baja, that the phone of somebody who works is low on battery, with its charge. The audience is the user, the
// current supervisors of its teams, and the admins. alerta:sistema says that something is wrong that is no fault of the people:
// shared_silence, most people who were reporting fell silent together; storage_behind, positions wait to be stored. Its audience is the
// admins. alerta:cerrada ends each of them. A change and its events are one transaction (pkg/change).
//
// # Stores
//
// Schema inactivity: setting, what companies decided for themselves, their teams and users; device_state, the newest that each device said
// of each kind; silence, the silence, standstill and low battery of each user that last or were last; shared, what is or was last wrong
// with us for a company; judged, up to when people were judged last; change_log (GET /v1/changes of identity shows it). The spot of a
// standstill is the only place that it stores. It reads identity's v_directory_companies, v_directory_users, v_users, v_teams and, by
// pkg/visible, v_team_members; activity's v_on_shift, v_on_shift_only, v_shift_span, v_shift and v_visit; tracking's v_contact,
// v_latest_position, v_watermark and, to explain a silence and for standstills, v_track, without what nobody may see (pkg/shifts).
//
// # Jobs
//
// inactividad-checker runs every INACTIVITY_EVERY. One statement reads all companies: it returns their counts, and those of whom something
// changes. Package silence then says what to do. It looks at all companies also when it is run for one, because the installation may share
// a silence. One more statement finds those whose battery may be low. cerrar-silencios runs every minute and looks only at what lasts.
//
// # Who is expected
//
// People whose shift lasts and is not paused. In a company that had no shift in the last 30 days: in its hours of work if it has set any,
// and else always; but only who reported in the last 30 days. A setting may say otherwise: the user's own counts, else of its teams the
// one that waits longest, else the company's; a user's or a team's that has no hours has those of the company. Nobody is expected in a
// pause of its shift. A company that tracks people only in their shifts expects nobody outside them, whatever its settings say.
//
// # What nobody may see
//
// Where a company tracks people only in their shifts, no alert and no answer tells of an instant, a charge or a state that the phone had
// outside them: last_fix_at is of the newest position in a shift, a charge of outside is none, a state that has lasted since then is a
// cause without its instant, a contact outside ends no silence, and others than the person read no state of then.
//
// # Low batteries
//
// A battery is low at or under the limit of the settings (low_battery_pct, 15 at first, 0 for never), while its user is expected to report
// and the phone does not charge. What counts is the newest that the phone said of its battery, in a device state or in a position, since the
// work began; of several phones the one with which the shift began if it reports, else the newest. A charge counts that was read since the
// check before, and 10 minutes besides: what comes later wakes nobody.
//
// It ends as charged when that phone charges or is more than 5 percent above the limit, or as shift_ended, settings_changed or user_left. A
// pause does not end it, nor does what another phone has. The next one of the same user is told of 30 minutes after the end of the last
// at the earliest, so a loose plug is not told of each time. A low battery is no silence: GET /v1/silences does not list it.
//
// # Guarantees
//
// A silence is told of once and ended once, whatever repeats and however many replicas run: its row and its event are one transaction,
// and the id of its alert is a hash of the company, the user, the kind, the instant from which it counts and how many there were before.
// None ends before it began, whatever clocks do.
//
// What we have not stored yet blames nobody: people are judged up to the instant before which all positions are stored. While a silence is
// shared nobody is blamed who was reporting when it began; when it ends, whoever is still silent counts anew. The rule, with exactly half
// as its border, is in package silence. When we or the storage stood still for longer than two checks and 10 minutes, everybody counts anew
// from the next check. Before anybody has looked how far the storage is, nobody is judged.
//
// A contact is when we received something, however old its positions are: a phone with a wrong clock is not silent, nor is one that sends
// what it recorded before, nor the second of two phones. A silence ends as explicada when the
// positions which came late leave no gap as long as the setting, and as returned otherwise. It waits up to 10 minutes for a phone that
// still sends what it recorded before.
//
// What phones say of themselves may come late, twice and in any order: the newest counts. A line that cannot be kept does not refuse the
// others. A user has at most 20 devices; those that said something last stay.
//
// A standstill costs one look a minute at where the person is. Its track is read only when that is away from the spot.
//
// A row that cannot be read stops nothing else: it is counted (inactivity_unreadable_total) and logged. A team or a user whose hours of
// work cannot be read has those of the company; in a company whose own cannot be read, nobody is expected by them. A silence whose
// evidence cannot be read has the cause unknown. A company with a time zone that nobody knows lives in UTC (package directory).
//
// Silences that ended, and what phones said, are removed after 90 days.
//
// # On failure
//
// Without PostgreSQL, requests get 503, and the jobs run later: each run judges the world as it is then. A silence that began and ended
// meanwhile is not told of. Without NATS, everything works, and alerts wait. New starts nothing. The runners are the outbox relay, the jobs
// and the upkeep. All replicas may run all of them at once.
package inactivity
