package api

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

type listInput struct {
	httpx.Page
	Status string    `query:"status" enum:"nueva,reconocida,resuelta"`
	Open   string    `query:"open" enum:"true,false" doc:"true: only alerts that continue; false: only alerts that ended"`
	User   string    `query:"user" maxLength:"64" doc:"only alerts about this user"`
	Team   string    `query:"team" maxLength:"64" doc:"only about users who are in this team now"`
	Type   string    `query:"type" maxLength:"64" doc:"only of this type" example:"outside_zone"`
	Late   string    `query:"late" enum:"true,false" doc:"true: only alerts that became known late; false: only alerts that were raised while they continued"`
	From   time.Time `query:"from" doc:"began at or after"`
	To     time.Time `query:"to" doc:"began before"`
}

// AlertList is a page of alerts.
type AlertList struct {
	Alerts []Alert `json:"alerts"`
	Next   string  `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
}

// AlertDetail is an alert with its log.
type AlertDetail struct {
	Alert
	History []AlertEntry `json:"history" doc:"what happened, in order"`
}

type (
	listOutput struct{ Body AlertList }
	getOutput  struct{ Body AlertDetail }
)

// AlertID is the id in the path.
type AlertID struct {
	ID string `path:"id"`
}

func (s *service) list(ctx context.Context, who auth.Claims, in *listInput) (*listOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	from, to, err := httpx.Period(in.From, in.To)
	if err != nil {
		return nil, err
	}
	// Read one alert more than the page has, to know whether there is another page.
	rows, err := s.store.Alerts(ctx, who, store.Filter{
		Status: in.Status, User: in.User, Team: in.Team, Type: in.Type,
		Open: choice(in.Open), Late: choice(in.Late), From: from, To: to,
	}, store.Page{Limit: in.Limit + 1, After: after.At, AfterID: after.ID})
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.Seen) store.Mark { return store.Mark{At: &last.StartedAt, ID: last.ID} })
	out.Body.Alerts = make([]Alert, len(rows))
	for i, r := range rows {
		out.Body.Alerts[i] = viewOf(r)
	}
	return out, nil
}

func (s *service) get(ctx context.Context, who auth.Claims, in *AlertID) (*getOutput, error) {
	a, log, err := s.store.Alert(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &getOutput{AlertDetail{viewOf(a), entriesOf(log)}}, nil
}

// choice converts a parameter that huma has checked; nil means that it is not set.
func choice(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "true"
	return &yes
}
