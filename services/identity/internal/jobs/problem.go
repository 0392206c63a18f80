package jobs

import (
	"errors"
	"net/http"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/schedule"
)

// refusals maps the schedule's errors to HTTP responses. field names the part of the request that is at fault.
var refusals = []struct {
	err         error
	status      int
	code, field string
	detail      string
}{
	{schedule.ErrNoJob, http.StatusNotFound, "job_not_found", "", "There is no job of this name. GET /v1/jobs lists those there are."},
	{schedule.ErrRunning, http.StatusConflict, "job_running", "", "This run is due or running already. Look at the job's runs for how it ends."},
	{
		schedule.ErrFuture, http.StatusUnprocessableEntity, "date_in_future", "body.date",
		"This date's time has not come in the company's zone: the job closes a day. Name an earlier date, or none for the last one.",
	},
	{
		schedule.ErrDate, http.StatusUnprocessableEntity, "date_invalid", "body.date",
		"The job cannot be run for this. A daily job takes a date of the last year such as 2026-03-08, any other job takes none.",
	},
	{
		errNoCompany, http.StatusUnprocessableEntity, "company_not_found", "company",
		"There is no company with this id.",
	},
	{
		schedule.ErrNoCompany, http.StatusUnprocessableEntity, "company_required", "company",
		"A daily job runs for one company. Name it; one that is new is planned for within a minute.",
	},
}

func problem(err error) error {
	for _, r := range refusals {
		if !errors.Is(err, r.err) {
			continue
		}
		opts := []httpx.Option{httpx.Cause(err)}
		if r.field != "" {
			opts = append(opts, httpx.Field(r.field, err.Error()))
		}
		return httpx.Problem(r.status, r.code, r.detail, opts...)
	}
	return err
}
