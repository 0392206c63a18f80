// Package api is the HTTP side of summary: what each day came to, sums and files of them, routes, and the company's street pattern.
//
// A colaborador sees its own days, a supervisor those of the members of its teams, an admin those of the company. For anything else the
// answer is "not found". A closed day is read as it was stored; a day that still runs is computed for whoever asks (package live), and
// says so in its state. Everybody of the company may read its street pattern, which says neither who nor when. Nothing here outlives its
// request.
package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/live"
	"github.com/terreno/terreno/services/summary/internal/store"
)

const (
	// maxBack is how many days ago a date may be, and maxSpan how many days a period may have.
	maxBack, maxSpan = 400, 93
	// maxLive is how many days that still run a page has at most.
	maxLive = 25
	// maxTotals and maxExport are how many lines an answer has at most.
	maxTotals, maxExport = 10_000, 50_000
	// maxFiles is how many files are written at once.
	maxFiles = 2
)

type service struct {
	store *store.Store
	live  *live.Days
	clock clock.Clock
	// files are the places of files that are being written. One that is written holds none while it is sent: its client may be slow.
	files chan struct{}
}

// problem returns what clients read of an error.
func problem(err error) error {
	if _, ok := errors.AsType[*live.FailedError](err); ok {
		return httpx.Problem(http.StatusInternalServerError, "summary_failed", "This day cannot be computed. The log of the service says why. It is tried again each time that somebody asks.")
	}
	return refusals.Problem(err)
}

var refusals = httpx.Refusals{
	{Err: store.ErrNoUser, Status: http.StatusNotFound, Code: "user_not_found", Detail: "There is no such user among those whom you may see."},
	{Err: store.ErrNotFound, Status: http.StatusNotFound, Code: "summary_not_found", Detail: "Nothing is known of this user on this date: no positions, no visits and no shift."},
	{Err: store.ErrTooMany, Status: http.StatusUnprocessableEntity, Code: "too_many_summaries", Detail: "These are more lines than one answer holds. Ask for a team, or for fewer days."},
}

// Register adds the operations to an API.
func Register(a *httpx.API, s *store.Store, c clock.Clock, log *slog.Logger) {
	api := &service{store: s, live: live.New(s, log), clock: c, files: make(chan struct{}, maxFiles)}
	op := func(id, path, summary, more string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: http.MethodGet, Path: path, Summary: summary, Description: more, Tags: []string{"summaries"}, Security: httpx.Roles(), Refuse: problem,
		}
	}
	httpx.Handle(a, op("list-summaries", "/v1/summaries", "What the days of the users whom you may see came to, the newest date first",
		"Days that still run are computed for the answer and have the state preliminary. A page has at most 25 of them: follow next. A user without positions, visits and shifts on a date has no summary of it."), api.list)
	totals := op("total-summaries", "/v1/summaries/totals", "Sums of closed days, by user and week, month or all of the period", "As JSON, or as a CSV or XLSX file.")
	totals.Class = httpx.ClassFiles
	httpx.Handle(a, totals, api.totals)
	describeTotals(a.OpenAPI(), totals.Path)
	export := op("export-summaries", "/v1/summaries/export", "The closed days of a period as a CSV or XLSX file, a line for each user and date",
		"Times are in minutes, instants in the time zone of the day. At most 50,000 lines.")
	export.Class = httpx.ClassFiles
	httpx.Handle(a, export, api.export)
	httpx.Handle(a, op("get-summary", "/v1/users/{id}/summaries/{date}", "What a day of a user came to, with its trips, stops and gaps", ""), api.get)
	httpx.Handle(a, op("get-route", "/v1/users/{id}/route", "The simplified way of a user on a date as GeoJSON, a LineString for each trip", ""), api.route)
	httpx.Handle(a, op("get-street-pattern", "/v1/routes/pattern", "The streets that the company's people use, as GeoJSON without who and when",
		"It is made anew once a day from the routes of the last 30 days. It has only streets that at least three users used, or that somebody used on at least five days. By days, what is within 200 m of where anybody's day began or ended does not count."), api.pattern)
}

func (s *service) today(company string) string {
	return day.DateIn(s.clock.Now(), s.store.Zone(company))
}

// check refuses a date that is ahead or too long ago, and what is no date.
func (s *service) check(who auth.Claims, field, date string) error {
	at, err := time.Parse(day.Layout, date)
	if err != nil {
		return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", "Send a date such as 2026-03-08.", httpx.Field(field, "must be a date"))
	}
	today, err := time.Parse(day.Layout, s.today(who.Company))
	switch {
	case err != nil:
		return err
	case at.After(today):
		return httpx.Problem(http.StatusUnprocessableEntity, "date_ahead", fmt.Sprintf("This date has not come: today is %s.", today.Format(day.Layout)), httpx.Field(field, "is ahead"))
	case at.Before(today.AddDate(0, 0, -maxBack)):
		return httpx.Problem(http.StatusUnprocessableEntity, "date_too_old",
			fmt.Sprintf("Summaries go back %d days, to %s.", maxBack, today.AddDate(0, 0, -maxBack).Format(day.Layout)), httpx.Field(field, "is too long ago"))
	}
	return nil
}

// filter checks a period. date stands for a period of one day; without anything it is today.
func (s *service) filter(who auth.Claims, date string, in SummaryPeriod) (f store.Filter, err error) {
	f = store.Filter{From: in.From, To: in.To, User: in.User, Team: in.Team}
	switch {
	case date != "" && (f.From != "" || f.To != ""):
		return f, httpx.Problem(http.StatusUnprocessableEntity, "range_invalid", "Send either date, or from and to.", httpx.Field("query.date", "does not go with from and to"))
	case date != "":
		f.From, f.To = date, date
		return f, s.check(who, "query.date", date)
	}
	if f.To == "" {
		f.To = s.today(who.Company)
	}
	if f.From == "" {
		f.From = f.To
	}
	if err := s.check(who, "query.from", f.From); err != nil {
		return f, err
	}
	if err := s.check(who, "query.to", f.To); err != nil {
		return f, err
	}
	from, _ := time.Parse(day.Layout, f.From)
	to, _ := time.Parse(day.Layout, f.To)
	if to.Before(from) || to.Sub(from) >= maxSpan*24*time.Hour {
		return f, httpx.Problem(http.StatusUnprocessableEntity, "range_invalid",
			fmt.Sprintf("A period is from one date to another, at most %d days.", maxSpan), httpx.Field("query.to", "must be a date, not before from"))
	}
	return f, nil
}
