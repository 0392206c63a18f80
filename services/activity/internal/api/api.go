// Package api is the HTTP side of activity: places, visits and tasks, shifts, a phone's day and its queue.
//
// A colaborador sees its own visits and shifts, a supervisor those of the members of its teams and what is given to its teams, an
// admin all of the company. For anything else the answer is "not found". A 2xx for a change means that it is stored, logged and
// on its way to sockets. Nothing here outlives its request.
package api

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

type service struct {
	store   *store.Store
	changes *change.Changes
	files   blob.Store
	// photoRoom is how many bytes the photos of a company may have.
	photoRoom int64
	clock     clock.Clock
	schemas   huma.Registry
	metrics   metrics
	log       *slog.Logger
}

// Deps is what the operations need.
type Deps struct {
	Store     *store.Store
	Changes   *change.Changes
	Files     blob.Store
	PhotoRoom int64
	Clock     clock.Clock
	Log       *slog.Logger
	Metrics   prometheus.Registerer
}

// office may plan the work of others.
var office = []string{audience.RoleAdmin, audience.RoleSupervisor}

// Register adds the operations to an API.
func Register(a *httpx.API, d Deps) {
	api := &service{
		store: d.Store, changes: d.Changes, files: d.Files, photoRoom: d.PhotoRoom, clock: d.Clock, schemas: a.OpenAPI().Components.Schemas,
		metrics: newMetrics(d.Metrics), log: d.Log,
	}
	api.registerPlaces(a)
	api.registerActivities(a)
	api.registerSeries(a)
	api.registerSettings(a)
	api.registerShifts(a)
	api.registerPlans(a)
	api.registerHours(a)
	api.registerMyDay(a)
	api.registerSync(a)
}

// reasonOf checks a reason that must be there.
func reasonOf(typed string) (string, error) {
	reason, err := text.Prose(typed, visit.MaxReason)
	switch {
	case err != nil:
		return "", httpx.Faulty("body.reason", err.Error())
	case reason == "":
		return "", store.ErrReasonMissing
	}
	return reason, nil
}

// newID returns the client's id, checked, or makes one. field is where the id stands.
func newID(chosen, field string) (string, error) {
	if chosen == "" {
		id, err := uuid.NewV7()
		return id.String(), err
	}
	if err := subject.CheckID(chosen); err != nil {
		return "", httpx.Invalid(field, "An id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -.")
	}
	return chosen, nil
}

// numbers reads a parameter of numbers between commas, one for each limit: no number is further from 0 than its limit.
func numbers(name, text string, limits ...float64) ([]float64, error) {
	parts := strings.Split(text, ",")
	if len(parts) != len(limits) {
		return nil, httpx.Faulty("query."+name, fmt.Sprintf("must be %d numbers with commas between them", len(limits)))
	}
	list := make([]float64, len(parts))
	for i, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(math.Abs(n) <= limits[i]) {
			return nil, httpx.Faulty("query."+name, fmt.Sprintf("must hold degrees with commas between them: number %d is not one from -%v to %v", i+1, limits[i], limits[i]))
		}
		list[i] = n
	}
	return list, nil
}
