package trace

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheEmbeddedTracesMatchTheirDescription(t *testing.T) {
	t.Parallel()
	for _, want := range []struct {
		name                      string
		vehicles, fixes, disorder int
		atZero                    int
		midnight                  string
	}{
		{"austin-2015-06-07", 40, 19174, 270, 0, "2015-06-07T00:00:00-05:00"},
		{"austin-2017-03-21", 40, 8920, 86, 3, "2017-03-21T00:00:00-05:00"},
	} {
		t.Run(want.name, func(t *testing.T) {
			t.Parallel()
			tr, err := Load(want.name)
			if err != nil {
				t.Fatal(err)
			}
			var fixes, disorder, atZero int
			for _, v := range tr.Vehicles {
				fixes += len(v.Fixes)
				for i, f := range v.Fixes {
					if i > 0 && f.RecordedAt.Before(v.Fixes[i-1].RecordedAt) {
						disorder++
					}
					if f.Lat == 0 && f.Lon == 0 {
						atZero++
					}
				}
			}
			if len(tr.Vehicles) != want.vehicles || fixes != want.fixes || disorder != want.disorder || atZero != want.atZero {
				t.Errorf("%d vehicles, %d fixes, %d out of order, %d at 0,0; want %+v", len(tr.Vehicles), fixes, disorder, atZero, want)
			}
			if got := tr.Midnight.Format(time.RFC3339); got != want.midnight || tr.Days != 1 || tr.Period() != 24*time.Hour {
				t.Errorf("midnight %s, %d days, period %v; want %s, 1 day", got, tr.Days, tr.Period(), want.midnight)
			}
		})
	}
}

func TestRowsKeepTheFilesOrder(t *testing.T) {
	t.Parallel()
	tr, err := Load("austin-2015-06-07")
	if err != nil {
		t.Fatal(err)
	}
	v := tr.Vehicles[0]
	first := Fix{RecordedAt: time.Date(2015, 6, 7, 13, 15, 59, 0, time.UTC), Lat: 30.163252, Lon: -97.7912}
	if v.ID != "8907" || v.Fixes[0] != first {
		t.Errorf("first row: vehicle %s %+v, want 8907 %+v", v.ID, v.Fixes[0], first)
	}
	// Row 165 of this vehicle is more than twelve hours older than the row before it.
	if !v.Fixes[165].RecordedAt.Before(v.Fixes[164].RecordedAt.Add(-12 * time.Hour)) {
		t.Error("the rows no longer have the order of the file")
	}
	ordered := v.InTime()
	if !slices.IsSortedFunc(ordered, func(a, b Fix) int { return a.RecordedAt.Compare(b.RecordedAt) }) {
		t.Error("InTime did not sort the fixes by time")
	}
	if len(ordered) != len(v.Fixes) || v.Fixes[0] != first {
		t.Error("InTime lost fixes or changed the vehicle's own list")
	}
}

// TestSpeedsAreMetresPerSecond compares the speeds with the distances, because the source's files of 2015 were in miles per
// hour.
func TestSpeedsAreMetresPerSecond(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		tr, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		var ratios []float64
		for _, v := range tr.Vehicles {
			for i := 1; i < len(v.Fixes); i++ {
				a, b := v.Fixes[i-1], v.Fixes[i]
				seconds := b.RecordedAt.Sub(a.RecordedAt).Seconds()
				if seconds < 5 || seconds > 45 || a.SpeedMPS < 4 || math.Abs(a.SpeedMPS-b.SpeedMPS) > 0.1*a.SpeedMPS {
					continue
				}
				north := (b.Lat - a.Lat) * 111_000
				east := (b.Lon - a.Lon) * 111_000 * math.Cos(30.3*math.Pi/180)
				ratios = append(ratios, math.Hypot(north, east)/seconds/a.SpeedMPS)
			}
		}
		slices.Sort(ratios)
		if median := ratios[len(ratios)/2]; median < 0.9 || median > 1.1 {
			t.Errorf("%s: in %d legs of constant speed, the distance is %.2f times the speed multiplied by the time", name, len(ratios), median)
		}
	}
}

