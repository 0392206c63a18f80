package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/terreno/internal/ingress"
)

func runIngress(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno ingress", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	printConfig := flags.Bool("print-config", false, "print the current configuration and exit")
	printRoutes := flags.Bool("print-routes", false, "print the service of each path, to configure your own ingress, and exit")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errUsage
	}
	if *printRoutes {
		for _, r := range httpx.Routes {
			_, _ = fmt.Fprintf(t.Out, "%s %s\n", r.Path, r.Service)
		}
		return nil
	}
	var c ingress.Config
	warnings, err := config.Load(&c, t.Environ)
	if *printConfig {
		return errors.Join(config.Print(t.Out, &c), err)
	}
	if err != nil {
		return fmt.Errorf("read the configuration:\n%w", err)
	}
	log := obs.NewLogger(t.Err, c.Log)
	for _, w := range warnings {
		log.Warn("unknown setting", "problem", w)
	}
	in, err := ingress.New(ctx, c, log)
	if err != nil {
		return err
	}
	return in.Run(ctx)
}
