// Package schedule runs what has to happen at a time. A Job repeats: every few minutes for all companies (a sweep), or each
// day at a local time of each company (a report at 23:59). A timer happens once: an escalation a minute after a panic.
//
// The memory of jobs is three tables in schema platform; each service writes the rows of its own jobs
// (docs/adr/0006-scheduled-jobs.md). Timers are rows in the service's own schema (docs/adr/0009-one-shot-timers.md).
//
// # Jobs: guarantees
//
// One replica at a time runs a slot of a job, whichever replica comes first, and each slot is run at least once. A replica
// that dies while it runs a handler leaves a lease behind; when the lease lapses, another replica runs the slot again.
// HANDLERS ARE IDEMPOTENT: their key is job, scope and slot. Slots of one company (or of scope All) begin in order, one
// after the other.
//
// An outage loses no slot. After it an interval job runs once, for the newest slot, and its row says how many slots were
// missed. A daily job runs each missed date, oldest first, up to Job.CatchUp dates; older dates are recorded as skipped.
// Nothing runs for the time before a company existed. The dates on which a company was suspended are recorded as skipped. A
// company whose zone changes runs its next date at the new hour, and no date twice.
//
// A local time that the clocks jump over is the first instant after the jump; one that comes twice is the first (Instant).
//
// # Jobs: use
//
//	jobs, err := schedule.New(schedule.Deps{
//		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
//	}, name, schedule.Job{Name: "resumen-diario", About: "...", At: "23:59", Do: s.closeDay})
//
// jobs.Run is a runner of the service and jobs.Ready a soft check of it. Whoever provisions the database lists Schema, and a
// test world of a service with jobs does the same. The model of a nightly job is caducar-alertas in services/notifier
// (expire.go, with its test of catching up and of the days on which the clocks change).
//
// # Timers
//
//	timers, err := schedule.NewTimers(schedule.TimersDeps{...}, schedule.Kind{Name: "escalar-panico", Do: s.escalate})
//	...
//	err := timers.Set(ctx, ch, "escalar-panico", alertID, ch.At.Add(time.Minute), payload) // within a change
//	was, err := timers.Cancel(ctx, ch, "escalar-panico", alertID)
//
// A migration of the service contains {{timer}}, its db.Schema names TimerSnippet, and timers.Run is a runner. One kind and
// key of a company is one timer: Set moves it. timers.Ready is a soft check.
//
// One transaction takes a due timer, runs its effect, adds the effect's events to the outbox and removes the row. So there is
// no lease: the effect is committed once, a killed process delays it by one tick, and Cancel waits for a running effect. The
// effect runs as the service's worker in the timer's company. A company with a backlog does not keep others waiting. A
// suspended company's timers fire: a kind that minds asks the directory.
//
// # Two clocks
//
// Domain time decides what is due and stands in due_at, started_at and finished_at. Wall time, PostgreSQL's own, decides
// leases, ticks and the pauses between attempts, so that replicas need not agree on the time.
//
// # Failure
//
// A handler that fails, panics or takes too long is tried again after a pause, Options.Attempts times in all. Then the slot
// is failed and stays for a person to see and to run again (Request); a failed timer is put aside with its error, counted,
// until somebody sets it again, or for 90 days. An absent database or bus costs no attempt, and for timers neither does
// anything else that may pass without a change of the data (db.MayPass). A newer slot of an interval job takes the place of
// an older one that was not run yet. A handler whose lease was lost has its context cancelled with ErrLeaseLost; the end of
// its run is recorded only if nobody has claimed the slot since. Without PostgreSQL nothing runs and Ready says so.
//
// Scheduler.Run starts the goroutines of jobs and ends them: gocron's ticker, and during a tick one goroutine for each
// handler and one that extends leases. Timers.Run starts its workers for one round and waits for them. All replicas of a
// service tick.
package schedule
