// Package trace reads recorded journeys: one CSV row per fix with the columns vehicle_id, timestamp (RFC 3339 with its
// zone), speed (m/s), latitude and longitude (degrees, WGS 84).
//
// It repairs nothing. The rows of a vehicle keep the file's order, and fixes at 0,0, impossible speeds, repeats and rows
// hours out of order stay in: they are what a bad phone sends, and what a server has to live with. Only what cannot be
// put into JSON (a NaN, a year beyond RFC 3339) is an error, with its line. Nothing here starts goroutines.
package trace

import (
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const day = 24 * time.Hour

//go:embed data/*.csv.gz data/CREDIT.md
var data embed.FS

// Fix is one row. It is comparable.
type Fix struct {
	RecordedAt time.Time // UTC
	Lat, Lon   float64   // degrees
	SpeedMPS   float64
}

// Vehicle is one vehicle with at least one fix, in the file's order.
type Vehicle struct {
	ID    string
	Fixes []Fix
}

// InTime returns the fixes as they were recorded, oldest first, each once as in the file.
func (v Vehicle) InTime() []Fix {
	fixes := slices.Clone(v.Fixes)
	slices.SortStableFunc(fixes, func(a, b Fix) int { return a.RecordedAt.Compare(b.RecordedAt) })
	return fixes
}

// Trace is the journeys of a fleet, vehicles in the order in which the file first names them.
type Trace struct {
	Vehicles []Vehicle
	// Midnight begins the local day of the oldest fix, in the first row's zone.
	Midnight time.Time
	// Days is how many local days the fixes span, at least 1.
	Days int
}

// Names are the traces that Load knows without a path.
func Names() []string {
	files, err := data.ReadDir("data")
	if err != nil {
		panic(err) // embedded when built
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".csv.gz"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Load reads an embedded trace by name, or a .csv or .csv.gz file by its path.
func Load(name string) (*Trace, error) {
	open := func() (io.ReadCloser, error) { return data.Open(path.Join("data", name+".csv.gz")) }
	zipped := true
	if !slices.Contains(Names(), name) {
		if filepath.Ext(name) != ".csv" && filepath.Ext(name) != ".gz" {
			return nil, fmt.Errorf("load trace %q: neither the path of a .csv or .csv.gz file nor one of %s", name, strings.Join(Names(), ", "))
		}
		open = func() (io.ReadCloser, error) { return os.Open(name) }
		zipped = filepath.Ext(name) == ".gz"
	}
	file, err := open()
	if err != nil {
		return nil, fmt.Errorf("load trace: %w", err)
	}
	defer file.Close()
	var r io.Reader = file
	if zipped {
		if r, err = gzip.NewReader(file); err != nil {
			return nil, fmt.Errorf("load trace %s: %w", name, err)
		}
	}
	t, err := Read(r)
	if err != nil {
		return nil, fmt.Errorf("load trace %s: %w", name, err)
	}
	return t, nil
}

// Shift returns the fixes as if they had been recorded d later.
func Shift(fixes []Fix, d time.Duration) []Fix {
	moved := slices.Clone(fixes)
	for i := range moved {
		moved[i].RecordedAt = moved[i].RecordedAt.Add(d)
	}
	return moved
}

// Period is how long it takes until the trace can begin again at the same time of day.
func (t *Trace) Period() time.Duration { return time.Duration(t.Days) * day }

// dated fills in Midnight and Days.
func (t *Trace) dated(zone *time.Location) {
	oldest, newest := t.Vehicles[0].Fixes[0].RecordedAt, t.Vehicles[0].Fixes[0].RecordedAt
	for _, v := range t.Vehicles {
		for _, f := range v.Fixes {
			if f.RecordedAt.Before(oldest) {
				oldest = f.RecordedAt
			}
			if f.RecordedAt.After(newest) {
				newest = f.RecordedAt
			}
		}
	}
	y, m, d := oldest.In(zone).Date()
	t.Midnight = time.Date(y, m, d, 0, 0, 0, 0, zone)
	t.Days = int(newest.Sub(t.Midnight)/day) + 1
}
