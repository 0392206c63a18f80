package trace

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var columns = []string{"vehicle_id", "timestamp", "speed", "latitude", "longitude"}

// wanted says in an error which columns a trace file needs.
var wanted = "the first line must be " + strings.Join(columns, ",") +
	"; each line after it is a position: the vehicle's id, an RFC 3339 instant with its offset, metres per second, and degrees (WGS 84)"

// vehicleID limits the length of a vehicle's id, because a phone puts a prefix before it to build the device id.
var vehicleID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,48}$`)

// An instant outside these limits means that the file is broken. RFC 3339 cannot write a year after 9999.
var (
	earliest = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

type row struct {
	vehicle string
	zone    int // seconds east of UTC
	fix     Fix
}

// Read reads a whole trace. An error names the line.
func Read(r io.Reader) (*Trace, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = len(columns)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read header: %w; %s", err, wanted)
	}
	if !slices.Equal(head, columns) {
		return nil, fmt.Errorf("header is %q, but %s", strings.Join(head, ","), wanted)
	}
	t := &Trace{}
	index := map[string]int{}
	var zone *time.Location
	for {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // The error of encoding/csv names the line.
		}
		got, err := parseRow(record)
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if zone == nil {
			zone = time.FixedZone("", got.zone)
		}
		i, known := index[got.vehicle]
		if !known {
			i = len(t.Vehicles)
			index[got.vehicle] = i
			t.Vehicles = append(t.Vehicles, Vehicle{ID: got.vehicle})
		}
		t.Vehicles[i].Fixes = append(t.Vehicles[i].Fixes, got.fix)
	}
	if zone == nil {
		return nil, errors.New("no rows")
	}
	t.setDays(zone)
	return t, nil
}

func parseRow(record []string) (row, error) {
	if len(record) != len(columns) {
		return row{}, fmt.Errorf("%d fields, want %d", len(record), len(columns))
	}
	if !vehicleID.MatchString(record[0]) {
		return row{}, fmt.Errorf("vehicle_id %q is not %s", record[0], vehicleID)
	}
	at, err := time.Parse(time.RFC3339, record[1])
	if err != nil {
		return row{}, fmt.Errorf("timestamp: %w", err)
	}
	if at.Before(earliest) || !at.Before(latest) {
		return row{}, fmt.Errorf("timestamp %s is not in [%d, %d)", record[1], earliest.Year(), latest.Year())
	}
	var numbers [3]float64
	for i := range numbers {
		if numbers[i], err = number(record[2+i]); err != nil {
			return row{}, fmt.Errorf("%s: %w", columns[2+i], err)
		}
	}
	_, zone := at.Zone()
	// Clone the id, because the reader reuses its bytes for the next record.
	return row{
		vehicle: strings.Clone(record[0]), zone: zone,
		fix: Fix{RecordedAt: at.UTC(), SpeedMPS: numbers[0], Lat: numbers[1], Lon: numbers[2]},
	}, nil
}

// number refuses numbers that JSON cannot represent. It accepts a latitude of 900: the server has to refuse that.
func number(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is not finite", text)
	}
	return x, nil
}
