package zone_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// pos is [lon, lat], as GeoJSON has it.
type pos = [2]float64

type rings [][]pos

func parse(t testing.TB, kind string, coordinates any) *zone.Shape {
	t.Helper()
	s, err := zone.Parse(geometry(t, kind, coordinates), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func geometry(t testing.TB, kind string, coordinates any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "coordinates": coordinates})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func circle(t testing.TB, lat, lon, radiusM float64) *zone.Shape {
	t.Helper()
	s, err := zone.Parse(geometry(t, "Point", pos{lon, lat}), &radiusM, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func corridor(t testing.TB, widthM float64, line []pos) *zone.Shape {
	t.Helper()
	s, err := zone.Parse(geometry(t, "LineString", line), nil, &widthM)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// star is a ring around a centre: its corners lie in even directions, between the shares low and high of a radius.
func star(r *rand.Rand, lat, lon, radiusM, low, high float64, corners int) []pos {
	p := geo.NewProjection(lat, lon)
	ring := make([]pos, 0, corners+1)
	for i := range corners {
		turn, way := 2*math.Pi*float64(i)/float64(corners), radiusM*(low+(high-low)*r.Float64())
		cLat, cLon := p.LatLon(way*math.Sin(turn), way*math.Cos(turn))
		ring = append(ring, pos{cLon, cLat})
	}
	return append(ring, ring[0])
}

// holed is a star with two holes. Its edges are shorter than its radius.
func holed(r *rand.Rand, lat, lon, radiusM float64, corners int) rings {
	p := geo.NewProjection(lat, lon)
	east, eastLon := p.LatLon(radiusM/5, 0)
	west, westLon := p.LatLon(-radiusM/5, 0)
	return rings{
		star(r, lat, lon, radiusM, 0.5, 1, corners),
		star(r, east, eastLon, radiusM, 0.05, 0.15, 7),
		star(r, west, westLon, radiusM, 0.05, 0.15, 5),
	}
}

// ask is a position within a way of a centre, or half of the time within some metres of a border.
func ask(r *rand.Rand, lat, lon, wayM float64, border rings) (float64, float64) {
	p := geo.NewProjection(lat, lon)
	if r.IntN(2) == 0 {
		return p.LatLon(wayM*(2*r.Float64()-1), wayM*(2*r.Float64()-1))
	}
	ring := border[r.IntN(len(border))]
	i, t := r.IntN(len(ring)-1), r.Float64()
	x1, y1 := p.XY(ring[i][1], ring[i][0])
	x2, y2 := p.XY(ring[i+1][1], ring[i+1][0])
	return p.LatLon(x1+t*(x2-x1)+30*r.NormFloat64(), y1+t*(y2-y1)+30*r.NormFloat64())
}

// toEdges is the way to the nearest edge by trying: the length on the ellipsoid has one minimum along a short edge.
func toEdges(lat, lon float64, lines ...[]pos) float64 {
	least := math.Inf(1)
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			dLon := math.Remainder(b[0]-a[0], 360)
			d := func(t float64) float64 { return geo.Distance(lat, lon, a[1]+t*(b[1]-a[1]), a[0]+t*dLon) }
			if d(0)-geo.Distance(a[1], a[0], b[1], b[0]) > least {
				continue
			}
			low, high := 0.0, 1.0
			for range 40 {
				third := (high - low) / 3
				if d(low+third) < d(high-third) {
					high -= third
				} else {
					low += third
				}
			}
			least = min(least, d(low), d(0), d(1))
		}
	}
	return least
}
