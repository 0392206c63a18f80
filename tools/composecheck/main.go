// Command composecheck finds mistakes in docker-compose.yml without a Docker engine. It loads the file as compose does, with
// the variables of deploy/env.example. Then it checks what compose's schema cannot check; check.go lists these checks. `make
// verify` runs it with Terreno's own programs, which print the settings that they read.
//
//	composecheck -root REPOSITORY -programs FOLDER_OF_BUILT_PROGRAMS
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "composecheck: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("composecheck", flag.ContinueOnError)
	flags.SetOutput(errOut)
	root := flags.String("root", ".", "top folder of the repository")
	programs := flags.String("programs", "", "folder with the built programs of services/*/cmd/*")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the arguments: %w", err)
	}
	files, err := readFiles(*root)
	if err != nil {
		return err
	}
	project, err := load(ctx, files)
	if err != nil {
		return err
	}
	info, err := inspect(ctx, project, *programs)
	if err != nil {
		return err
	}
	problems := check(project, files, info)
	for _, p := range problems {
		_, _ = fmt.Fprintln(out, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("docker-compose.yml: %d problems", len(problems))
	}
	return nil
}

// files holds the texts that must match each other.
type files struct {
	root               string
	compose, env, nats []byte
}

func readFiles(root string) (files, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return files{}, fmt.Errorf("find the repository: %w", err)
	}
	f := files{root: root}
	var errs []error
	for name, into := range map[string]*[]byte{
		"docker-compose.yml": &f.compose, "deploy/env.example": &f.env, "deploy/nats/terreno.conf": &f.nats,
	} {
		text, err := os.ReadFile(filepath.Join(root, name))
		errs = append(errs, err)
		*into = text
	}
	return f, errors.Join(errs...)
}
