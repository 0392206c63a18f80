package schedule

import (
	"errors"
	"time"
)

// Info describes a job to people.
type Info struct {
	Name, Service, About string
	// Every is set for an interval job, and At for a daily one.
	Every time.Duration
	At    string
	// NextDueAt is zero when nothing is planned.
	NextDueAt time.Time
	// Last is the newest run; nil when there was none.
	Last *RunInfo
}

// RunInfo describes the run of a slot.
type RunInfo struct {
	Job                   string
	Scope                 string // a company, or All
	Slot                  string
	DueAt                 time.Time
	State                 string
	Late                  bool
	Missed, Attempts      int
	StartedAt, FinishedAt time.Time // zero if that has not happened
	Error, RequestedBy    string
}

// Filter narrows the runs of a job.
type Filter struct {
	Job string
	// Company selects the runs of one company and those of scope All. If it is empty, Runs returns the runs of all
	// companies, which only platform admins may see.
	Company string
	State   string
	Limit   int
	// After is the last run of the previous page. The zero Mark starts at the beginning.
	After Mark
}

// Mark is a position in the list of runs.
type Mark struct {
	DueAt time.Time `json:"d"`
	Scope string    `json:"c"`
	Slot  string    `json:"s"`
}

// Mark returns the run's position in the list.
func (r RunInfo) Mark() Mark { return Mark{r.DueAt, r.Scope, r.Slot} }

// ErrNoJob says that no service has a job of this name.
var ErrNoJob = errors.New("there is no such job")
