package schedule

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
)

// Jobs returns all jobs by name. Each has its next due time and its last run, for the company and for All, or for all
// companies when company is empty.
func Jobs(ctx context.Context, d *db.DB, company string) (all []Info, err error) {
	err = d.AsWorker(ctx, func(tx *sqlx.Tx) error {
		var rows []jobRow
		if err := tx.SelectContext(ctx, &rows, listJobs, company); err != nil {
			return fmt.Errorf("list jobs: %w", err)
		}
		for _, r := range rows {
			i := r.info()
			last, err := listRuns(ctx, tx, Filter{Job: i.Name, Company: company, Limit: 1})
			if err != nil {
				return err
			}
			if len(last) > 0 {
				i.Last = &last[0]
			}
			all = append(all, i)
		}
		return nil
	})
	return all, err
}

// Runs returns runs of a job, the newest slot first. It returns ErrNoJob when there is no such job.
func Runs(ctx context.Context, d *db.DB, f Filter) (all []RunInfo, err error) {
	err = d.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if _, err := readJob(ctx, tx, f.Job); err != nil {
			return err
		}
		all, err = listRuns(ctx, tx, f)
		return err
	})
	return all, err
}

// Errors of Request on which a caller decides.
var (
	// ErrRunning: the slot is due or running already.
	ErrRunning = errors.New("the run is due or running already")
	// ErrFuture: the slot is not due yet. A daily job closes a day, and would close only part of it.
	ErrFuture = errors.New("the date's time has not come")
	// ErrDate: the text is not a date, the date is too long ago, or the job has no dates.
	ErrDate = errors.New("not a date that the job can be run for")
	// ErrNoCompany: a daily job needs a company that is in the schedule.
	ErrNoCompany = errors.New("the schedule has no such company for this job")
)

// mostBack is how many days ago a date may be. It limits how many runs a person can request for one company.
const mostBack = 366

// Ask is a person's request to run a job now.
type Ask struct {
	Job string
	// Scope is a company or All.
	Scope string
	// Date is the date of a daily job. If it is empty, the last date that was due is meant.
	Date string
	// By is the person who makes the request.
	By string
	// Now is domain time.
	Now time.Time
}

// Request makes a slot due now, even if it was run before. The service that has the job runs it at its next tick. Request
// works in the caller's transaction, which may be of any service.
func Request(ctx context.Context, tx *sqlx.Tx, a Ask) (RunInfo, error) {
	row, err := readJob(ctx, tx, a.Job)
	if err != nil {
		return RunInfo{}, err
	}
	i := row.info()
	j := Job{Name: i.Name, Every: i.Every, At: i.At}
	var slot string
	var due time.Time
	if j.daily() {
		slot, due, err = askedDate(ctx, tx, j, a)
	} else if slot, due = j.intervalSlot(j.newest(a.Now)); a.Date != "" {
		err = fmt.Errorf("%w: %s has no dates, it runs every %v", ErrDate, j.Name, j.Every)
	}
	if err != nil {
		return RunInfo{}, err
	}
	var r runRow
	err = tx.GetContext(ctx, &r, requestRun, j.Name, a.Scope, slot, due, a.By)
	if errors.Is(err, sql.ErrNoRows) {
		return RunInfo{}, fmt.Errorf("%w: %s", ErrRunning, slot)
	}
	if err != nil {
		return RunInfo{}, fmt.Errorf("request a run: %w", err)
	}
	return r.info(), nil
}

func askedDate(ctx context.Context, tx *sqlx.Tx, j Job, a Ask) (slot string, due time.Time, err error) {
	var name string
	err = tx.GetContext(ctx, &name, scheduledZone, j.Name, a.Scope)
	if errors.Is(err, sql.ErrNoRows) {
		return "", due, ErrNoCompany
	}
	if err != nil {
		return "", due, fmt.Errorf("read the schedule: %w", err)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = time.UTC // as the scheduler does
	}
	last := j.lastDue(zone, a.Now)
	d := last
	if a.Date != "" {
		if d, err = parseDay(a.Date); err != nil {
			return "", due, fmt.Errorf("%w: %w", ErrDate, err)
		}
	}
	due = instant(d, j.At, zone)
	switch {
	case d > last:
		return "", due, fmt.Errorf("%w: %s is due at %s", ErrFuture, d, due.Format(time.RFC3339))
	case d < last-mostBack:
		return "", due, fmt.Errorf("%w: %s is more than %d days ago", ErrDate, d, mostBack)
	}
	return d.String(), due, nil
}
