// Command withpg starts a temporary PostgreSQL cluster, puts its address into TERRENO_TEST_PG, and runs a command. So all
// packages of a test run share one cluster:
//
//	withpg go test ./...
//
// It exits with the command's exit code. If the machine has no PostgreSQL, and withpg runs as root on Debian or Ubuntu, it
// installs PostgreSQL with apt-get and logs that. If TERRENO_TEST_PG already names a cluster, withpg uses that cluster.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/scratch"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpg command [argument ...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpg:", err)
	}
	os.Exit(code)
}

func run(command []string) (code int, err error) {
	if os.Getenv(pgtest.EnvAdmin) != "" {
		return runCommand(command, nil)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	s, err := start(ctx, log)
	cancel()
	if err != nil {
		return 1, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		err = errors.Join(err, s.Stop(ctx), os.RemoveAll(s.Dir))
	}()
	return runCommand(command, []string{pgtest.EnvAdmin + "=" + s.DSN(pg.Superuser, pg.Superuser)})
}

func start(ctx context.Context, log *slog.Logger) (*pg.Server, error) {
	o := pg.Options{Dir: filepath.Join(scratch.Folder(), "terreno-withpg-"+rand.Text()), Ephemeral: true, Log: log}
	s, err := pg.Start(ctx, o)
	if !errors.Is(err, pg.ErrNotFound) {
		return s, err
	}
	if installErr := pg.AptInstall(ctx, log); installErr != nil {
		return nil, errors.Join(err, installErr)
	}
	return pg.Start(ctx, o)
}

// runCommand waits for the command and does not end at a signal. The terminal sends a Ctrl-C to the command too; runCommand
// forwards SIGTERM.
func runCommand(command, environ []string) (int, error) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), environ...)
	if err := cmd.Start(); err != nil {
		return 1, fmt.Errorf("run the command: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s) // The command may have ended in the meantime.
			}
		case err := <-ended:
			return exitCode(err)
		}
	}
}

// exitCode returns the command's exit code. If a signal ended the command, it returns 128 plus the signal's number, as
// shells do.
func exitCode(err error) (int, error) {
	ee, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		if err != nil {
			return 1, fmt.Errorf("wait for the command: %w", err)
		}
		return 0, nil
	}
	if status, ok := ee.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return ee.ExitCode(), nil
}
