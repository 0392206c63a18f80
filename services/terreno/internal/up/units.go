package up

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/chat"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/inactivity"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/summary"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

// unit is a service that can run here.
type unit struct {
	name   string
	schema db.Schema
	build  func(Config, app.Deps) (*app.Service, error)
}

func units() []unit {
	return []unit{
		{"identity", identity.Schema, func(c Config, d app.Deps) (*app.Service, error) { return identity.New(c.Identity, d) }},
		{"tracking-ingest", trackingingest.Schema, func(c Config, d app.Deps) (*app.Service, error) { return trackingingest.New(c.Ingest, d) }},
		{"geofence", geofence.Schema, func(c Config, d app.Deps) (*app.Service, error) { return geofence.New(c.Geofence, d) }},
		{"notifier", notifier.Schema, func(c Config, d app.Deps) (*app.Service, error) { return notifier.New(c.Notifier, d) }},
		{"activity", activity.Schema, func(c Config, d app.Deps) (*app.Service, error) { return activity.New(c.Activity, d) }},
		{"inactivity", inactivity.Schema, func(c Config, d app.Deps) (*app.Service, error) { return inactivity.New(c.Inactivity, d) }},
		{"summary", summary.Schema, func(c Config, d app.Deps) (*app.Service, error) { return summary.New(c.Summary, d) }},
		{"chat", chat.Schema, func(c Config, d app.Deps) (*app.Service, error) { return chat.New(c.Chat, d) }},
		{"gateway", gateway.Schema, func(c Config, d app.Deps) (*app.Service, error) { return gateway.New(c.Gateway, d) }},
	}
}

// Schemas returns the schemas of all services, and the schema that their scheduled jobs share. The database of an
// installation always has all of them, even if only some of the services run here.
func Schemas() []db.Schema {
	schemas := []db.Schema{schedule.Schema}
	for _, u := range units() {
		schemas = append(schemas, u.schema)
	}
	return schemas
}

// choose returns the named units, or all units when no name is given.
func choose(names []string) ([]unit, error) {
	all := units()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []unit
	for _, name := range names {
		i := slices.IndexFunc(all, func(u unit) bool { return u.name == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown service %q: name some of %s, or none to run all", name, known(all))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func known(all []unit) string {
	var names []string
	for _, u := range all {
		names = append(names, u.name)
	}
	return strings.Join(names, ", ")
}
