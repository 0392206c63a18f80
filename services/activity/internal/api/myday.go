package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/day"
)

// DayActivity is a visit of a day with its checklist.
type DayActivity struct {
	Activity
	Contact   string          `json:"contact" doc:"of the place"`
	Checklist []ChecklistItem `json:"checklist"`
}

// MyDay is what a worker has to do on a day.
type MyDay struct {
	Day        string           `json:"day"`
	Zone       string           `json:"zone" doc:"the company's time zone" example:"America/Bogota"`
	Settings   ActivitySettings `json:"settings"`
	Planned    []PlannedWindow  `json:"planned" doc:"your planned work that overlaps the day, whole, in order; without holidays unless your plan says so"`
	Shifts     []Shift          `json:"shifts" doc:"that last or lasted on this day, the newest first"`
	Activities []DayActivity    `json:"activities" doc:"whose window overlaps the day, and what is open from days before, by the beginning of their window; at most 500"`
}

type (
	myDayInput struct {
		Day   string `query:"day" format:"date" doc:"today in the company when left out"`
		Match string `header:"If-None-Match" doc:"the ETag of the last answer: 304 without a body while nothing has changed"`
	}
	myDayOutput struct {
		Status int
		ETag   string `header:"ETag"`
		Body   MyDay
	}
)

func (s *service) registerMyDay(a *httpx.API) {
	httpx.Handle(a, httpx.Operation{
		ID: "get-my-day", Method: http.MethodGet, Path: "/v1/my-day", Summary: "All that you have to do on a day, for a phone", Tags: []string{"phones"},
		Security: httpx.Roles(), Refuse: problem,
	}, s.myDay)
}

func (s *service) myDay(ctx context.Context, who auth.Claims, in *myDayInput) (*myDayOutput, error) {
	zone := s.store.Zone(who.Company)
	date := in.Day
	if date == "" {
		date = day.Of(s.clock.Now(), zone)
	}
	from, until, err := day.Bounds(date, zone)
	if err != nil {
		return nil, httpx.Invalid("query.day", "The day must be a date such as 2026-03-08.")
	}
	d, err := s.store.Day(ctx, who, from, until)
	if err != nil {
		return nil, err
	}
	out := &myDayOutput{Status: http.StatusOK, Body: MyDay{
		Day: date, Zone: zone.String(), Settings: ActivitySettings(d.Settings), Planned: windowsOf(d.Planned), Shifts: []Shift{}, Activities: []DayActivity{},
	}}
	for _, v := range d.Visits {
		out.Body.Activities = append(out.Body.Activities, DayActivity{activityOf(v), v.PlaceContact, checklistOf(v)})
	}
	for _, sh := range d.Shifts {
		out.Body.Shifts = append(out.Body.Shifts, shiftOf(sh))
	}
	raw, err := json.Marshal(out.Body)
	if err != nil {
		return nil, fmt.Errorf("encode a day: %w", err)
	}
	sum := sha256.Sum256(raw)
	out.ETag = `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
	if httpx.Matches(in.Match, out.ETag) {
		out.Status = http.StatusNotModified
	}
	return out, nil
}
