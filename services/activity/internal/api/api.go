// Package api is the HTTP side of activity: places, visits and tasks, shifts, a phone's day and its queue.
//
// A colaborador sees its own visits and shifts, a supervisor those of the members of its teams and what is given to its teams, an
// admin all of the company. For anything else the answer is "not found". A 2xx for a change means that it is stored, logged and
// on its way to sockets. Nothing here outlives its request.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
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

// once does a change in a transaction of its own, and answers a repeated request as the first time. name is of the operation.
func once[T any](ctx context.Context, s *service, who auth.Claims, key httpx.Keyed, name string, request any, status int, do func(*change.Change) (T, error)) (out *httpx.Answer[T], err error) {
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		out, _, err = change.Once(ch, key, name, request, status, func() (T, error) { return do(ch) })
		return err
	})
	return out, err
}

// reasonOf checks a reason that must be there.
func reasonOf(typed string) (string, error) {
	reason, err := text.Prose(typed, visit.MaxReason)
	switch {
	case err != nil:
		return "", faulty("body.reason", err.Error())
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
		return "", invalid(field, "An id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -.")
	}
	return chosen, nil
}

// numbers reads a parameter of numbers between commas, one for each limit: no number is further from 0 than its limit.
func numbers(name, text string, limits ...float64) ([]float64, error) {
	parts := strings.Split(text, ",")
	if len(parts) != len(limits) {
		return nil, faulty("query."+name, fmt.Sprintf("must be %d numbers with commas between them", len(limits)))
	}
	list := make([]float64, len(parts))
	for i, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(math.Abs(n) <= limits[i]) {
			return nil, faulty("query."+name, fmt.Sprintf("must hold degrees with commas between them: number %d is not one from -%v to %v", i+1, limits[i], limits[i]))
		}
		list[i] = n
	}
	return list, nil
}

// invalid returns the problem that refuses a part of the request.
func invalid(field, detail string) error {
	return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", detail, httpx.Field(field, detail))
}

// faulty returns the problem for a field and what is wrong with it, in words that continue a sentence.
func faulty(field, detail string) error {
	name := field[strings.LastIndexByte(field, '.')+1:]
	return invalid(field, fmt.Sprintf("%s %s.", name, detail))
}
