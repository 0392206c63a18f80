package cli

import (
	"context"
	"flag"

	"github.com/terreno/terreno/services/terreno/internal/client"
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
	return watch.Run(ctx, watch.Config{URL: a.URL, Company: a.Company, Login: a.Login, Password: a.Password, Out: t.Out})
}
