// Package api is the HTTP side of inactivity: what phones say of themselves, who is silent, and the settings.
//
// A colaborador sees itself, a supervisor also the members of its teams, an admin all of the company. For anybody else the answer is
// "not found". A 2xx for a change means that it is stored. Nothing here outlives its request.
package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

type service struct {
	store   *store.Store
	changes *change.Changes
	clock   clock.Clock
	schemas huma.Registry
	states  *prometheus.CounterVec
}

// Deps is what the operations need.
type Deps struct {
	Store   *store.Store
	Changes *change.Changes
	Clock   clock.Clock
	Metrics prometheus.Registerer
}

// Register adds the operations to an API.
func Register(a *httpx.API, d Deps) {
	s := &service{
		store: d.Store, changes: d.Changes, clock: d.Clock, schemas: a.OpenAPI().Components.Schemas,
		states: obs.Register(d.Metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "inactivity_device_states_total", Help: "Lines of what phones said of themselves, by outcome: kept or rejected.",
		}, []string{"outcome"})),
	}
	s.registerStates(a)
	s.registerSilences(a)
	s.registerSettings(a)
}

var refusals = httpx.Refusals{
	{Err: store.ErrNoUser, Status: http.StatusNotFound, Code: "user_not_found", Detail: "There is no such user among those whom you may see."},
	{Err: store.ErrNoTeam, Status: http.StatusNotFound, Code: "team_not_found", Detail: "The company has no such team."},
}

// problem makes a problem of what the store refuses.
func problem(err error) error {
	if c, ok := asConflict(err); ok {
		return httpx.Problem(http.StatusConflict, "settings_changed",
			"Somebody changed these settings meanwhile. current is how they are now: repeat your change on them.", httpx.Current(settingsOf(c.Current)))
	}
	return refusals.Problem(err)
}

// UserID is in the address.
type UserID struct {
	ID string `path:"id" maxLength:"64" doc:"id of a user"`
}

type instant = clientjson.Instant
