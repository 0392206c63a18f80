package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
	"github.com/terreno/terreno/services/terreno/internal/doctor"
)

const doctorHelp = `terreno doctor [flags]

Asks an installation what an operator should know, and prints a line for each answer: ok, or warn and what to do.
It ends with 1 if something is wrong. It changes nothing.

  storage        how far positions are stored, by the watermark
  unmerged       messages that the job compactar-posiciones has yet to merge, and their bytes
  changed days   days that services which add up days have yet to add up again
  durables       how many messages wait for each service, and since when the oldest does
  dead letters   messages that failed for good
  lost messages  messages that a stream dropped before a durable was given them, and of which nobody said
                 "terreno dlq seen"

It asks the terreno that runs on -data, or the servers that TERRENO_DATABASE_URL and TERRENO_NATS_URL name, each with an
administrator's user. If only one is named, the checks of the other are left out.

Flags:
`

// doctorTimeout is how long all questions may take.
const doctorTimeout = time.Minute

type doctorConfig struct {
	DatabaseURL string `env:"DATABASE_URL" secret:"true" help:"PostgreSQL as an administrator"`
	NATSURL     string `env:"NATS_URL" secret:"true" help:"NATS as an administrator"`
	Data        string `env:"DATA" default:".data" help:"data folder of a running terreno, which is asked when neither server is named"`
}

// errWrong means that a check is not ok. The lines say which.
var errWrong = errors.New("something is wrong")

func runDoctor(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno doctor", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	flags.Usage = func() {
		_, _ = io.WriteString(t.Err, doctorHelp)
		flags.PrintDefaults()
	}
	data := flags.String("data", "", "data folder of a running terreno; TERRENO_DATA and the named servers do not count then")
	asJSON := flags.Bool("json", false, "print one JSON object")
	if words, err := wordsOf(flags, args); err != nil {
		return errUsage
	} else if len(words) > 0 {
		_, _ = fmt.Fprintf(t.Err, "terreno doctor: unexpected arguments %q\n", words)
		return usage(t)
	}
	var c doctorConfig
	if _, err := config.Load(&c, t.Environ); err != nil {
		return fmt.Errorf("read the configuration:\n%w", err)
	}
	if *data != "" {
		c = doctorConfig{Data: *data}
	}
	if err := c.find(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	d, closeAll, err := c.connect()
	if err != nil {
		return err
	}
	defer closeAll()
	return printChecks(t, doctor.Run(ctx, d), *asJSON)
}

// find takes the addresses of a running terreno, unless a server is named.
func (c *doctorConfig) find() error {
	if c.DatabaseURL != "" || c.NATSURL != "" {
		return nil
	}
	running, err := datadir.ReadRunning(c.Data)
	if err != nil {
		return fmt.Errorf("%w\nname its folder with -data, or the servers in TERRENO_DATABASE_URL and TERRENO_NATS_URL", err)
	}
	c.DatabaseURL, c.NATSURL = running.PostgreSQL, running.NATS
	return nil
}

func (c *doctorConfig) connect() (d doctor.Deps, closeAll func(), err error) {
	closeAll = func() {
		if d.DB != nil {
			_ = d.DB.Close()
		}
		if d.Bus != nil {
			d.Bus.Close()
		}
	}
	if c.DatabaseURL != "" {
		if d.DB, err = sqlx.Open("postgres", c.DatabaseURL); err != nil {
			return d, closeAll, fmt.Errorf("read the address of PostgreSQL: %w", err)
		}
	}
	if c.NATSURL != "" {
		if d.Bus, err = bus.Connect(c.NATSURL, bus.Admin, bus.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
			closeAll()
			return d, closeAll, err
		}
	}
	return d, closeAll, nil
}

func printChecks(t Terminal, checks []doctor.Check, asJSON bool) error {
	ok := true
	for _, c := range checks {
		ok = ok && c.OK
	}
	if asJSON {
		text, err := json.MarshalIndent(map[string]any{"ok": ok, "checks": checks}, "", "  ")
		if err != nil {
			return fmt.Errorf("encode the checks: %w", err)
		}
		_, _ = fmt.Fprintf(t.Out, "%s\n", text)
	}
	for _, c := range checks {
		switch {
		case asJSON:
		case c.OK:
			_, _ = fmt.Fprintf(t.Out, "ok    %-14s %s\n", c.Name, oneLine(c.Found))
		default:
			_, _ = fmt.Fprintf(t.Out, "warn  %-14s %s: %s\n", c.Name, oneLine(c.Found), oneLine(c.Do))
		}
	}
	if !ok {
		return errWrong
	}
	return nil
}
