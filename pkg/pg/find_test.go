package pg

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// install writes scripts into a folder below root. Each prints its line.
func install(t *testing.T, root, dir string, programs map[string]string) string {
	t.Helper()
	dir = filepath.Join(root, dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, output := range programs {
		script := "#!/bin/sh\necho '" + output + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func server(version string) map[string]string {
	return map[string]string{"initdb": "", "postgres": "postgres (PostgreSQL) " + version + " (Debian)"}
}

func TestFindPrefersPGBINThenTheNewestVersion(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	nine := install(t, root, "usr/lib/postgresql/9.6/bin", server("9.6.1"))
	fifteen := install(t, root, "usr/lib/postgresql/15/bin", server("15.18"))
	install(t, root, "usr/lib/postgresql/17/bin", map[string]string{"pg_dump": ""})
	brew := install(t, root, "opt/homebrew/opt/postgresql@17/bin", server("17.2"))
	mine := install(t, root, "mine", server("14.1"))
	path := install(t, root, "path", map[string]string{"pg_config": mine})
	client := install(t, root, "client", map[string]string{"pg_config": filepath.Join(root, "usr/lib/postgresql/17/bin")})

	for name, test := range map[string]struct{ environ, want []string }{
		"newest first, as numbers": {nil, []string{fifteen, nine, brew}},
		"only PG_BIN":              {[]string{"PG_BIN=" + mine, "PATH=" + path}, []string{mine}},
		"pg_config":                {[]string{"PATH=/none:" + path}, []string{mine, fifteen, nine, brew}},
		"pg_config without server": {[]string{"PATH=" + client}, []string{fifteen, nine, brew}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := finder{root, test.environ}.all()
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	if _, _, err := (finder{root, []string{"PG_BIN=/none"}}).all(); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a wrong PG_BIN: %v", err)
	}
}

func TestNotFoundErrorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	_, searched, err := finder{root: t.TempDir()}.all()
	if !errors.Is(err, ErrNotFound) {
		t.Fatalf("got %v", err)
	}
	for _, part := range append(searched, "DATABASE_URL", "PG_BIN", "apt-get install postgresql", "brew install") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s:\n%v", part, err)
		}
	}
}

func TestBinariesHaveTheVersionOfTheCluster(t *testing.T) {
	t.Parallel()
	root, data := t.TempDir(), t.TempDir()
	newest := install(t, root, "usr/lib/postgresql/18/bin", server("18beta1"))
	older := install(t, root, "usr/lib/postgresql/15/bin", server("15.18"))
	f := finder{root: root}
	for version, want := range map[string]string{"": newest, "15\n": older, "18\n": newest, "14\n": ""} {
		name := filepath.Join(data, "PG_VERSION")
		_ = os.Remove(name)
		if version != "" {
			if err := os.WriteFile(name, []byte(version), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := chooseBinaries(t.Context(), f, data)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("cluster of version %q: got %q, %v", version, got, err)
		}
	}
}

func TestAptInstallMakesNoCluster(t *testing.T) {
	t.Parallel()
	etc := t.TempDir()
	conf := filepath.Join(etc, "postgresql-common", "createcluster.conf")
	var calls []string
	apt := func(_ context.Context, args ...string) error {
		calls = append(calls, strings.Join(args, " "))
		if slices.Contains(args, "postgresql") {
			if b, _ := os.ReadFile(conf); !strings.Contains(string(b), "\ncreate_main_cluster = false\n") {
				t.Errorf("the server package would make a cluster:\n%s", b)
			}
			return nil
		}
		install(t, etc, "postgresql-common", nil)
		return os.WriteFile(conf, []byte("# Create\n#create_main_cluster = true\nssl = on\n"), 0o644)
	}
	if err := aptInstall(t.Context(), slog.New(slog.DiscardHandler), etc, apt); err != nil {
		t.Fatal(err)
	}
	want := "update|install -y --no-install-recommends postgresql-common|install -y --no-install-recommends postgresql"
	if got := strings.Join(calls, "|"); got != want {
		t.Errorf("got %s", got)
	}
}
