// Package export is `terreno export`: it reads the positions of one user from an installation and writes them as CSV, GPX 1.1 or
// GeoJSON. It uses only the public interface, as a person who logs in, so nobody exports more than they may see.
//
// It reads a page after the other and writes as it reads. In memory it holds a page, and for GPX and GeoJSON at most maxHeld
// positions of one UTC day. It starts no goroutines. After an error the output is not complete.
package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/terreno/internal/client"
)

// Position is a position as the installation sends it.
type Position = clientjson.Position

// Query says what to export. All fields but Device must be set.
type Query struct {
	User string
	// Device is empty for all devices.
	Device string
	// From is included. To is not.
	From, To time.Time
}

// Summary says what was exported.
type Summary struct {
	Positions, Devices int
	// First and Last are when the first and the last position were recorded; zero when there are none.
	First, Last time.Time
}

// writer writes positions in one format, in the order of their instants.
type writer interface {
	begin(q Query) error
	position(p *Position) error
	end() error
}

// Formats are the names of the formats.
var Formats = []string{"csv", "geojson", "gpx"}

func newWriter(format string, out *bufio.Writer) (writer, error) {
	switch format {
	case "csv":
		return newCSV(out), nil
	case "geojson":
		return &geojson{out: out}, nil
	case "gpx":
		return &gpx{out: out}, nil
	}
	return nil, fmt.Errorf("there is no format %q: write %s", format, strings.Join(Formats, ", "))
}

// FormatOf returns the format that a file's name ends with, or "" when that is none.
func FormatOf(file string) string {
	lower := strings.ToLower(file)
	for _, format := range Formats {
		if strings.HasSuffix(lower, "."+format) {
			return format
		}
	}
	return ""
}

// Run logs in and writes the positions of a query to w. An error that wraps client.ErrRefused means that the installation refused,
// and would refuse again.
func Run(ctx context.Context, a client.Account, q Query, format string, w io.Writer) (s Summary, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	to, err := newWriter(format, out)
	if err != nil {
		return s, err
	}
	r := reader{account: a}
	if err := r.login(ctx); err != nil {
		return s, err
	}
	if err := to.begin(q); err != nil {
		return s, fmt.Errorf("write the beginning: %w", err)
	}
	devices := map[string]bool{}
	err = r.positions(ctx, q, func(p *Position) error {
		if s.Positions == 0 {
			s.First = p.RecordedAt.Time()
		}
		s.Positions, s.Last = s.Positions+1, p.RecordedAt.Time()
		devices[p.DeviceID] = true
		if err := to.position(p); err != nil {
			return fmt.Errorf("write a position: %w", err)
		}
		return nil
	})
	if s.Devices = len(devices); err != nil {
		return s, err
	}
	if err := to.end(); err != nil {
		return s, fmt.Errorf("write the end: %w", err)
	}
	if err := out.Flush(); err != nil {
		return s, fmt.Errorf("write the end: %w", err)
	}
	return s, nil
}
