package geofence_test

import (
	"compress/gzip"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/geofencetest"
)

// austin is a real day of buses with zones over the city: downtown, a corridor along the highway that crosses it, and two
// halves with a hole between. Every bus has two of them. Phones send late and shuffled.
func austin(t *testing.T) *scene {
	t.Helper()
	file, err := os.Open("../fieldsim/internal/trace/data/austin-2017-03-21.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	days := map[string][]geofencetest.Fix{}
	var buses []string
	for _, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[1])
		lat, err2 := strconv.ParseFloat(row[3], 64)
		lon, err3 := strconv.ParseFloat(row[4], 64)
		if err != nil || err2 != nil || err3 != nil {
			t.Fatal(row, err, err2, err3)
		}
		if lat == 0 && lon == 0 {
			continue // as ingest does
		}
		if days[row[0]] == nil {
			buses = append(buses, row[0])
		}
		days[row[0]] = append(days[row[0]], geofencetest.Fix{At: at.UTC(), Lat: lat, Lon: lon})
	}
	middle := geofencetest.Point{Lon: -97.7431, Lat: 30.2672}
	kinds := []geofencetest.Zone{
		{ID: "downtown", Line: []geofencetest.Point{middle}, Radius: 3000},
		{ID: "highway", Line: []geofencetest.Point{{Lon: -97.8, Lat: 30.15}, {Lon: -97.735, Lat: 30.265}, {Lon: -97.69, Lat: 30.36}, {Lon: -97.67, Lat: 30.45}}, Width: 1500, Buffer: 100},
		{ID: "halves", Polygons: [][][]geofencetest.Point{
			{squareAround(shift(middle, -9000, 0), 5000, false), squareAround(shift(middle, -9000, 0), 1500, true)}, {squareAround(shift(middle, 9000, 0), 5000, false)},
		}},
	}
	s := &scene{}
	rng := rand.New(rand.NewPCG(2017, 3))
	for i, bus := range buses {
		company := companies[i%2]
		mine := []geofencetest.Zone{kinds[i%3], kinds[(i+1)%3]}
		if i%5 == 0 {
			mine = mine[:1]
		}
		s.send(rng, company, bus, "", s.sure(days[bus], mine))
		for _, z := range mine {
			z.Company, z.Users = company, []string{bus}
			s.assign(z)
		}
	}
	s.sort()
	s.decide()
	return s
}

// assign adds a zone, or its users to the one that is there.
func (s *scene) assign(z geofencetest.Zone) {
	for i, there := range s.zones {
		if there.Company == z.Company && there.ID == z.ID {
			s.zones[i].Users = append(s.zones[i].Users, z.Users...)
			return
		}
	}
	s.zones = append(s.zones, z)
}

func TestReferenceOfARealDay(t *testing.T) {
	t.Parallel()
	s := austin(t)
	w := setup(t)
	w.people(t, s)
	w.start(t)
	w.draw(t, s)
	w.play(t, s, nil)
	w.matches(t, s)
	if s.doubtful*20 > s.fixes {
		t.Errorf("%d of %d positions were left out: the day proves little", s.doubtful, s.fixes)
	}
}
