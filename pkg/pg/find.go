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

// ErrNotFound means that FindBinaries found no PostgreSQL server binaries on the machine.
var ErrNotFound = errors.New("no PostgreSQL found")

// notFoundError is ErrNotFound with instructions for the user.
type notFoundError struct{ searched []string }

func (e *notFoundError) Error() string { return InstallHint(e.searched) }
func (e *notFoundError) Unwrap() error { return ErrNotFound }

// InstallHint returns instructions for a person whose machine has no PostgreSQL. searched comes from FindBinaries.
func InstallHint(searched []string) string {
	return ErrNotFound.Error() + `. Do one of:
  use a server you have:   export DATABASE_URL=postgres://user:password@host:5432/database
  point to its binaries:   export PG_BIN=/folder/with/initdb/and/postgres
  Debian, Ubuntu:          sudo apt-get install postgresql
  macOS:                   brew install postgresql@17
searched: ` + strings.Join(searched, ", ")
}

// FindBinaries returns the folder that has initdb and postgres. It tries $PG_BIN, then the folder that pg_config names,
// then the folders of Debian and Homebrew, newest version first. searched names all these places for a person. When none
// has a server, the error wraps ErrNotFound. When PG_BIN is set but has no server, FindBinaries returns another error and
// does not go on: another folder could have another version than the one that was asked for.
func FindBinaries(environ []string) (dir string, searched []string, err error) {
	found, searched, err := finder{root: "/", environ: environ}.all()
	if err != nil {
		return "", searched, err
	}
	return found[0], searched, nil
}

// finder searches below root. Only tests use another root than "/".
type finder struct {
	root    string
	environ []string
}

// all returns every folder with a server, the preferred one first.
func (f finder) all() (found, searched []string, err error) {
	searched = []string{"$PG_BIN", "pg_config --bindir"}
	if dir := f.getenv("PG_BIN"); dir != "" {
		if !hasServer(dir) {
			return nil, searched, fmt.Errorf("PG_BIN is %s, but initdb and postgres are not there", dir)
		}
		return []string{dir}, searched, nil
	}
	if dir := f.pgConfig(); hasServer(dir) {
		found = append(found, dir)
	}
	for _, pattern := range []string{
		"usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql@*/bin", "usr/local/opt/postgresql@*/bin",
	} {
		pattern = filepath.Join(f.root, pattern)
		searched = append(searched, pattern)
		dirs, _ := filepath.Glob(pattern) // The only error is a malformed pattern.
		slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(versionOf(b), versionOf(a)) })
		found = append(found, slices.DeleteFunc(dirs, func(d string) bool { return !hasServer(d) })...)
	}
	if len(found) == 0 {
		return nil, searched, &notFoundError{searched}
	}
	return found, searched, nil
}

func (f finder) getenv(name string) string {
	for _, kv := range slices.Backward(f.environ) { // If a name appears twice, the last value counts, as in os/exec.
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// pgConfig returns the folder that pg_config names. Client packages install pg_config too, so that folder may have no
// server.
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

// versionOf reads 17 from .../postgresql/17/bin and .../postgresql@17/bin, and 9.6 from .../postgresql/9.6/bin. The
// versions are compared as numbers, because as text 9 comes after 17.
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

// chooseBinaries returns the preferred folder. If data already holds a cluster, it returns a folder with the version of
// that cluster, because PostgreSQL does not open the files of another version.
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
	return "", fmt.Errorf("%s was made by PostgreSQL %s, which is not installed here (found %s): "+
		"install that version, or move the folder away", data, want, strings.Join(found, ", "))
}

// serverVersion returns the major version of the server in dir, or "" when the server does not print one.
func serverVersion(ctx context.Context, dir string) string {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(out)) // Such as: postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
	if len(fields) < 3 {
		return ""
	}
	version := fields[2] // Such as 15.18 or 18beta1.
	end := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return version
	}
	return version[:end]
}
