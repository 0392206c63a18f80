package up

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/identity"
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
		{"gateway", gateway.Schema, func(c Config, d app.Deps) (*app.Service, error) { return gateway.New(c.Gateway, d) }},
	}
}

// Schemas of all services, which an installation's database always has, whichever of them run here, and before them the one
// that is every service's.
func Schemas() []db.Schema {
	schemas := []db.Schema{schedule.Schema}
	for _, u := range units() {
		schemas = append(schemas, u.schema)
	}
	return schemas
}

// choose returns the units named, all of them when none is.
func choose(names []string) ([]unit, error) {
	all := units()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []unit
	for _, name := range names {
		i := slices.IndexFunc(all, func(u unit) bool { return u.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no service %q: name some of %s, or none for all", name, known(all))
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
