// Package schedule runs what has to happen at a time: every few minutes (a sweep), or each day at a local time of each
// company (a report at 23:59). One mechanism for every service; its memory is three tables in schema platform, which every
// service writes its own jobs' rows of (docs/adr/0006-scheduled-jobs.md).
//
// # Guarantees
//
// Every slot of a job is run by one replica at a time, whichever comes first, and at least once: a replica that dies while
// it runs a handler leaves a lease behind, and when that lapses another one runs the slot again. HANDLERS ARE IDEMPOTENT:
// the key is job, scope and slot. Slots of one company (or of scope All) are begun in order, one after the other.
//
// A slot is not lost because nobody ran when it was due. An interval job then runs once, for the newest slot, and its row
// says how many were missed; a daily job runs each missed date, oldest first, up to Job.CatchUp of them, and the older ones
// are recorded as skipped. Nothing is run for the time before a company existed or while it is suspended (recorded as
// skipped). A company whose zone changes runs the date that comes next at its new hour, and no date twice.
//
// A local time that the clocks jump over is the first instant after the jump; one that comes twice is the first (Instant).
//
// # Use
//
//	jobs, err := schedule.New(schedule.Deps{
//		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
//	}, name, schedule.Job{Name: "resumen-diario", About: "...", At: "23:59", Do: s.closeDay})
//
// jobs.Run is a runner of the service and jobs.Ready a soft check of it. Whoever provisions the database lists Schema, and so
// does the test world of a service with jobs.
//
// # Two clocks
//
// Domain time decides what is due and stands in due_at, started_at and finished_at. Wall time, PostgreSQL's own, decides
// leases and the pauses between attempts, so that replicas need not agree on the time.
//
// # Failure
//
// A handler that fails or panics is tried again after a pause, Options.Attempts times in all; then the slot is failed, and
// stays for a person to see and to run again (Request). An absent database or bus (db.IsUnavailable, bus.ErrUnavailable)
// costs no attempt. A newer slot of an interval job takes the place of one that was not run yet. A handler whose lease was
// lost has its context cancelled with ErrLeaseLost; that it was done is recorded only if nobody has claimed it since. Without PostgreSQL nothing runs
// and Ready says so.
//
// Run starts the goroutines and ends them: gocron's ticker, and during a tick one for each handler and one that extends
// leases. Every replica of a service ticks.
package schedule
