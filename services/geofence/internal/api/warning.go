package api

import (
	"fmt"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// zoneWarning is something that the sender of a zone should know.
type zoneWarning struct {
	Code   string `json:"code" enum:"vertices_added,ring_closed,zone_narrow"`
	Detail string `json:"detail"`
}

// narrowM is how far within its border, in metres, a zone must reach for phones to tell its inside from its outside.
const narrowM = 30

func warnings(d *zone.Draft) (list []zoneWarning) {
	if d.Added > 0 {
		list = append(list, zoneWarning{"vertices_added", fmt.Sprintf("Edges longer than 50 km were cut, straight in longitude and latitude: %d vertices were added.", d.Added)})
	}
	if d.Closed {
		list = append(list, zoneWarning{"ring_closed", "The ends of a ring were within a centimetre, and it was closed."})
	}
	if d.Shape.NarrowerThan(narrowM) {
		list = append(list, zoneWarning{"zone_narrow", fmt.Sprintf("No place of the zone is %d m within its border. Phones err by as much, so that alerts may come late to their end, or never.", narrowM)})
	}
	return list
}
