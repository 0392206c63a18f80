package schedule

import (
	"errors"
	"time"
)

// Info is a job, as people see it.
type Info struct {
	Name, Service, About string
	// Every of an interval job, At of a daily one.
	Every time.Duration
	At    string
	// NextDueAt is zero when nothing is planned.
	NextDueAt time.Time
	// Last is the newest run; nil when there was none.
	Last *RunInfo
}

// RunInfo is a slot's run.
type RunInfo struct {
	Job                   string
	Scope                 string // a company, or All
	Slot                  string
	DueAt                 time.Time
	State                 string
	Late                  bool
	Missed, Attempts      int
	StartedAt, FinishedAt time.Time // zero when it did not
	Error, RequestedBy    string
}

// Filter narrows the runs of a job.
type Filter struct {
	Job string
	// Company: its runs and those of scope All. Empty: everything, for platform admins alone.
	Company string
	State   string
	Limit   int
	// After is the last run of the page before; the zero Mark is the beginning.
	After Mark
}

// Mark is a place in the list of runs.
type Mark struct {
	DueAt time.Time `json:"d"`
	Scope string    `json:"c"`
	Slot  string    `json:"s"`
}

// Mark is the run's place.
func (r RunInfo) Mark() Mark { return Mark{r.DueAt, r.Scope, r.Slot} }

// ErrNoJob says that nobody has a job of this name.
var ErrNoJob = errors.New("there is no such job")
