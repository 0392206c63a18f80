package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/series"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const seriesHelp = "The rule is an RRULE of RFC 5545 with days, weeks, months or years, and with an end: UNTIL or COUNT. It names at most 1,000 dates, the last at most five years " +
	"after first_date. The first date has a visit only if the rule names it, and a COUNT counts from there. Times are local to the company. A time that the clocks skip is the first instant " +
	"after the jump, and a time that they show twice is the first of the two.\n\n" +
	"Visits are made 14 days before their dates, those that are due at once. What can no longer be done, because its window has ended, is not made. A visit goes to the worker while the " +
	"worker is active, and else to nobody, and to the team while there is one. While its place is archived none is made, and problem says so. Each visit can be moved, given away or cancelled like any other, " +
	"and is never made again."

// SeriesVisit is what each visit of a series is.
type SeriesVisit struct {
	Tipo string `json:"tipo,omitempty" enum:"visita,tarea" doc:"visita when left out; a tarea needs no place"`
	ActivityDetails
	UserID string `json:"user_id,omitempty" maxLength:"64" doc:"the worker"`
	TeamID string `json:"team_id,omitempty" maxLength:"64" doc:"the team whose supervisors look after it"`
}

// NewSeries are recurring visits that a client wants to make.
type NewSeries struct {
	Visit     SeriesVisit `json:"visit" doc:"what each visit is; external_id is left out, because it names one visit"`
	Rule      string      `json:"rule" maxLength:"500" example:"FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231"`
	FirstDate string      `json:"first_date" format:"date" doc:"local date from which the rule counts, at most a year back and two years ahead" example:"2026-03-09"`
	From      string      `json:"from,omitempty" maxLength:"5" doc:"local time at which each visit may begin; left out together with until for the whole day, until its close" example:"08:30"`
	Until     string      `json:"until,omitempty" maxLength:"5" doc:"local time; one that is not after from is on the next day" example:"10:00"`
	Zone      string      `json:"zone,omitempty" maxLength:"64" doc:"the company's time zone, to be sure that both sides mean the same: another one is refused" example:"America/Bogota"`
}

// ActivitySeries are recurring visits as clients see them.
type ActivitySeries struct {
	ID        string              `json:"id"`
	State     string              `json:"state" enum:"active,over,ended" doc:"active: visits are still to be made. over: all of them are made. ended: somebody ended it"`
	Visit     SeriesVisit         `json:"visit"`
	PlaceName string              `json:"place_name"`
	UserName  string              `json:"user_name"`
	Rule      string              `json:"rule"`
	FirstDate string              `json:"first_date"`
	LastDate  string              `json:"last_date" doc:"that the rule names"`
	From      string              `json:"from" doc:"local time; empty for the whole day"`
	Until     string              `json:"until"`
	Dates     int                 `json:"dates" doc:"how many the rule names"`
	NextDates []string            `json:"next_dates" doc:"the next of those whose visits are still to be made, at most 10"`
	MadeUntil string              `json:"made_until" doc:"date up to which the visits are made; empty before the first"`
	Problem   string              `json:"problem" doc:"why the visits that are due cannot be made: place_archived, or internal. It is tried again every hour. Empty if nothing is wrong"`
	CreatedAt clientjson.Instant  `json:"created_at"`
	CreatedBy string              `json:"created_by" doc:"id of a user"`
	EndedAt   *clientjson.Instant `json:"ended_at,omitempty"`
	EndedBy   string              `json:"ended_by,omitempty"`
	EndReason string              `json:"end_reason,omitempty"`
}

// SeriesEnd ends recurring visits.
type SeriesEnd struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"why; the visits that are cancelled have it too" example:"El cliente terminó el contrato"`
}

type (
	seriesInput struct {
		httpx.Page
		Place   string `query:"place" maxLength:"64"`
		User    string `query:"user" maxLength:"64"`
		Active  string `query:"active" enum:"true,false" doc:"true: only those with visits that are still to be made"`
		Problem string `query:"problem" enum:"true,false" doc:"true: only those whose visits cannot be made at the moment"`
	}
	// ActivitySeriesList is a page of series.
	ActivitySeriesList struct {
		Series []ActivitySeries `json:"series"`
		Next   string           `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	seriesOutput      struct{ Body ActivitySeriesList }
	oneSeriesOutput   struct{ Body ActivitySeries }
	createSeriesInput struct {
		httpx.Keyed
		Body NewSeries
	}
	endSeriesInput struct {
		ActivityID
		httpx.Keyed
		Body SeriesEnd
	}
	seriesMark struct {
		ID string `json:"i"`
	}
)

func (s *service) registerSeries(a *httpx.API) {
	op := func(method, path, id, summary string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: "/v1/activity-series" + path, Summary: summary, Tags: []string{"activities"}, Security: httpx.Roles(office...), Refuse: problem,
		}
	}
	httpx.Handle(a, op(http.MethodGet, "", "list-activity-series", "The series of recurring visits that you may see, the newest first"), s.seriesList)
	create := op(http.MethodPost, "", "create-activity-series", "Make recurring visits")
	create.Status, create.Description = http.StatusCreated, seriesHelp
	httpx.Handle(a, create, s.createSeries)
	httpx.Handle(a, op(http.MethodGet, "/{id}", "get-activity-series", "One series of recurring visits"), s.oneSeries)
	end := op(http.MethodPost, "/{id}/end", "end-activity-series", "End recurring visits, with a reason")
	end.Description = "No more visits are made. Those of the series that nobody has begun (pendiente or aceptada) and whose window is still to come are cancelled with the reason, also when they were moved. " +
		"What has begun, and what should have begun by now, stays as it is."
	httpx.Handle(a, end, s.endSeries)
}

