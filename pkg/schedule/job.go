package schedule

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// All is the scope of a run for all companies. No company can have this id, because an id contains only A-Z a-z 0-9 _ and
// -.
const All = "*"

// Job is repeated work: at a fixed interval for all companies, or once a day for each company. Set either Every or At.
type Job struct {
	// Name identifies the job to people, for example calcular-alertas-geocerca. It is unique in the installation and
	// never changes.
	Name string
	// About says in one sentence what the job does.
	About string
	// Every is the time between two runs, in whole seconds. Each multiple of it is a slot.
	Every time.Duration
	// At is the local time of each company at which the job is due, such as 22:00. Each date is a slot.
	At string
	// CatchUp is how many missed dates a daily job runs afterwards; zero means 7.
	CatchUp int
	// Timeout ends the context of a run, in wall time; zero means 30 minutes.
	Timeout time.Duration
	// Do does the work. It must be idempotent, because it may be called again for a slot that was done.
	Do func(ctx context.Context, r Run) error
}

// Run is one call of Job.Do.
type Run struct {
	Job string
	// Scope is the company to work for, or All. A run of an interval job has a company only if somebody requested that.
	Scope string
	// Slot is a date for a daily job, and an instant in RFC 3339 for an interval job.
	Slot  string
	DueAt time.Time
	// Date is the company's local date, 2006-01-02, for a daily job. It is empty for an interval job.
	Date string
	// Zone is the company's time zone as the directory knows it, or UTC for All.
	Zone *time.Location
	// Attempt is 1 for the first attempt.
	Attempt int
	// Late means that the run began well after it was due, because nothing ran at that time.
	Late bool
	// RequestedBy is the person who requested this run. It is empty for a run that was planned.
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

// check reports mistakes in a job, and sets the default values.
func (j Job) check() (Job, error) {
	switch {
	case !jobName.MatchString(j.Name):
		return j, fmt.Errorf("job %q: the name must match %s", j.Name, jobName)
	case j.Do == nil:
		return j, fmt.Errorf("job %s has no Do", j.Name)
	case (j.Every != 0) == (j.At != ""):
		return j, fmt.Errorf("job %s: give one of Every and At", j.Name)
	case j.At != "" && !local.MatchString(j.At):
		return j, fmt.Errorf("job %s: At %q is not a time such as 22:00", j.Name, j.At)
	case j.At == "" && (j.Every < time.Second || j.Every > mostEvery || j.Every%time.Second != 0):
		return j, fmt.Errorf("job %s: Every %v must be whole seconds, at most %v", j.Name, j.Every, mostEvery)
	case j.CatchUp < 0 || j.CatchUp > mostCatchUp:
		return j, fmt.Errorf("job %s: CatchUp %d must be 0 to %d", j.Name, j.CatchUp, mostCatchUp)
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

// rule returns the part of the job that, together with a time zone, decides when it is due.
func (j Job) rule() string {
	if j.daily() {
		return j.At
	}
	return strconv.FormatInt(j.seconds(), 10) + "s"
}

func (j Job) seconds() int64 { return int64(j.Every / time.Second) }

// lateAfter returns how long after its due time a run counts as late.
func (j Job) lateAfter() time.Duration {
	if j.daily() {
		return lateAfter
	}
	return min(lateAfter, j.Every/2)
}

// furthestAhead returns how far from now the next slot may be due. Clocks of replicas differ a little, and a company that
// moves to another time zone may have two more days until its next date.
func (j Job) furthestAhead() time.Duration {
	if j.daily() {
		return 72 * time.Hour
	}
	return 2 * j.Every
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
			return nil, fmt.Errorf("job %s is listed twice", j.Name)
		}
		seen[j.Name] = true
		checked = append(checked, j)
	}
	return checked, nil
}
