package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/client"
	"github.com/terreno/terreno/services/terreno/internal/export"
)

const exportHelp = `terreno export --user ID --from TIME --to TIME [flags]

Writes the positions of one user to a file, as somebody who logs in and may see that user.

  terreno export --user campo01 --from 2017-03-21 --to 2017-03-21 --output campo01.gpx

A TIME is a date, or an instant such as 2026-03-09T12:00:00-05:00. A date is a UTC day, and --to includes that day. An instant in
--to is not included.

Formats:
  csv      a line for each position, with every field. Times are UTC, lengths metres, speeds m/s, angles degrees, the battery 0 to 1.
           A text that a spreadsheet would take for a formula begins with an apostrophe.
  gpx      GPX 1.1, for navigation programs: a track for each device and UTC day, with altitude, speed and bearing
  geojson  for maps: a line for each device and UTC day, cut at the antimeridian (RFC 7946). coordTimes holds the instant of each
           coordinate. A single position is a point.
In gpx and geojson a day of very many positions comes in several tracks or lines.

Flags:
`

// exportCall holds the parsed arguments.
type exportCall struct {
	query          export.Query
	format, output string
}

func runExport(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno export", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	flags.Usage = func() {
		_, _ = io.WriteString(t.Err, exportHelp)
		flags.PrintDefaults()
	}
	var a client.Account
	find := accountFlags(flags, &a)
	call, err := parseExportCall(flags, args)
	if err != nil {
		if !errors.Is(err, errUsage) {
			_, _ = fmt.Fprintf(t.Err, "terreno export: %v\n`terreno export -h` explains all flags\n", err)
		}
		return errUsage
	}
	if err := find(); err != nil {
		return err
	}
	if call.output == "-" {
		return exportTo(ctx, t, a, call, t.Out)
	}
	return exportToFile(ctx, t, a, call)
}

func parseExportCall(flags *flag.FlagSet, args []string) (c exportCall, err error) {
	var from, to string
	flags.StringVar(&c.query.User, "user", "", "id of the user whose positions to export")
	flags.StringVar(&c.query.Device, "device", "", "only what this device recorded")
	flags.StringVar(&from, "from", "", "first date or instant")
	flags.StringVar(&to, "to", "", "last date, or the instant at which to end")
	flags.StringVar(&c.format, "format", "", strings.Join(export.Formats, ", ")+" (default: what the name of the output ends with, or csv)")
	flags.StringVar(&c.output, "output", "-", "file to write, readable for you alone; it is replaced once all is written. - is the standard output")
	words, err := wordsOf(flags, args)
	switch {
	case err != nil:
		return c, errUsage // The flag set has explained it.
	case len(words) > 0:
		return c, fmt.Errorf("unexpected arguments %q", words)
	case c.query.User == "":
		return c, errors.New("name the user with --user")
	case from == "" || to == "":
		return c, errors.New("give --from and --to, each a date such as 2026-03-09 or an instant such as 2026-03-09T12:00:00Z")
	}
	if c.query.From, _, err = moments(from); err != nil {
		return c, fmt.Errorf("--from: %w", err)
	}
	if _, c.query.To, err = moments(to); err != nil {
		return c, fmt.Errorf("--to: %w", err)
	}
	if !c.query.From.Before(c.query.To) {
		return c, fmt.Errorf("--to %s is not after --from %s", to, from)
	}
	if c.format = cmp.Or(c.format, export.FormatOf(c.output), "csv"); !slices.Contains(export.Formats, c.format) {
		return c, fmt.Errorf("there is no format %q: write %s", c.format, strings.Join(export.Formats, ", "))
	}
	return c, nil
}

// moments returns when a date begins and ends in UTC, or an instant twice.
func moments(text string) (begin, end time.Time, err error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return begin, end, fmt.Errorf("%q is no date such as 2026-03-09 and no instant such as 2026-03-09T12:00:00Z", text)
	}
	return at, at, nil
}

// exportToFile writes beside the file, and puts it in its place once all is written. So a file is never half an export.
func exportToFile(ctx context.Context, t Terminal, a client.Account, c exportCall) (err error) {
	f, err := os.CreateTemp(filepath.Dir(c.output), "."+filepath.Base(c.output)+"-*")
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = errors.Join(exportTo(ctx, t, a, c, f), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), c.output); err != nil {
		return fmt.Errorf("put the file in its place: %w", err)
	}
	return nil
}

func exportTo(ctx context.Context, t Terminal, a client.Account, c exportCall, w io.Writer) error {
	s, err := export.Run(ctx, a, c.query, c.format, w)
	switch {
	case errors.Is(err, client.ErrRefused):
		return fmt.Errorf("%w\nset -company, -login and -password to log in as somebody who may see %s", err, c.query.User)
	case err != nil:
		return err
	case s.Positions == 0:
		_, _ = fmt.Fprintf(t.Err, "%s has no positions from %s to %s\n", c.query.User, moment(&c.query.From), moment(&c.query.To))
	default:
		_, _ = fmt.Fprintf(t.Err, "%d positions of %s, %d devices, from %s to %s\n", s.Positions, c.query.User, s.Devices, moment(&s.First), moment(&s.Last))
	}
	return nil
}
