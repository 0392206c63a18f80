package api

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

type (
	peopleInput struct {
		ZoneID
		httpx.Page
	}
	peopleOutput struct{ Body zonePeople }
	zonePeople   struct {
		People []zonePerson `json:"people" nullable:"false"`
		Next   string       `json:"next,omitempty" doc:"cursor of the next page; left out on the last one"`
	}
	zonePerson struct {
		UserID string `json:"user_id"`
		Name   string `json:"name"`
		State  string `json:"state" enum:"outside,inside,unknown" doc:"outside: of all zones that apply to them, and not yet back; inside: in one of these zones; unknown: not confirmed, or no zone applies at this time"`
		// The rest is left out where it is not known.
		JudgedAt     *time.Time `json:"judged_at,omitempty" doc:"when the last position that counted was recorded"`
		OutsideSince *time.Time `json:"outside_since,omitempty" doc:"when the first position outside was recorded"`
		DistanceM    *float64   `json:"distance_m,omitempty" doc:"how far that position was from the nearest of their zones, metres"`
		AlertID      string     `json:"alert_id,omitempty" doc:"the alert about it"`
	}
)

func (s *service) people(ctx context.Context, who auth.Claims, in *peopleInput) (*peopleOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.zones.People(ctx, who.Company, in.ID, viewer(who), visible.Of(who), after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{}
	found, out.Body.Next = httpx.Cut(found, in.Limit, func(last store.ZonePerson) store.Mark { return last.Mark })
	out.Body.People = make([]zonePerson, len(found))
	for i, p := range found {
		out.Body.People[i] = personOf(p)
	}
	return out, nil
}

// personOf says where somebody is. An alert goes on over a gap in the positions, until the person is back.
func personOf(p store.ZonePerson) zonePerson {
	one := zonePerson{UserID: p.ID, Name: p.Name, State: "unknown"}
	if !p.LastAt.IsZero() {
		one.JudgedAt = &p.LastAt
	}
	switch {
	case p.Alert != nil:
		since := p.Alert.Start.At.UTC()
		one.State, one.OutsideSince, one.DistanceM, one.AlertID = "outside", &since, &p.Alert.DistanceM, p.Alert.ID
	case p.Status == rule.Inside:
		one.State = "inside"
	}
	return one
}
