package cli

import (
	"context"
	"flag"
	"fmt"

	"github.com/terreno/terreno/services/terreno/internal/datadir"
	"github.com/terreno/terreno/services/terreno/internal/watch"
)

func runWatch(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno watch", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	c := watch.Config{Out: t.Out}
	data := flags.String("data", ".data", "data folder of the terreno that runs here; tells the address")
	flags.StringVar(&c.URL, "url", "", "address of the installation (default: the one that runs on -data)")
	flags.StringVar(&c.Company, "company", "demo", "company to log in to")
	flags.StringVar(&c.Login, "login", "admin", "login of the user to watch as")
	flags.StringVar(&c.Password, "password", "demo", "its password")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	if c.URL == "" {
		running, err := datadir.ReadRunning(*data)
		if err != nil {
			return fmt.Errorf("%w\nstart it with `make run`, or name an address with -url", err)
		}
		c.URL = running.HTTP
	}
	return watch.Run(ctx, c)
}
