package api

import (
	"context"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// maxSpan is a month, the longest time that one playback may cover.
const maxSpan = 31 * 24 * time.Hour

type latestInput struct {
	httpx.Page
	Team string `query:"team" maxLength:"64" doc:"only users who are in this team"`
}

type playbackInput struct {
	ID     string    `path:"id"`
	From   time.Time `query:"from" required:"true" doc:"recorded at or after"`
	To     time.Time `query:"to" required:"true" doc:"recorded before; at most 31 days after from"`
	Device string    `query:"device" maxLength:"64" doc:"only what this device took"`
	Limit  int       `query:"limit" minimum:"1" maximum:"5000" default:"1000" doc:"how many at most"`
	Cursor string    `query:"cursor" maxLength:"1024" doc:"next of the page before; opaque"`
}

type listOutput struct {
	Body positionList
}

type positionList struct {
	Positions []Position `json:"positions"`
	Next      string     `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

// place is where the next page begins. A page of latest positions begins after this user. A page of a playback begins
// after this position.
type place struct {
	User   string    `json:"u,omitempty"`
	At     time.Time `json:"t,omitzero"`
	Device string    `json:"d,omitempty"`
}

func (s *service) latest(ctx context.Context, who auth.Claims, in *latestInput) (*listOutput, error) {
	after, err := httpx.DecodeCursor[place](in.Cursor)
	if err != nil {
		return nil, err
	}
	// Ask for one row more than the limit. If it comes, there is another page.
	rows, err := s.store.Latest(ctx, who, in.Team, after.User, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return page(rows, in.Limit, func(last store.Position) place { return place{User: last.UserID} }), nil
}

func (s *service) playback(ctx context.Context, who auth.Claims, in *playbackInput) (*listOutput, error) {
	after, err := httpx.DecodeCursor[place](in.Cursor)
	if err != nil {
		return nil, err
	}
	if err := checkSpan(in.From, in.To); err != nil {
		return nil, err
	}
	if subject.CheckID(in.ID) != nil {
		return nil, notSeen()
	}
	from := in.From
	if after.At.After(from) {
		from = after.At
	}
	rows, seen, err := s.store.Playback(ctx, who, store.Range{
		User: in.ID, Device: in.Device, From: from, To: in.To, After: after.At, AfterDevice: after.Device, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	if !seen {
		return nil, notSeen()
	}
	return page(rows, in.Limit, func(last store.Position) place {
		return place{At: last.RecordedAt.Time(), Device: last.DeviceID}
	}), nil
}

func checkSpan(from, to time.Time) error {
	if _, _, err := httpx.Period(from, to); err != nil {
		return err
	}
	if to.Sub(from) > maxSpan {
		return httpx.Problem(http.StatusUnprocessableEntity, "range_too_long", "Ask for at most 31 days at once.",
			httpx.Field("query.to", "must be at most 31 days after from"))
	}
	return nil
}

// notSeen is the answer for a user whom the viewer may not see. It does not reveal whether the user exists.
func notSeen() error {
	return httpx.Problem(http.StatusNotFound, "not_found", "There is no such user among those whom you may see.")
}

func page(rows []store.Position, limit int, next func(last store.Position) place) *listOutput {
	rows, cursor := httpx.Cut(rows, limit, next)
	return &listOutput{positionList{Positions: positionsOf(rows), Next: cursor}}
}
