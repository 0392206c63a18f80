package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// maxPeriod is the longest period of planned work and of hours: two months.
const maxPeriod = 62

// PlannedWindow is planned work on a date.
type PlannedWindow struct {
	From  clientjson.Instant `json:"from"`
	Until clientjson.Instant `json:"until"`
	Day   string             `json:"day" doc:"the local date on which it begins, to which all of it belongs"`
}

// Holiday is a date.
type Holiday struct {
	Date string `json:"date" format:"date" example:"2026-12-25"`
	Name string `json:"name" minLength:"1" maxLength:"100" example:"Navidad"`
}

// PlannedWork is when a user is planned to work in a period.
type PlannedWork struct {
	UserID   string          `json:"user_id"`
	Zone     string          `json:"zone" doc:"the company's time zone" example:"America/Bogota"`
	Source   string          `json:"source" enum:"user,team,company,none" doc:"whose plan holds; none: nobody has one"`
	Windows  []PlannedWindow `json:"windows" doc:"that overlap the period, whole, in order"`
	Holidays []Holiday       `json:"holidays" doc:"of the company in the period. The windows are without them unless the plan says so"`
}

type (
	plannedInput struct {
		ShiftPlanID
		From time.Time `query:"from" doc:"the beginning of today in the company when left out"`
		To   time.Time `query:"to" doc:"at most 62 days after from; 7 days after it when left out"`
	}
	plannedOutput struct{ Body PlannedWork }
	// NewHolidays are a company's holidays as a client writes them.
	NewHolidays struct {
		Holidays []Holiday `json:"holidays" nullable:"false" maxItems:"500"`
		Version  int64     `json:"version" minimum:"0" doc:"of the holidays that you saw, 0 if there were none: 409 with the current ones when it is another by now"`
	}
	// HolidayList is all holidays of a company.
	HolidayList struct {
		Holidays  []Holiday           `json:"holidays" doc:"by date"`
		Version   int64               `json:"version"`
		UpdatedAt *clientjson.Instant `json:"updated_at,omitempty"`
		UpdatedBy string              `json:"updated_by,omitempty" doc:"id of a user"`
	}
	setHolidaysInput struct{ Body NewHolidays }
	holidaysOutput   struct{ Body HolidayList }
)

func windowsOf(spans []plan.Span) []PlannedWindow {
	windows := []PlannedWindow{}
	for _, w := range spans {
		windows = append(windows, PlannedWindow{clientjson.At(w.From), clientjson.At(w.Until), w.Day})
	}
	return windows
}

func (s *service) planned(ctx context.Context, who auth.Claims, in *plannedInput) (*plannedOutput, error) {
	zone := s.store.Zone(who.Company)
	if in.From.IsZero() {
		from, _, err := day.Bounds(day.Of(s.clock.Now(), zone), zone)
		if err != nil {
			return nil, err
		}
		in.From = from
	}
	if in.To.IsZero() {
		in.To = in.From.Add(7 * 24 * time.Hour)
	}
	if _, _, err := httpx.Period(in.From, in.To); err != nil {
		return nil, err
	}
	if in.To.Sub(in.From) > maxPeriod*24*time.Hour {
		return nil, httpx.Problem(http.StatusUnprocessableEntity, "range_too_long", fmt.Sprintf("Ask for at most %d days at once.", maxPeriod), httpx.Field("query.to", "must be at most 62 days after from"))
	}
	p, days, err := s.store.PlannedOf(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := &plannedOutput{PlannedWork{UserID: in.ID, Zone: zone.String(), Source: p.Source, Windows: windowsOf(p.Spans(in.From, in.To)), Holidays: []Holiday{}}}
	if p.Source == "" {
		out.Body.Source = "none"
	}
	first, last := day.Of(in.From, zone), day.Of(in.To.Add(-time.Millisecond), zone)
	for _, h := range days.Days {
		if h.Date >= first && h.Date <= last {
			out.Body.Holidays = append(out.Body.Holidays, Holiday(h))
		}
	}
	return out, nil
}

func holidaysOf(h store.Holidays) HolidayList {
	list := HolidayList{Holidays: []Holiday{}, Version: h.Version, UpdatedAt: maybe(h.UpdatedAt), UpdatedBy: h.UpdatedBy}
	for _, d := range h.Days {
		list.Holidays = append(list.Holidays, Holiday(d))
	}
	return list
}

func (s *service) holidays(ctx context.Context, who auth.Claims, _ *struct{}) (*holidaysOutput, error) {
	h, err := s.store.Holidays(ctx, who.Company)
	return &holidaysOutput{holidaysOf(h)}, err
}

// setHolidays is idempotent by the version: repeated, it finds the holidays as they should be and changes nothing.
func (s *service) setHolidays(ctx context.Context, who auth.Claims, in *setHolidaysInput) (*holidaysOutput, error) {
	var days []plan.Holiday
	for _, h := range in.Body.Holidays {
		days = append(days, plan.Holiday(h))
	}
	days, err := plan.CleanHolidays(days)
	if err != nil {
		return nil, faultAt("body.", err)
	}
	out := &holidaysOutput{}
	return out, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		h, err := s.store.SetHolidays(ctx, ch, days, in.Body.Version)
		out.Body = holidaysOf(h)
		return err
	})
}

func holidaysChanged(e *store.HolidaysConflictError) error {
	return httpx.Problem(http.StatusConflict, "holidays_changed",
		fmt.Sprintf("User %s changed the holidays meanwhile, at %s. current is how they are now: repeat your change on them.", e.Current.UpdatedBy, e.Current.UpdatedAt.UTC().Format(changedAt)),
		httpx.Current(holidaysOf(e.Current)))
}
