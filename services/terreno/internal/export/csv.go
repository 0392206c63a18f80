package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/terreno/terreno/pkg/sheet"
)

// csvWriter writes a line for each position, as RFC 4180 says, with every field. A field that the device did not report is empty.
// A text that a spreadsheet would take for a formula gets an apostrophe in front.
type csvWriter struct {
	out  *csv.Writer
	cell []string
}

func newCSV(w io.Writer) *csvWriter {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &csvWriter{out: out}
}

func (c *csvWriter) begin(Query) error {
	return c.out.Write([]string{
		"user_id", "device_id", "recorded_at", "received_at", "lat", "lon", "accuracy_m", "altitude_m", "speed_mps", "bearing_deg",
		"battery", "charging", "activity", "mock",
	})
}

func (c *csvWriter) position(p *Position) error {
	charging := ""
	if p.Charging != nil {
		charging = strconv.FormatBool(*p.Charging)
	}
	c.cell = append(c.cell[:0],
		sheet.Guarded(p.UserID), sheet.Guarded(p.DeviceID), instant(p.RecordedAt.Time()), instant(p.ReceivedAt.Time()), degrees(p.Lat), degrees(p.Lon),
		number(p.AccuracyM), number(p.AltitudeM), number(p.SpeedMPS), number(p.BearingDeg), number(p.Battery),
		charging, sheet.Guarded(p.Activity), strconv.FormatBool(p.Mock),
	)
	return c.out.Write(c.cell)
}

func (c *csvWriter) end() error {
	c.out.Flush()
	return c.out.Error()
}

// instant writes an instant in UTC, with milliseconds.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// degrees writes a coordinate without an exponent, which XML and many readers do not allow.
func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func number(v *float32) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(float64(*v), 'f', -1, 32)
}
