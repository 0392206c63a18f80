// Package trace reads recorded journeys from a CSV file with one row per fix. The columns are vehicle_id, timestamp (RFC
// 3339 with its zone), speed (m/s), latitude and longitude (degrees, WGS 84).
//
// It repairs nothing. The rows of a vehicle keep the order of the file. Fixes at 0,0, impossible speeds, repeats and rows
// that are hours out of order stay in, because real phones send such data and a server must handle it. Only values that
// JSON or RFC 3339 cannot represent, such as a NaN or a year after 9999, are errors, which name the line. The package
// starts no goroutines.
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

// Fix is one row of a trace. It is comparable.
type Fix struct {
	RecordedAt time.Time // UTC
	Lat, Lon   float64   // degrees
	SpeedMPS   float64
}

// Vehicle is one vehicle with at least one fix. Its fixes are in the order of the file.
type Vehicle struct {
	ID    string
	Fixes []Fix
}

// InTime returns all fixes of the vehicle in the order in which they were recorded, oldest first.
func (v Vehicle) InTime() []Fix {
	fixes := slices.Clone(v.Fixes)
	slices.SortStableFunc(fixes, func(a, b Fix) int { return a.RecordedAt.Compare(b.RecordedAt) })
	return fixes
}

// Trace holds the journeys of a fleet. The vehicles are in the order in which the file first names them.
type Trace struct {
	Vehicles []Vehicle
	// Midnight is the start of the local day of the oldest fix, in the zone of the first row.
	Midnight time.Time
	// Days is how many local days the fixes span, at least 1.
	Days int
}

// Names returns the names of the embedded traces.
func Names() []string {
	files, err := data.ReadDir("data")
	if err != nil {
		panic(err) // This cannot happen, because the build embeds the folder.
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
			return nil, fmt.Errorf("load trace %q: give the path of a .csv or .csv.gz file, or one of %s", name, strings.Join(Names(), ", "))
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

// Shift returns a copy of the fixes with all times moved by d.
func Shift(fixes []Fix, d time.Duration) []Fix {
	moved := slices.Clone(fixes)
	for i := range moved {
		moved[i].RecordedAt = moved[i].RecordedAt.Add(d)
	}
	return moved
}

// Period returns the time from one start of the trace to the next, a whole number of days.
func (t *Trace) Period() time.Duration { return time.Duration(t.Days) * day }

// setDays fills in Midnight and Days.
func (t *Trace) setDays(zone *time.Location) {
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
