package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/services/geofence/internal/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// schema is what a client's generator sees of one.
type schema struct {
	Ref         string            `json:"$ref"`
	Type        any               `json:"type"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Required    []string          `json:"required"`
	Properties  map[string]schema `json:"properties"`
	Items       *schema           `json:"items"`
	OneOf       []schema          `json:"oneOf"`
	Enum        []string          `json:"enum"`
	Examples    []json.RawMessage `json:"examples"`
	Pattern     string            `json:"pattern"`
}

func schemas(t *testing.T) map[string]schema {
	t.Helper()
	web := httpx.NewAPI("geofence", httpx.Options{Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Auth: authtest.New(t).Verifier(t, nil)})
	Register(web, nil)
	raw, err := json.Marshal(web.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d.Components.Schemas
}

// Who writes a client generates it from the description: all names are geofence's own, and types are what is sent.
func TestTheDescriptionSaysWhatAClientNeeds(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for name, s := range all {
		if name == "ProblemDetails" || name == "FieldError" {
			continue // everybody's
		}
		if name != "Window" && !strings.Contains(name, "Zone") {
			t.Errorf("%s may be another service's name too", name)
		}
		for field, p := range s.Properties {
			if _, one := p.Type.(string); !one && p.Ref == "" {
				t.Errorf("%s.%s may be %v", name, field, p.Type)
			}
		}
	}
	if got := all["NewZone"].Required; !slices.Equal(got, []string{"type", "geometry", "properties"}) {
		t.Errorf("a new zone needs %v", got)
	}
	if got := all["NewZoneProperties"].Required; !slices.Equal(got, []string{"name"}) {
		t.Errorf("its properties need %v", got)
	}
	for _, name := range []string{"NewZone", "ZoneFeature"} {
		if ref := all[name].Properties["geometry"].Ref; ref != "#/components/schemas/ZoneGeometry" {
			t.Errorf("%s's geometry is %q", name, ref)
		}
	}
	for _, name := range []string{"NewZoneProperties", "ZoneSettings", "ZoneAssignment", "Window"} {
		for field, p := range all[name].Properties {
			if p.Description == "" {
				t.Errorf("%s.%s is not described", name, field)
			}
		}
	}
	window := all["Window"].Properties
	if got := window["days"].Items.Enum; len(got) != 7 || got[0] != "mon" {
		t.Errorf("days are %v", got)
	}
	var from, to string
	if json.Unmarshal(window["from"].Examples[0], &from) != nil || json.Unmarshal(window["to"].Examples[0], &to) != nil ||
		(plan.Schedule{{Days: []string{"mon"}, From: from, To: to}}).Check() != nil {
		t.Errorf("the example %s to %s is no window", from, to)
	}
}

func TestTheDescriptionOfAGeometry(t *testing.T) {
	t.Parallel()
	g := schemas(t)["ZoneGeometry"]
	depth := func(s schema) (n int) {
		for at := s.Properties["coordinates"]; at.Items != nil; at = *at.Items {
			n++
		}
		return n
	}
	got := map[string]int{}
	for _, s := range g.OneOf {
		if s.Type != "object" || !slices.Equal(s.Properties["type"].Enum, []string{s.Title}) || !slices.Equal(s.Required, []string{"type", "coordinates"}) {
			t.Errorf("%+v", s)
		}
		got[s.Title] = depth(s)
	}
	if got["Point"] != 1 || got["LineString"] != 2 || got["Polygon"] != 3 || got["MultiPolygon"] != 4 || len(got) != 4 {
		t.Errorf("depths %v", got)
	}
	radius := 50.0
	for _, e := range g.Examples {
		f := newZone{Geometry: geometry{e}, Properties: newZoneProperties{Name: "X"}}
		if strings.Contains(string(e), "Point") {
			f.Properties.RadiusM = &radius
		}
		if _, _, err := f.zone("x"); err != nil {
			t.Errorf("the example %s: %v", e, err)
		}
	}
	if len(g.Examples) < 2 || g.Description == "" {
		t.Errorf("%+v", g)
	}
}