func TestShift(t *testing.T) {
	t.Parallel()
	at := time.Date(2015, 6, 7, 13, 0, 0, 0, time.UTC)
	fixes := []Fix{{RecordedAt: at, Lat: 1}, {RecordedAt: at.Add(time.Minute), Lat: 2}}
	moved := Shift(fixes, 48*time.Hour)
	if moved[1] != (Fix{RecordedAt: at.Add(48*time.Hour + time.Minute), Lat: 2}) || !fixes[0].RecordedAt.Equal(at) {
		t.Errorf("moved %+v, kept %+v", moved, fixes)
	}
}

const small = `vehicle_id,timestamp,speed,latitude,longitude
a,2026-01-02T23:59:00-05:00,0.0,30.1,-97.1
b,2026-01-02T00:01:00-05:00,1.5,0,0
a,2026-01-04T00:00:00-05:00,113.9,999,-97.1
`

func TestLoadReadsATraceByItsPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte(small)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"day.csv": []byte(small), "day.csv.gz": zipped.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		tr, err := Load(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(tr.Vehicles) != 2 || len(tr.Vehicles[0].Fixes) != 2 || tr.Days != 3 || tr.Period() != 72*time.Hour {
			t.Errorf("%s: %+v", name, tr)
		}
		if tr.Vehicles[0].Fixes[1].Lat != 999 || tr.Vehicles[1].Fixes[0].Lat != 0 {
			t.Errorf("%s: invalid positions must stay in the trace: %+v", name, tr.Vehicles)
		}
	}
}

func TestReadNamesTheLineOfAnError(t *testing.T) {
	t.Parallel()
	head := strings.Join(columns, ",") + "\n"
	good := "a,2026-01-02T00:01:00Z,0,1,2\n"
	for name, tc := range map[string]struct{ text, want string }{
		"empty":            {"", "the first line must be vehicle_id,timestamp,speed,latitude,longitude"},
		"other columns":    {"lat,lon,a,b,c\n" + good, "the first line must be vehicle_id,timestamp,speed,latitude,longitude"},
		"fewer columns":    {"lat,lon\n" + good, "the first line must be vehicle_id,timestamp,speed,latitude,longitude"},
		"no rows":          {head, "no rows"},
		"a missing field":  {head + good + "a,2026-01-02T00:01:00Z,0,1\n", "line 3"},
		"no zone":          {head + "a,2026-01-02T00:01:00,0,1,2\n", "line 2: timestamp"},
		"year 0000":        {head + "a,0000-01-01T00:00:00+01:00,0,1,2\n", "line 2: timestamp"},
		"year 9999":        {head + "a,9999-12-31T23:59:59-01:00,0,1,2\n", "line 2: timestamp"},
		"NaN":              {head + good + "a,2026-01-02T00:01:00Z,0,NaN,2\n", "line 3: latitude"},
		"infinite":         {head + "a,2026-01-02T00:01:00Z,0,1,-Inf\n", "line 2: longitude"},
		"overflow":         {head + "a,2026-01-02T00:01:00Z,1e999,1,2\n", "line 2: speed"},
		"a word":           {head + "a,2026-01-02T00:01:00Z,fast,1,2\n", "line 2: speed"},
		"no vehicle":       {head + ",2026-01-02T00:01:00Z,0,1,2\n", "line 2: vehicle_id"},
		"a subject inside": {head + "a.>,2026-01-02T00:01:00Z,0,1,2\n", "line 2: vehicle_id"},
		"a quote":          {head + "a,\"2026,0,1,2\n", "line 2"},
	} {
		if tr, err := Read(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %+v, %v; want an error with %q", name, tr, err, tc.want)
		}
	}
}

func TestTheErrorForAnUnknownTraceNamesTheKnownOnes(t *testing.T) {
	t.Parallel()
	if _, err := Load("lima-2020"); err == nil || !strings.Contains(err.Error(), "austin-2015-06-07, austin-2017-03-21") {
		t.Errorf("error %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.csv")); !os.IsNotExist(err) && !strings.Contains(err.Error(), "none.csv") {
		t.Errorf("error %v", err)
	}
	path := filepath.Join(t.TempDir(), "plain.csv.gz")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "gzip") {
		t.Errorf("a .gz file that is not compressed: %v", err)
	}
}
