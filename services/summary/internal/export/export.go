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

var header = []string{
	"user_id", "user_name", "date", "state", "distance_m", "moving_min", "stopped_min", "gap_m", "gap_min", "mock_m", "fixes", "late_fixes", "devices",
	"first_at", "last_at", "max_speed_mps", "avg_moving_speed_mps", "trips", "stops", "visits_done", "visits_not_done", "visits_open", "shift_min", "pause_min",
}

// rowOf returns the cells of a day: texts and numbers.
func rowOf(d *store.Named, state string) []any {
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
	minutes := func(s int) int { return (s + 30) / 60 }
	return []any{
		sheet.Guarded(d.User), sheet.Guarded(d.Name), d.Date, state, d.DistanceM, minutes(d.MovingS), minutes(d.StoppedS), d.GapM, minutes(d.GapS), d.MockM,
		d.Fixes, d.LateFixes, d.Devices, clock(d.FirstAt), clock(d.LastAt), d.MaxSpeed, d.AvgSpeed, d.Trips, d.Stops, d.VisitsDone, d.VisitsNot,
		d.VisitsOpen, minutes(d.ShiftS), minutes(d.PauseS),
	}
}

// Write writes a file with a header and the rows that each calls its function with. The caller closes the file, which has no name any more.
func Write(format string, each func(row func(d *store.Named, state string) error) error) (f *os.File, size int64, err error) {
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
		err = writeXLSX(f, each)
	} else {
		err = writeCSV(f, each)
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

func writeCSV(to io.Writer, each func(row func(d *store.Named, state string) error) error) error {
	buffer := bufio.NewWriterSize(to, 64<<10)
	_, _ = buffer.WriteString("\ufeff") // Without it, Excel does not read UTF-8.
	out := csv.NewWriter(buffer)
	_ = out.Write(header)
	cells := make([]string, len(header))
	err := each(func(d *store.Named, state string) error {
		for i, cell := range rowOf(d, state) {
			switch v := cell.(type) {
			case float64:
				cells[i] = strconv.FormatFloat(v, 'f', -1, 64)
			default:
				cells[i] = fmt.Sprint(v)
			}
		}
		return out.Write(cells)
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

func writeXLSX(to io.Writer, each func(row func(d *store.Named, state string) error) error) error {
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
	if err := each(func(d *store.Named, state string) error {
		line++
		return sheet.SetRow("A"+strconv.Itoa(line), rowOf(d, state))
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
