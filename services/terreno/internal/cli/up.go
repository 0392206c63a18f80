package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/terreno/internal/up"
)

func runUp(ctx context.Context, t Terminal, args []string) (err error) {
	flags := flag.NewFlagSet("terreno up", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	printConfig := flags.Bool("print-config", false, "print the current configuration, with secrets masked, and exit")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	c, warnings, err := up.Load(t.Environ)
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
	began := time.Now()
	in, err := up.New(ctx, c, flags.Args(), log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return in.Run(ctx, func() {
		_, _ = fmt.Fprintf(t.Out, "%s\nup in %.1f s; press Ctrl-C to stop\n", in.Welcome(), time.Since(began).Seconds())
	})
}
