// Command load measures what an installation costs: package load says how.
//
//	go run ./services/fieldsim/load/cmd/load -scenario batch50,fanout-*
//
// It starts the program that -program names, by default bin/terreno, which `make build` makes. The exit code is 1 when a
// scenario fails or an accepted position is missing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/terreno/terreno/services/fieldsim/load"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "load: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	flags.SetOutput(errOut)
	scenarios := flags.String("scenario", "", "names or patterns such as batch50 or fanout-*, with commas; empty runs all")
	program := flags.String("program", "bin/terreno", "the program that is measured")
	scale := flags.Float64("scale", 1, "how much work: 0.1 is a tenth")
	dir := flags.String("data", "", "folder for the installations, which PostgreSQL's own user can reach; empty: for temporary files")
	list := flags.Bool("list", false, "print the scenarios and exit")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the arguments: %w", err)
	}
	if *list {
		for _, s := range load.Names() {
			if _, err := fmt.Fprintf(out, "%-18s %s\n", s[0], s[1]); err != nil {
				return fmt.Errorf("print the scenarios: %w", err)
			}
		}
		return nil
	}
	o := load.Options{Command: []string{*program}, Scale: *scale, Dir: *dir}
	if *scenarios != "" {
		o.Scenarios = strings.FieldsFunc(*scenarios, func(r rune) bool { return r == ',' || r == ' ' })
	}
	results, err := load.Run(ctx, o, out)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Missing != 0 {
			return fmt.Errorf("scenario %s: %d positions are missing", r.Scenario, r.Missing)
		}
	}
	return nil
}
