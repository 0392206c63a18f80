// Package schedule runs work that is due at a certain time. A Job repeats: every few minutes for all companies (a sweep),
// or once a day at a local time of each company (a report at 23:59). A timer fires once: for example the escalation of a
// panic alert after a minute.
//
// The state of all jobs is in three tables in schema platform; each service writes the rows of its own jobs
// (docs/adr/0006-scheduled-jobs.md). Timers are rows in the service's own schema (docs/adr/0009-one-shot-timers.md).
//
// # Jobs: guarantees
//
// One replica at a time runs a slot of a job, whichever replica comes first, and each slot is run at least once. A replica
// that dies while it runs a handler leaves a lease behind; when the lease lapses, another replica runs the slot again.
// HANDLERS ARE IDEMPOTENT: their key is job, scope and slot. Slots of one company (or of scope All) begin in order, one
// after the other.
//
// An outage loses no slot. After it, an interval job runs once, for the newest slot, and its row says how many slots were
// missed. A daily job runs each missed date, oldest first, up to Job.CatchUp dates; older dates are recorded as skipped.
// Nothing runs for the time before a company existed. The dates on which a company was suspended are recorded as skipped.
// When a company's time zone changes, its next date runs at the new time, and no date runs twice.
//
// The clock may step. After a step forward, the package treats the time between like an outage. After a step back, jobs go
// on in their own time. A slot that has a row keeps it: it does not run twice, and a skipped one stays skipped.
//
// A local time that the clocks skip means the first instant after the jump. A local time that occurs twice means the
// first of the two (Instant).
//
// # Jobs: use
//
//	jobs, err := schedule.New(schedule.Deps{
//		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
//	}, name, schedule.Job{Name: "resumen-diario", About: "...", At: "23:59", Do: s.closeDay})
//
// jobs.Run is a runner of the service, and jobs.Ready is a soft check. The program that provisions the database lists
// Schema, and so must the tests of a service with jobs. The example of a nightly job is caducar-alertas in
// services/notifier (expire.go). Its test covers catching up and the days on which the clocks change.
//
// # Timers
//
//	timers, err := schedule.NewTimers(schedule.TimersDeps{...}, schedule.Kind{Name: "escalar-panico", Do: s.escalate})
//	...
//	err := timers.Set(ctx, ch, "escalar-panico", alertID, ch.At.Add(time.Minute), payload) // within a change
//	was, err := timers.Cancel(ctx, ch, "escalar-panico", alertID)
//
// A migration of the service contains {{timer}}, its db.Schema names TimerSnippet, and timers.Run is a runner. A company
// has at most one timer for a kind and key: a second Set moves it. timers.Ready is a soft check.
//
// One transaction takes a due timer, runs its effect, adds the effect's events to the outbox and removes the row. So
// timers need no lease: an effect is committed once, a killed process delays it by one tick, and Cancel waits for a
// running effect. The effect runs as the service's worker in the timer's company. A company with a backlog does not delay
// the others. The timers of a suspended company fire too; a kind that must not fire then asks the directory.
//
// # Two clocks
//
// Domain time decides what is due; due_at, started_at and finished_at hold domain time. Wall time, PostgreSQL's own,
// decides leases, ticks and the pauses between attempts, so the clocks of the replicas need not agree.
//
// # Failure
//
// The package tries a handler that fails, panics or takes too long again after a pause, Options.Attempts times in all.
// Then the slot is failed. It stays until a person looks at it and runs it again (Request). A failed timer is put aside
// with its error and counted. It stays until somebody sets it again, or for 90 days.
//
// An error of an unavailable database or bus costs no attempt. For timers, neither does any other error that may pass
// without a change of the data (db.MayPass). A newer slot of an interval job replaces an older one that has not run yet.
// When a handler's lease is lost, its context is cancelled with ErrLeaseLost. The end of its run is recorded only if
// nobody has claimed the slot since. Without PostgreSQL nothing runs, and Ready returns an error.
//
// Scheduler.Run starts and ends the goroutines of jobs: gocron's ticker, and during a tick one goroutine for each handler
// and one that extends leases. Timers.Run starts its workers for one round and waits for them. All replicas of a service
// tick.
package schedule
