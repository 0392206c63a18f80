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

// programInfo is the output of Terreno's own programs.
type programInfo struct {
	// routed are the services in the route table.
	routed []string
	// settings are the settings that the program of a compose service reads, with their current values.
	settings map[string]map[string]string
	// faults says, by compose service, why its program would not start.
	faults map[string]string
}

// isTerreno reports whether a compose service runs one of Terreno's programs.
func isTerreno(s types.ServiceConfig) bool { return s.Build != nil }

// inspect runs the program of each service with -print-config and with the environment that compose would give it.
func inspect(ctx context.Context, project *types.Project, programs string) (programInfo, error) {
	info := programInfo{settings: map[string]map[string]string{}, faults: map[string]string{}}
	out, err := exec.CommandContext(ctx, filepath.Join(programs, "terreno"), "ingress", "-print-routes").Output()
	if err != nil {
		return info, fmt.Errorf("print terreno's routes (build services/*/cmd/* into -programs): %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if _, service, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			info.routed = append(info.routed, service)
		}
	}
	for name, s := range project.Services {
		if isTerreno(s) {
			info.settings[name], info.faults[name] = inspectOne(ctx, s, programs)
		}
	}
	return info, nil
}

func inspectOne(ctx context.Context, s types.ServiceConfig, programs string) (settings map[string]string, fault string) {
	if len(s.Command) == 0 {
		return nil, "it has no command: name the program that it runs"
	}
	program := filepath.Join(programs, s.Command[0])
	if _, err := os.Stat(program); err != nil || s.Command[0] != filepath.Base(program) {
		return nil, fmt.Sprintf("its command %q is not a program of services/*/cmd: name one of these programs", s.Command[0])
	}
	cmd := exec.CommandContext(ctx, program, append(s.Command[1:], "-print-config")...)
	cmd.Env = []string{} // An empty list keeps out the variables of this process.
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
