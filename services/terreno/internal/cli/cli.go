// Package cli is the command line of terreno. A command takes its arguments, its environment and its writers as parameters
// and returns an error. It never uses those of the process directly.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/terreno/terreno/pkg/app"
)

// Terminal holds the writers and the environment of a command.
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
		{"up", "up [service...]", "run all services, or only the named ones, with NATS and PostgreSQL", runUp},
		{"watch", "watch", "log in and print events as they arrive", runWatch},
		{"provision", "provision", "create or update roles, schemas, streams and durables, then exit", runProvision},
		{"ingress", "ingress", "send each path to its service, when each service runs as its own process", runIngress},
		{"openapi", "openapi", "print the description of the HTTP interface, as at /openapi.json", runOpenAPI},
		{"ready", "ready [URL]", "ask a process on this machine whether it is ready: " + readyURL, runReady},
		{"doctor", "doctor [-json]", "say whether something is wrong, and what to do", runDoctor},
		{"export", "export --user ID --from TIME --to TIME [flags]", "write a user's positions as CSV, GPX or GeoJSON", runExport},
		{"jobs", "jobs [list] | runs JOB | run JOB [flags]", "list the scheduled jobs, show their runs, or run a job now", runJobs},
		{"dlq", "dlq list | show, replay, drop N | seen DURABLE", "dead letters: messages that failed for good, and why", runDLQ},
	}
}

// errUsage means that the arguments are wrong. The usage text has already been written.
var errUsage = errors.New("usage")

// Main runs one command and returns the exit status: 0 for success, 1 for a failure, 2 for wrong arguments.
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
	_, _ = fmt.Fprintf(t.Err, "terreno: unknown command %q\n", args[0])
	return usage(t)
}

func usage(t Terminal) error {
	printUsage(t.Err)
	return errUsage
}

func printUsage(w io.Writer) {
	_, _ = fmt.Fprintln(w, "terreno COMMAND: real-time backend for field workforces")
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-48s %s\n", c.usage, c.about)
	}
	_, _ = fmt.Fprintln(w, "Settings are TERRENO_* variables; `terreno up -print-config` shows them all.")
}
