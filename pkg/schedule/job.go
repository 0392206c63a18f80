package schedule

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// All is the scope of a run for every company. No company can be called this: an id is of A-Z a-z 0-9 _ and -.
const All = "*"

// Job is something that is done again and again: every so often for all companies, or each day for each company. One of
// Every and At is set.
type Job struct {
	// Name is what people know it by, calcular-alertas-geocerca. It is unique in the installation and never changes.
	Name string
	// About says in a sentence what it does.
	About string
	// Every is the time between two runs, in whole seconds. A slot is an instant that is a multiple of it.
	Every time.Duration
	// At is the local time of a company, 22:00. A slot is a date.
	At string
	// CatchUp is how many missed dates a daily job makes up for; 7 when zero.
	CatchUp int
	// Timeout ends a run's context; 30 minutes of wall time when zero.
	Timeout time.Duration
	// Do does it. It may be called again for a slot that was done, and must not mind.
	Do func(ctx context.Context, r Run) error
}

// Run is one call of Job.Do.
type Run struct {
	Job string
	// Scope is the company to work for, or All. An interval job has a company when somebody asked for that one alone.
	Scope string
	// Slot is a date or, of an interval job, an instant in RFC 3339.
	Slot  string
	DueAt time.Time
	// Date is the company's local date of a daily job, 2006-01-02; empty of an interval job.
	Date string
	// Zone is the company's as the directory knows it; UTC for All.
	Zone *time.Location
	// Attempt is 1 for the first.
	Attempt int
	// Late: it began well after it was due, because nothing ran then.
	Late bool
	// RequestedBy is the person who asked for this run; empty when its time came.
	RequestedBy string
}

const (
	defaultCatchUp = 7
	defaultTimeout = 30 * time.Minute
	mostCatchUp    = 31
	mostEvery      = 24 * time.Hour
	lateAfter      = 5 * time.Minute
)

var jobName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// check finds what is wrong with a job and fills in what was left out.
func (j Job) check() (Job, error) {
	switch {
	case !jobName.MatchString(j.Name):
		return j, fmt.Errorf("job %q: the name must match %s", j.Name, jobName)
	case j.Do == nil:
		return j, fmt.Errorf("job %s has nothing to do", j.Name)
	case (j.Every != 0) == (j.At != ""):
		return j, fmt.Errorf("job %s: give one of Every and At", j.Name)
	case j.At != "" && !local.MatchString(j.At):
		return j, fmt.Errorf("job %s: At %q is no time such as 22:00", j.Name, j.At)
	case j.At == "" && (j.Every < time.Second || j.Every > mostEvery || j.Every%time.Second != 0):
		return j, fmt.Errorf("job %s: Every %v is not whole seconds up to %v", j.Name, j.Every, mostEvery)
	case j.CatchUp < 0 || j.CatchUp > mostCatchUp:
		return j, fmt.Errorf("job %s: CatchUp %d is not 0 to %d", j.Name, j.CatchUp, mostCatchUp)
	case j.Timeout < 0:
		return j, fmt.Errorf("job %s: Timeout %v is negative", j.Name, j.Timeout)
	}
	if j.CatchUp == 0 {
		j.CatchUp = defaultCatchUp
	}
	if j.Timeout == 0 {
		j.Timeout = defaultTimeout
	}
	return j, nil
}

func (j Job) daily() bool { return j.At != "" }

func (j Job) kind() string {
	if j.daily() {
		return kindDaily
	}
	return kindInterval
}

// rule is what decides, with a zone, when the job is due.
func (j Job) rule() string {
	if j.daily() {
		return j.At
	}
	return strconv.FormatInt(j.seconds(), 10) + "s"
}

func (j Job) seconds() int64 { return int64(j.Every / time.Second) }

// lateAfter is how long after it was due a run counts as late.
func (j Job) lateAfter() time.Duration {
	if j.daily() {
		return lateAfter
	}
	return min(lateAfter, j.Every/2)
}

// Kinds of jobs in the table.
const (
	kindInterval = "interval"
	kindDaily    = "daily"
)

// checkJobs checks all jobs of a service.
func checkJobs(jobs []Job) ([]Job, error) {
	if len(jobs) == 0 {
		return nil, errors.New("a scheduler without jobs has nothing to do")
	}
	seen := map[string]bool{}
	checked := make([]Job, 0, len(jobs))
	for _, j := range jobs {
		j, err := j.check()
		if err != nil {
			return nil, err
		}
		if seen[j.Name] {
			return nil, fmt.Errorf("job %s is there twice", j.Name)
		}
		seen[j.Name] = true
		checked = append(checked, j)
	}
	return checked, nil
}
