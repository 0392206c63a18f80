package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// load reads the project as compose does, with all profiles. It refuses unknown keys, references to undefined objects, and
// required variables that are not set.
func load(ctx context.Context, f files) (*types.Project, error) {
	env, err := environment(f.env)
	if err != nil {
		return nil, err
	}
	project, err := loader.LoadWithContext(ctx, types.ConfigDetails{
		WorkingDir:  f.root,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(f.root, "docker-compose.yml"), Content: f.compose}},
		Environment: env,
	}, func(o *loader.Options) { o.Profiles = []string{"*"} })
	if err != nil {
		return nil, fmt.Errorf("load docker-compose.yml with the variables of deploy/env.example: %w", err)
	}
	return project, nil
}

// environment returns the variables of env.example, with a different value for each empty password. So the checks notice when
// two places that need the same password use different variables.
func environment(text []byte) (map[string]string, error) {
	given, err := dotenv.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read deploy/env.example: %w", err)
	}
	env := maps.Clone(given)
	for name, value := range given {
		if value == "" && strings.Contains(name, "PASSWORD") {
			env[name] = "secret" + strings.ToLower(strings.ReplaceAll(name, "_", ""))
		}
	}
	return env, nil
}
