package store

import (
	"context"
	"encoding/json"

	"github.com/terreno/terreno/pkg/change"
)

// loggedZone is what the log of changes (GET /v1/changes) shows of a zone.
type loggedZone struct {
	Name         string          `json:"name"`
	Geometry     json.RawMessage `json:"geometry"`
	RadiusM      *float64        `json:"radius_m,omitempty"`
	WidthM       *float64        `json:"width_m,omitempty"`
	ExitBufferM  *float64        `json:"exit_buffer_m,omitempty"`
	ConfirmFixes *int            `json:"confirm_fixes,omitempty"`
	ConfirmS     *int            `json:"confirm_s,omitempty"`
	Schedule     json.RawMessage `json:"schedule,omitempty"`
	Users        []string        `json:"users"`
	Teams        []string        `json:"teams"`
}

func (e *Edit) log(what, id string, before, after *Zone) error {
	l := change.Logged{What: "zone." + what, Entity: "zone/" + id}
	for z, to := range map[*Zone]*any{before: &l.Before, after: &l.After} {
		if z != nil {
			*to = loggedZone{
				z.Name, z.Geometry, z.RadiusM, z.WidthM, z.ExitBufferM, z.ConfirmFixes, z.ConfirmS, z.Schedule,
				append([]string{}, z.Users...), append([]string{}, z.Teams...),
			}
		}
	}
	return e.Log(l)
}

// written logs the change of a zone and returns the zone as it is now.
func (e *Edit) written(ctx context.Context, what, id string, before *Zone) (Zone, error) {
	after, err := e.zone(ctx, id)
	if err != nil {
		return Zone{}, err
	}
	return after, e.log(what, id, before, &after)
}
