package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// faultless returns the output of programs that read all variables that the compose file gives them.
func faultless(project *types.Project) programInfo {
	info := programInfo{routed: []string{"identity", "tracking-ingest", "geofence", "notifier", "activity", "gateway"}, settings: map[string]map[string]string{}, faults: map[string]string{}}
	for name, s := range project.Services {
		if isTerreno(s) {
			info.settings[name] = map[string]string{}
			for variable, value := range s.Environment {
				info.settings[name][variable] = *value
			}
		}
	}
	return info
}

func mustRead(t *testing.T) files {
	t.Helper()
	f, err := readFiles("../..")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheFileHasNoProblems(t *testing.T) {
	t.Parallel()
	f := mustRead(t)
	project, err := load(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if problems := check(project, f, faultless(project)); len(problems) > 0 {
		t.Error(strings.Join(problems, "\n"))
	}
}

// TestFaultsAreFound makes one mistake at a time.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	good := mustRead(t)
	project, err := load(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	info := faultless(project)
	for name, c := range map[string]struct{ file, old, new, want string }{
		"a misspelt key":              {"compose", "    shm_size:", "    shmsize:", "shmsize"},
		"an unknown condition":        {"compose", "postgres: {condition: service_healthy}", "postgres: {condition: service_fit}", "condition"},
		"an undefined service":        {"compose", "  identity: {condition: service_healthy}", "  identidad: {condition: service_healthy}", "identidad"},
		"a missing variable":          {"env", "NATS_PASSWORD_ADMIN=", "NATS_PASSWORD_ADMINISTRATOR=", "NATS_PASSWORD_ADMIN"},
		"a misspelt variable":         {"compose", "${GATEWAY_ORIGINS:-}", "${GATEWAY_ORIGIN:-}", "does not have GATEWAY_ORIGIN,"},
		"an unused variable":          {"env", "LOG_LEVEL=info", "LOG_LEVEL=info\nCOLOUR=red", "has COLOUR"},
		"a misspelt setting":          {"compose", "      TERRENO_GATEWAY_ORIGINS:", "      TERRENO_GATEWAY_ORIGIN:", "gateway: it does not read TERRENO_GATEWAY_ORIGIN:"},
		"a missing service":           {"compose", "  geofence:\n    <<: *service", "  geocerca:\n    <<: *service", "geofence"},
		"a condition without check":   {"compose", "      test: [CMD, pg_isready, --host=127.0.0.1, --username=postgres, --dbname=terreno]", "      disable: true", "postgres is healthy, which has no health check"},
		"a condition never fulfilled": {"compose", `restart: "no"`, "restart: always", "provision has completed"},
		"another service's role":      {"compose", "postgres://terreno_geofence:", "postgres://terreno_notifier:", "user terreno_notifier: write terreno_geofence"},
		"another service's password":  {"compose", "nats://gateway:${NATS_PASSWORD_GATEWAY:", "nats://gateway:${NATS_PASSWORD_NOTIFIER:", "gateway: the password in TERRENO_NATS_URL"},
		"a role without its password": {"compose", "terreno_gateway]", "]", "add the secret terreno_gateway"},
		"a password set elsewhere":    {"compose", "terreno_geofence: {environment: POSTGRES_PASSWORD_GEOFENCE}", "terreno_geofence: {environment: POSTGRES_PASSWORD_NOTIFIER}", "geofence: the password in TERRENO_DATABASE_URL"},
		"a NATS user without one":     {"nats", "$NATS_PASSWORD_IDENTITY", "$NATS_PASSWORD_NOBODY", "uses NATS_PASSWORD_NOBODY"},
		"a NATS password unquoted":    {"compose", `'"${NATS_PASSWORD_IDENTITY:?set it in .env, see deploy/env.example}"'`, "${NATS_PASSWORD_IDENTITY}", "quotation"},
		"an unknown host":             {"compose", "@nats:4222\n      # It serves", "@nats-1:4222\n      # It serves", "host nats-1"},
		"an early kill":               {"compose", "stop_grace_period: 40s", "stop_grace_period: 30s", "longer stop_grace_period"},
		"a whole network trusted":     {"compose", "TERRENO_TRUSTED_PROXIES: 172.30.57.2,", "TERRENO_TRUSTED_PROXIES: 172.30.57.2,10.0.0.0/8,", "all of 10.0.0.0/8"},
		"a client's address unknown":  {"compose", "  TERRENO_TRUSTED_PROXIES: 172.30.57.2,${INGRESS_TRUSTED_PROXIES:-}\n  TERRENO_DRAIN", "  TERRENO_DRAIN", "geofence: TERRENO_TRUSTED_PROXIES does not name the ingress"},
		"an ingress not trusted":      {"compose", "ipv4_address: 172.30.57.2", "ipv4_address: 172.30.57.3", "does not name the ingress"},
		"a port of the host":          {"compose", "command: [gateway]", "command: [gateway]\n    ports: [\"9000:8080\"]", "gateway: a port"},
		"a fixed name":                {"compose", "command: [gateway]", "command: [gateway]\n    container_name: gateway", "container_name"},
		"memory without limit":        {"compose", "    # Four passwords that are hashed at the same time take 256 MiB of it.\n    deploy: {resources: {limits: {memory: 768m}}}", "", "identity: nothing limits its memory"},
		"logs without limit":          {"compose", "  logging: &logging", "  x-logging: &logging", "nothing limits its logs"},
	} {
		f := good
		text := map[string]*[]byte{"compose": &f.compose, "env": &f.env, "nats": &f.nats}[c.file]
		if !bytes.Contains(*text, []byte(c.old)) {
			t.Errorf("%s: %q is not in the file", name, c.old)
			continue
		}
		*text = bytes.Replace(*text, []byte(c.old), []byte(c.new), 1)
		var found string
		if project, err := load(t.Context(), f); err != nil {
			found = err.Error()
		} else {
			found = strings.Join(check(project, f, info), "\n")
		}
		if !strings.Contains(found, c.want) {
			t.Errorf("%s: found %q, want %q", name, found, c.want)
		}
	}
}

// Here the programs are scripts. inspect reads the settings that they print, and reports the settings that they refuse.
func TestInspectRunsThePrograms(t *testing.T) {
	t.Parallel()
	programs := t.TempDir()
	for name, text := range map[string]string{
		"terreno": "case $2 in -print-routes) echo '/v1/users identity';; *) printf 'TERRENO_A=%s\\t# help\\n' \"$TERRENO_A\";; esac",
		"picky":   "echo TERRENO_A=1; echo 'TERRENO_A: give a word' >&2; exit 1",
	} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	value := "x"
	service := func(command ...string) types.ServiceConfig {
		var s types.ServiceConfig
		s.Command, s.Build = command, &types.BuildConfig{}
		s.Environment = types.MappingWithEquals{"TERRENO_A": &value}
		return s
	}
	project := &types.Project{Services: types.Services{
		"ingress": service("terreno", "ingress"), "picky": service("picky"), "missing": service("absent"), "none": service(), "postgres": {},
	}}
	got, err := inspect(context.Background(), project, programs)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.routed, []string{"identity"}) || !maps.Equal(got.settings["ingress"], map[string]string{"TERRENO_A": "x"}) || got.faults["ingress"] != "" {
		t.Errorf("%+v", got)
	}
	for name, want := range map[string]string{"picky": "give a word", "missing": "not a program of services/*/cmd", "none": "no command"} {
		if !strings.Contains(got.faults[name], want) {
			t.Errorf("%s: %q, want %q", name, got.faults[name], want)
		}
	}
	if _, err := inspect(context.Background(), project, t.TempDir()); err == nil {
		t.Error("a folder without programs: no error")
	}
}