func (s *service) seriesList(ctx context.Context, who auth.Claims, in *seriesInput) (*seriesOutput, error) {
	after, err := httpx.DecodeCursor[seriesMark](in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.SeriesList(ctx, who, store.SeriesFilter{Place: in.Place, User: in.User, Active: in.Active == "true", Problem: in.Problem == "true"}, after.ID, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &seriesOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.Series) seriesMark { return seriesMark{last.ID} })
	out.Body.Series = make([]ActivitySeries, len(rows))
	for i, r := range rows {
		out.Body.Series[i] = seriesOf(r)
	}
	return out, nil
}

func (s *service) oneSeries(ctx context.Context, who auth.Claims, in *ActivityID) (*oneSeriesOutput, error) {
	r, err := s.store.Series(ctx, who, in.ID)
	return &oneSeriesOutput{seriesOf(r)}, err
}

func (s *service) createSeries(ctx context.Context, who auth.Claims, in *createSeriesInput) (out *httpx.Answer[ActivitySeries], err error) {
	closing, err := s.store.Close(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	wanted, err := in.Body.wish(closing, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "create-activity-series", in.Body, http.StatusCreated, func(ch *change.Change) (ActivitySeries, error) {
		r, err := s.store.CreateSeries(ctx, ch, who, wanted)
		return seriesOf(r), err
	})
}

func (s *service) endSeries(ctx context.Context, who auth.Claims, in *endSeriesInput) (out *httpx.Answer[ActivitySeries], err error) {
	reason, err := reasonOf(in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return change.OnceIn(ctx, s.changes, who, in.Keyed, "end-activity-series "+in.ID, in.Body, http.StatusOK, func(ch *change.Change) (ActivitySeries, error) {
		r, err := s.store.EndSeries(ctx, ch, who, in.ID, reason)
		return seriesOf(r), err
	})
}

// wish checks what a client wants to make.
func (n NewSeries) wish(closing day.Close, now time.Time) (w store.NewSeries, err error) {
	w = store.NewSeries{Rule: n.Rule, First: n.FirstDate, Times: series.Times{From: n.From, Until: n.Until}}
	switch zone := closing.Zone.String(); {
	case n.Zone != "" && n.Zone != zone:
		return w, httpx.Invalid("body.zone", fmt.Sprintf("The times of a series are in the time zone of the company, %s. Send this zone, or none.", zone))
	case (n.From == "") != (n.Until == ""):
		return w, httpx.Invalid("body.from", "Send from and until, or neither for the whole day.")
	case n.Visit.ExternalID != "":
		return w, httpx.Invalid("body.visit.external_id", "Leave external_id out: it names one visit, and a series makes many.")
	}
	first, err := w.Times.Window(closing, n.FirstDate)
	if err != nil {
		if _, _, err := day.Bounds(n.FirstDate, closing.Zone); err != nil {
			return w, httpx.Invalid("body.first_date", "The first date must be a date such as 2026-03-09.")
		}
		return w, httpx.Invalid("body.from", "from and until must be local times such as 08:30.")
	}
	w.Draft = visit.Draft{Tipo: n.Visit.Tipo, Details: n.Visit.details(), Worker: n.Visit.UserID, Team: n.Visit.TeamID, Window: first}
	if w.Tipo == "" {
		w.Tipo = visit.KindVisit
	}
	if w.Draft, err = w.Clean(now); err != nil {
		if f, ok := errors.AsType[*place.FaultError](err); ok && f.Field == "from" { // The window of the first date is too far away.
			return w, httpx.Invalid("body.first_date", "first_date must be at most a year back and two years ahead.")
		}
		return w, faultAt("body.visit.", err)
	}
	w.Dates, err = series.Dates(n.Rule, n.FirstDate, func(date string) (time.Time, error) {
		window, err := w.Times.Window(closing, date)
		return window.From, err
	})
	if rule, ok := errors.AsType[*series.RuleError](err); ok {
		return w, httpx.Problem(http.StatusUnprocessableEntity, rule.Code, rule.Detail, httpx.Field("body.rule", rule.Detail))
	}
	return w, err
}

func seriesOf(r store.Series) ActivitySeries {
	v := ActivitySeries{
		ID: r.ID, State: "over", PlaceName: r.PlaceName, UserName: r.UserName, Rule: r.Rule, FirstDate: r.FirstDate, LastDate: r.LastDate,
		From: r.FromTime, Until: r.UntilTime, Dates: r.DateCount, NextDates: append([]string{}, r.Dates...), MadeUntil: r.MadeUntil, Problem: r.Problem,
		CreatedAt: clientjson.At(r.CreatedAt), CreatedBy: r.CreatedBy, EndedAt: clientjson.Maybe(r.EndedAt), EndedBy: r.EndedBy, EndReason: r.EndReason,
		Visit: SeriesVisit{Tipo: r.Tipo, UserID: r.Worker, TeamID: r.Team, ActivityDetails: ActivityDetails{
			Title: r.Title, Notes: r.Notes, Priority: r.Priority, PlaceID: r.PlaceID, Lat: r.Lat, Lon: r.Lon, RadiusM: r.RadiusM, Checklist: []ActivityItem{},
		}},
	}
	for _, i := range r.Items() {
		v.Visit.Checklist = append(v.Visit.Checklist, ActivityItem(i))
	}
	switch {
	case r.EndedAt != nil:
		v.State = "ended"
	case r.MakeAt != nil:
		v.State = "active"
	}
	return v
}
