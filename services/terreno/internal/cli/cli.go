// Package cli is the command line of terreno. A command gets its arguments and environment, writes to the writers that it
// is given and returns an error; nothing in it reads the process's own.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/terreno/terreno/pkg/app"
)

// Terminal is what a command talks to.
type Terminal struct {
	Out, Err io.Writer
	Environ  []string
}

type command struct {
	name, usage, about string
	run                func(ctx context.Context, t Terminal, args []string) error
}

func commands() []command {
	return []command{
		{"up", "up [service...]", "run all services, or those named, with NATS and PostgreSQL", runUp},
		{"watch", "watch", "log in and print events as they come", runWatch},
		{"provision", "provision", "make or update roles, schemas, streams and durables, then end", runProvision},
		{"jobs", "jobs [list] | runs JOB | run JOB", "what runs when, how it went, and run it now", runJobs},
		{"dlq", "dlq list | show N | replay N | drop N", "dead letters: what failed for good, and why", runDLQ},
	}
}

// errUsage says that the words of the call are off; the usage text has been written.
var errUsage = errors.New("usage")

// Main runs one command and returns the exit status: 0 done, 1 failed, 2 called wrongly.
func Main(args, environ []string, out, errOut io.Writer) int {
	t := Terminal{Out: out, Err: errOut, Environ: environ}
	ctx, stop := app.Signals()
	defer stop()
	err := dispatch(ctx, t, args)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		_, _ = fmt.Fprintf(errOut, "terreno: %v\n", err)
		return 1
	}
}

func dispatch(ctx context.Context, t Terminal, args []string) error {
	if len(args) == 0 {
		return usage(t)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, t, args[1:])
		}
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		printUsage(t.Out)
		return nil
	}
	_, _ = fmt.Fprintf(t.Err, "terreno: there is no command %q\n", args[0])
	return usage(t)
}

func usage(t Terminal) error {
	printUsage(t.Err)
	return errUsage
}

func printUsage(w io.Writer) {
	_, _ = fmt.Fprintln(w, "terreno COMMAND: the real-time backend of a field workforce")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-40s %s\n", c.usage, c.about)
	}
	_, _ = fmt.Fprintln(w, "Settings are TERRENO_* variables; `terreno up -print-config` shows them all.")
}
