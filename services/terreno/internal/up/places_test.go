package up

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/stream"
)

const root = "../../../.."

// place is where a service has to be named. CONTRIBUTING.md has a line for each, under "Add a service".
type place struct {
	file string
	// has says whether the file, or what the program made of it, names the service.
	has func(text, service string) bool
}

func names(before, after string) func(text, service string) bool {
	return func(text, service string) bool { return strings.Contains(text, before+service+after) }
}

// password is how a service's password is called in the environment.
func password(prefix string) func(text, service string) bool {
	return func(text, service string) bool {
		return strings.Contains(text, prefix+strings.ToUpper(strings.ReplaceAll(service, "-", "_")))
	}
}

func places() []place {
	return []place{
		{"services/terreno/internal/up/units.go", func(_, service string) bool {
			return slices.ContainsFunc(units(), func(u unit) bool { return u.name == service })
		}},
		{"services/terreno/internal/up/config.go", func(text, service string) bool {
			return strings.Contains(text, `/services/`+service+`"`)
		}},
		{"proto/stream/stream.go", func(_, service string) bool { return slices.Contains(stream.Services(), service) }},
		{"pkg/httpx/routes.go", func(_, service string) bool {
			return slices.ContainsFunc(httpx.Routes, func(r httpx.Route) bool { return r.Service == service })
		}},
		{"docker-compose.yml", names("command: [", "]")},
		{"deploy/env.example", password("POSTGRES_PASSWORD_")},
		{"deploy/env.example", password("NATS_PASSWORD_")},
		{"deploy/nats/terreno.conf", names(`user: "`, `"`)},
		{"README.md", names("`services/", "`")},
		{"docs/architecture.md", names("`services/", "`")},
	}
}

// forgotten returns the places that do not name a service.
func forgotten(t *testing.T, service string) []string {
	t.Helper()
	var missing []string
	for _, p := range places() {
		if !p.has(read(t, p.file), service) {
			missing = append(missing, p.file)
		}
	}
	return missing
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// services are the folders that have a program of their own, but for the phones and the program that runs the rest.
func services(t *testing.T) []string {
	t.Helper()
	mains, err := filepath.Glob(filepath.Join(root, "services/*/cmd/*/main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatalf("no programs found: %v", err)
	}
	var list []string
	for _, m := range mains {
		name := filepath.Base(filepath.Dir(m))
		if folder := filepath.Base(filepath.Dir(filepath.Dir(filepath.Dir(m)))); folder != name {
			t.Errorf("program %s stands in services/%s", name, folder)
		}
		if name != "terreno" && name != "fieldsim" {
			list = append(list, name)
		}
	}
	return list
}

func TestNoServiceIsForgottenAnywhere(t *testing.T) {
	t.Parallel()
	for _, s := range services(t) {
		for _, file := range forgotten(t, s) {
			t.Errorf("%s does not name the service %s: see \"Add a service\" in CONTRIBUTING.md", file, s)
		}
		if _, err := os.Stat(filepath.Join(root, "services", s, "doc.go")); err != nil {
			t.Errorf("services/%s has no doc.go that says what it consumes, emits, stores and guarantees", s)
		}
	}
	for _, u := range units() {
		if !slices.Contains(services(t), u.name) {
			t.Errorf("unit %s has no services/%s/cmd/%s", u.name, u.name, u.name)
		}
	}
}

func TestEveryPlaceIsOnTheWrittenPath(t *testing.T) {
	t.Parallel()
	path := read(t, "CONTRIBUTING.md")
	for _, p := range places() {
		if !strings.Contains(path, "`"+p.file+"`") {
			t.Errorf("CONTRIBUTING.md does not say that %s names a service", p.file)
		}
	}
	// A service that does not exist is missed in every place: no check holds for whatever name.
	if missing := forgotten(t, "no-such-service"); len(missing) != len(places()) {
		t.Errorf("only %q miss a service that does not exist", missing)
	}
}
