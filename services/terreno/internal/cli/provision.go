package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/services/terreno/internal/up"
)

type provisionConfig struct {
	DatabaseURL string `env:"DATABASE_URL" secret:"true" help:"PostgreSQL as an administrator; empty leaves PostgreSQL alone"`
	NATSURL     string `env:"NATS_URL" secret:"true" help:"NATS as an administrator; empty leaves NATS alone"`
	Replicas    int    `env:"REPLICAS" default:"1" help:"copies of every stream: 3 in production"`
	Passwords   string `env:"PASSWORDS_DIR" help:"folder with a file a login role, named like the role; a role without one keeps its password"`
}

func (c *provisionConfig) Validate() []error {
	var problems []error
	if c.DatabaseURL == "" && c.NATSURL == "" {
		problems = append(problems, errors.New("TERRENO_DATABASE_URL, TERRENO_NATS_URL: give at least one, with an administrator's user"))
	}
	if c.Replicas < 1 || c.Replicas > 5 {
		problems = append(problems, fmt.Errorf("TERRENO_REPLICAS=%d: give 1 to 5, 3 in production", c.Replicas))
	}
	return problems
}

func runProvision(ctx context.Context, t Terminal, args []string) error {
	flags := flag.NewFlagSet("terreno provision", flag.ContinueOnError)
	flags.SetOutput(t.Err)
	printConfig := flags.Bool("print-config", false, "print the configuration in force, secrets masked, and end")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	var c provisionConfig
	warnings, err := config.Load(&c, t.Environ)
	if *printConfig {
		return errors.Join(config.Print(t.Out, &c), err)
	}
	if err != nil {
		return fmt.Errorf("read the configuration:\n%w", err)
	}
	for _, w := range warnings {
		_, _ = fmt.Fprintln(t.Err, "terreno:", w)
	}
	passwords, err := c.passwords()
	if err != nil {
		return err
	}
	if c.DatabaseURL != "" {
		if err := db.Provision(ctx, c.DatabaseURL, up.Schemas(), func(role string) string { return passwords[role] }); err != nil {
			return fmt.Errorf("provision PostgreSQL: %w", err)
		}
		_, _ = fmt.Fprintln(t.Out, "PostgreSQL: roles, schemas and grants are current")
	}
	if c.NATSURL == "" {
		return nil
	}
	changes, err := up.ProvisionStreams(ctx, c.NATSURL, admin.ProvisionOptions{Replicas: c.Replicas})
	for _, change := range changes {
		_, _ = fmt.Fprintln(t.Out, "NATS:", change)
	}
	if err == nil {
		_, _ = fmt.Fprintln(t.Out, "NATS: streams and durables are current")
	}
	return err
}

// passwords by login role. A role without a file keeps what it has; a file that cannot be read is an error, since a role
// without the password that its service was given is found out only when the service fails.
func (c *provisionConfig) passwords() (map[string]string, error) {
	found := map[string]string{}
	if c.Passwords == "" {
		return found, nil
	}
	root, err := os.OpenRoot(c.Passwords)
	if err != nil {
		return nil, fmt.Errorf("read TERRENO_PASSWORDS_DIR: %w", err)
	}
	defer func() { _ = root.Close() }()
	for _, s := range up.Schemas() {
		role := db.Role(s.Service)
		text, err := root.ReadFile(role)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read the password of %s: %w", role, err)
		}
		found[role] = strings.TrimSpace(string(text))
	}
	return found, nil
}
