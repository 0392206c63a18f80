package pg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrNotFound says that the machine has no PostgreSQL server binaries where FindBinaries looks.
var ErrNotFound = errors.New("no PostgreSQL found")

// notFoundError is ErrNotFound with the ways out.
type notFoundError struct{ looked []string }

func (e *notFoundError) Error() string { return InstallHint(e.looked) }
func (e *notFoundError) Unwrap() error { return ErrNotFound }

// InstallHint is what to tell a person whose machine has no PostgreSQL; looked comes from FindBinaries.
func InstallHint(looked []string) string {
	return ErrNotFound.Error() + `. Do one of:
  use a server you have:   export DATABASE_URL=postgres://user:password@host:5432/database
  point to its binaries:   export PG_BIN=/folder/with/initdb/and/postgres
  Debian, Ubuntu:          sudo apt-get install postgresql
  macOS:                   brew install postgresql@17
looked in: ` + strings.Join(looked, ", ")
}

// FindBinaries returns the folder that has initdb and postgres: $PG_BIN, what pg_config says, then the places of Debian
// and Homebrew, newest version first. looked names every place for a person. The error wraps ErrNotFound.
// A PG_BIN that is set and has no server is an error of its own: falling back would run another version than asked.
func FindBinaries(environ []string) (dir string, looked []string, err error) {
	found, looked, err := finder{root: "/", environ: environ}.all()
	if err != nil {
		return "", looked, err
	}
	return found[0], looked, nil
}

// finder looks below root, which only tests change.
type finder struct {
	root    string
	environ []string
}

// all returns every folder with a server, in the order of preference.
func (f finder) all() (found, looked []string, err error) {
	looked = []string{"$PG_BIN", "pg_config --bindir"}
	if dir := f.getenv("PG_BIN"); dir != "" {
		if !hasServer(dir) {
			return nil, looked, fmt.Errorf("PG_BIN is %s, which has no initdb and postgres", dir)
		}
		return []string{dir}, looked, nil
	}
	if dir := f.pgConfig(); hasServer(dir) {
		found = append(found, dir)
	}
	for _, pattern := range []string{
		"usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql@*/bin", "usr/local/opt/postgresql@*/bin",
	} {
		pattern = filepath.Join(f.root, pattern)
		looked = append(looked, pattern)
		dirs, _ := filepath.Glob(pattern) // The only error is a malformed pattern.
		slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(versionOf(b), versionOf(a)) })
		found = append(found, slices.DeleteFunc(dirs, func(d string) bool { return !hasServer(d) })...)
	}
	if len(found) == 0 {
		return nil, looked, &notFoundError{looked}
	}
	return found, looked, nil
}

func (f finder) getenv(name string) string {
	for _, kv := range slices.Backward(f.environ) { // The last one counts, as in a shell.
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// pgConfig asks pg_config, which client-only packages install too: its answer is a hint and no more.
func (f finder) pgConfig() string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, dir := range filepath.SplitList(f.getenv("PATH")) {
		program := filepath.Join(dir, "pg_config")
		if !isProgram(program) {
			continue
		}
		out, err := exec.CommandContext(ctx, program, "--bindir").Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	return ""
}

// versionOf reads 17 from .../postgresql/17/bin and .../postgresql@17/bin, 9.6 as such. Text order would put 9 over 17.
func versionOf(bin string) float64 {
	name := filepath.Base(filepath.Dir(bin))
	if _, after, ok := strings.Cut(name, "@"); ok {
		name = after
	}
	v, err := strconv.ParseFloat(name, 64)
	if err != nil {
		return 0
	}
	return v
}

func hasServer(dir string) bool {
	return dir != "" && isProgram(filepath.Join(dir, "initdb")) && isProgram(filepath.Join(dir, "postgres"))
}

func isProgram(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

// chooseBinaries returns the preferred folder or, when data holds a cluster already, one of that cluster's version:
// PostgreSQL does not open another version's files.
func chooseBinaries(ctx context.Context, f finder, data string) (string, error) {
	found, _, err := f.all()
	if err != nil {
		return "", err
	}
	version, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return found[0], nil
	}
	if err != nil {
		return "", fmt.Errorf("read the cluster's version: %w", err)
	}
	want := strings.TrimSpace(string(version))
	for _, dir := range found {
		if serverVersion(ctx, dir) == want {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%s was made by PostgreSQL %s, and of that version there is none here (found %s): "+
		"install it, or move the folder away", data, want, strings.Join(found, ", "))
}

// serverVersion returns the major version of the server in dir, "" when it does not tell.
func serverVersion(ctx context.Context, dir string) string {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
	if len(fields) < 3 {
		return ""
	}
	version := fields[2] // 15.18, or 18beta1
	end := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return version
	}
	return version[:end]
}
