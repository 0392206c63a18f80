// Package export writes days as a file for a spreadsheet. A file is written to a temporary file, a row at a time, so that memory does not
// grow with it. The package starts no goroutine.
package export

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/services/summary/internal/store"
)

// Formats of a file.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// Type returns the media type of a format.
func Type(format string) string {
	if format == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// DayHeader names the cells of Day.
var DayHeader = []string{
	"user_id", "user_name", "date", "state", "distance_m", "moving_min", "stopped_min", "gap_m", "gap_min", "mock_m", "fixes", "late_fixes", "devices",
	"first_at", "last_at", "max_speed_mps", "avg_moving_speed_mps", "trips", "stops", "visits_done", "visits_not_done", "visits_open", "shift_min", "pause_min", "thinned", "hidden",
}

// TotalHeader names the cells of Total.
var TotalHeader = []string{
	"user_id", "user_name", "period", "days", "hidden_days", "distance_m", "moving_min", "stopped_min", "gap_m", "gap_min", "mock_m", "fixes", "late_fixes",
	"max_speed_mps", "trips", "stops", "visits_done", "visits_not_done", "visits_open", "shift_min", "pause_min",
}

func minutes(s int) int { return (s + 30) / 60 }

// Day returns the cells of a day: texts and numbers.
func Day(d *store.Named, state string) []any {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC
	}
	clock := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04:05")
	}
	return []any{
		sheet.Guarded(d.User), sheet.Guarded(d.Name), d.Date, state, d.DistanceM, minutes(d.MovingS), minutes(d.StoppedS), d.GapM, minutes(d.GapS), d.MockM,
		d.Fixes, d.LateFixes, d.Devices, clock(d.FirstAt), clock(d.LastAt), d.MaxSpeed, d.AvgSpeed, d.Trips, d.Stops, d.VisitsDone, d.VisitsNot,
		d.VisitsOpen, minutes(d.ShiftS), minutes(d.PauseS), d.Thinned, d.Hidden,
	}
}

// Total returns the cells of a sum: texts and numbers.
func Total(t *store.SummaryTotal) []any {
	return []any{
		sheet.Guarded(t.User), sheet.Guarded(t.Name), t.Period, t.Days, t.HiddenDays, t.DistanceM, minutes(t.MovingS), minutes(t.StoppedS), t.GapM, minutes(t.GapS), t.MockM,
		t.Fixes, t.LateFixes, t.MaxSpeed, t.Trips, t.Stops, t.VisitsDone, t.VisitsNot, t.VisitsOpen, minutes(t.ShiftS), minutes(t.PauseS),
	}
}

// Write writes a file with a header and the rows that each calls its function with, as long as the header. The caller closes the file, which has no name any more.
func Write(format string, header []string, each func(row func(cells []any) error) error) (f *os.File, size int64, err error) {
	f, err = os.CreateTemp("", "terreno-summaries-")
	if err != nil {
		return nil, 0, fmt.Errorf("make a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if err := os.Remove(f.Name()); err != nil {
		return nil, 0, fmt.Errorf("make a file: %w", err)
	}
	if format == XLSX {
		err = writeXLSX(f, header, each)
	} else {
		err = writeCSV(f, header, each)
	}
	if err != nil {
		return nil, 0, err
	}
	if size, err = f.Seek(0, io.SeekCurrent); err != nil {
		return nil, 0, fmt.Errorf("write a file: %w", err)
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("write a file: %w", err)
	}
	return f, size, nil
}

func writeCSV(to io.Writer, header []string, each func(row func(cells []any) error) error) error {
	buffer := bufio.NewWriterSize(to, 64<<10)
	_, _ = buffer.WriteString("\ufeff") // Without it, Excel does not read UTF-8.
	out := csv.NewWriter(buffer)
	_ = out.Write(header)
	texts := make([]string, len(header))
	err := each(func(cells []any) error {
		for i, cell := range cells {
			switch v := cell.(type) {
			case float64:
				texts[i] = strconv.FormatFloat(v, 'f', -1, 64)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		return out.Write(texts)
	})
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}

func writeXLSX(to io.Writer, header []string, each func(row func(cells []any) error) error) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("make a sheet: %w", err)
	}
	first := make([]any, len(header))
	for i, name := range header {
		first[i] = name
	}
	if err := sheet.SetRow("A1", first); err != nil {
		return fmt.Errorf("write a sheet: %w", err)
	}
	line := 1
	if err := each(func(cells []any) error {
		line++
		return sheet.SetRow("A"+strconv.Itoa(line), cells)
	}); err != nil {
		return err
	}
	if err := sheet.Flush(); err != nil {
		return fmt.Errorf("write a sheet: %w", err)
	}
	if _, err := book.WriteTo(to); err != nil {
		return fmt.Errorf("write a sheet: %w", err)
	}
	return nil
}
