package cli

import (
	"context"
	"flag"

	"github.com/terreno/terreno/services/terreno/internal/client"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
	"github.com/terreno/terreno/services/terreno/internal/watch"
)

func runWatch(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno watch", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	var a client.Account
	find := accountFlags(flags, &a)
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	if err := find(); err != nil {
		return err
	}
	c := watch.Config{URL: a.URL, Company: a.Company, Login: a.Login, Password: a.Password, Out: t.Out}
	// An installation of somebody else has no fake, or none that can be reached.
	if running, err := datadir.ReadRunning(flags.Lookup("data").Value.String()); err == nil && running.HTTP == a.URL && running.Pushes != "" {
		c.Pushes, c.PushesCA = running.Pushes, running.PushesCA
	}
	return watch.Run(ctx, c)
}
