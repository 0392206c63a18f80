package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// told is what Terreno's own programs say.
type told struct {
	// routed services, which have a path of their own.
	routed []string
	// settings that a compose service's program reads, with the value in force.
	settings map[string]map[string]string
	// faults by compose service: why its program would not start.
	faults map[string]string
}

// ours says that a compose service runs one of Terreno's programs.
func ours(s types.ServiceConfig) bool { return s.Build != nil }

// ask runs each service's program with the environment that compose would give it and -print-config.
func ask(ctx context.Context, project *types.Project, programs string) (told, error) {
	t := told{settings: map[string]map[string]string{}, faults: map[string]string{}}
	out, err := exec.CommandContext(ctx, filepath.Join(programs, "terreno"), "ingress", "-print-routes").Output()
	if err != nil {
		return t, fmt.Errorf("ask terreno for its routes (build services/*/cmd/* into -programs): %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if _, service, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			t.routed = append(t.routed, service)
		}
	}
	for name, s := range project.Services {
		if ours(s) {
			t.settings[name], t.faults[name] = askOne(ctx, s, programs)
		}
	}
	return t, nil
}

func askOne(ctx context.Context, s types.ServiceConfig, programs string) (settings map[string]string, fault string) {
	if len(s.Command) == 0 {
		return nil, "it has no command: name the program that it runs"
	}
	program := filepath.Join(programs, s.Command[0])
	if _, err := os.Stat(program); err != nil || s.Command[0] != filepath.Base(program) {
		return nil, fmt.Sprintf("its command %q is no program of services/*/cmd: write one that is", s.Command[0])
	}
	cmd := exec.CommandContext(ctx, program, append(s.Command[1:], "-print-config")...)
	cmd.Env = []string{} // not this process's
	for name, value := range s.Environment {
		if value != nil {
			cmd.Env = append(cmd.Env, name+"="+*value)
		}
	}
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		fault = fmt.Sprintf("%s refuses its settings (%v): %s", s.Command[0], err, strings.TrimSpace(errOut.String()))
	}
	settings = map[string]string{}
	for line := range strings.Lines(out.String()) {
		setting, _, _ := strings.Cut(line, "\t#")
		if name, value, ok := strings.Cut(setting, "="); ok {
			settings[name] = value
		}
	}
	return settings, fault
}
