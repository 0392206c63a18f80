// Command fieldsim puts load on an installation: simulated phones replay a trace, and the command prints a report.
//
//	fieldsim -base-url https://terreno.example -phones campo001..campo200 -mode fast -day 2026-03-02
//
// The flags override TERRENO_FIELDSIM_*; -print-config lists these variables. After Ctrl-C it prints the report so far and
// exits. The exit code is 1 when a phone did not finish or the server refused an upload.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/fieldsim"
)

type settings struct {
	Log    obs.Config
	Phones fieldsim.Config
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "fieldsim: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args, environ []string, out, errOut io.Writer) error {
	s, show, err := load(args, environ, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if show {
		return config.Print(out, &s)
	}
	if err != nil {
		return err
	}
	began := time.Now()
	report, err := fieldsim.Replay(ctx, s.Phones, nil, obs.NewLogger(errOut, s.Log))
	if report.Phones > 0 {
		if err := write(out, report, time.Since(began)); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if len(report.Refused) > 0 {
		return errors.New("the server refused uploads, see the report")
	}
	return nil
}

// flagNames are the variables that a flag overrides.
var flagNames = []struct{ flag, variable, usage string }{
	{"base-url", "BASE_URL", "address of the installation"},
	{"company", "COMPANY", "company of the phones"},
	{"phones", "PHONES", "logins, lists and ranges: campo01..campo40,rosa"},
	{"trace", "TRACE", "trace that ships with Terreno, or a .csv or .csv.gz file"},
	{"mode", "MODE", "clock: follow the wall clock for ever; fast: once, as fast as possible"},
	{"day", "DAY", "fast: day on which the trace is replayed, 2006-01-02"},
	{"seed", "SEED", "seed of the phones' faults"},
	{"parallel", "PARALLEL", "requests at the same time"},
}

// load reads the environment. The flags are appended to it, so they override it.
func load(args, environ []string, errOut io.Writer) (s settings, show bool, err error) {
	environ = append([]string{"TERRENO_LOG_FORMAT=text"}, environ...)
	flags := flag.NewFlagSet("fieldsim", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.BoolVar(&show, "print-config", false, "print the current configuration, with secrets masked, and exit")
	for _, f := range flagNames {
		flags.Func(f.flag, f.usage, func(text string) error {
			environ = append(environ, "TERRENO_FIELDSIM_"+f.variable+"="+text)
			return nil
		})
	}
	if err := flags.Parse(args); err != nil {
		return s, false, fmt.Errorf("read the arguments: %w", err)
	}
	if flags.NArg() > 0 {
		return s, false, fmt.Errorf("read the arguments: %q is not a flag", flags.Arg(0))
	}
	warnings, err := config.Load(&s, environ)
	for _, w := range warnings {
		if _, err := fmt.Fprintf(errOut, "fieldsim: %s\n", w); err != nil {
			return s, false, fmt.Errorf("write a warning: %w", err)
		}
	}
	if err != nil {
		return s, show, fmt.Errorf("read the configuration:\n%w", err)
	}
	return s, show, nil
}

func write(out io.Writer, r fieldsim.Report, took time.Duration) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { _, _ = fmt.Fprintf(w, "%s\t%v\n", name, value) } // Flush returns the error.
	row("phones", r.Phones)
	row("uploads acknowledged", r.Uploads)
	row("positions acknowledged", r.Fixes)
	row("  accepted", r.Accepted)
	for _, code := range slices.Sorted(maps.Keys(r.Rejected)) {
		row("  rejected, "+code, r.Rejected[code])
	}
	for _, code := range slices.Sorted(maps.Keys(r.Refused)) {
		row("uploads refused, "+code, r.Refused[code])
	}
	row("requests", r.Requests)
	row("  retries", r.Retries)
	row("logins", r.Logins)
	row("token refreshes", r.Refreshes)
	row("took", took.Round(time.Millisecond))
	row("positions a second", fmt.Sprintf("%.0f", float64(r.Fixes)/max(took.Seconds(), 0.001)))
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
