package up

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/natsd"
)

// Describe returns the description of the whole interface. It makes each service and runs none of them. A service needs a
// connection to NATS to be made, so there is an empty server, which nobody else can reach and which ends with Describe.
func Describe() (doc *huma.OpenAPI, err error) {
	c, _, err := Load(nil)
	if err != nil {
		return nil, fmt.Errorf("read the default configuration: %w", err)
	}
	dir, err := os.MkdirTemp("", "terreno-openapi-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	c.Activity.BlobDir, c.Chat.BlobDir = filepath.Join(dir, "blobs"), filepath.Join(dir, "blobs")
	server, err := natsd.Start(natsd.Options{Dir: filepath.Join(dir, "nats"), MaxStore: 1 << 20})
	if err != nil {
		return nil, err
	}
	defer server.Shutdown()
	var docs []*huma.OpenAPI
	for _, u := range units() {
		one, err := describeUnit(c, u, server)
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", u.name, err)
		}
		if one != nil {
			docs = append(docs, one)
		}
	}
	return describe(docs...)
}

func describeUnit(c Config, u unit, server *natsd.Server) (*huma.OpenAPI, error) {
	log, metrics := slog.New(slog.DiscardHandler), prometheus.NewRegistry()
	nc, err := server.Connect(u.name)
	if err != nil {
		return nil, err
	}
	b, err := bus.New(nc, u.name, log, metrics)
	if err != nil {
		nc.Close()
		return nil, err
	}
	defer b.Close()
	s, err := u.build(c, app.Deps{Log: log, Metrics: metrics, Clock: clock.Wall(), Bus: b, Directory: directory.New(nil, b, log, metrics)})
	if err != nil {
		return nil, err
	}
	return s.OpenAPI, nil
}

// describe merges the descriptions of services under the name that clients read.
func describe(docs ...*huma.OpenAPI) (*huma.OpenAPI, error) {
	merged, err := httpx.MergeOpenAPI("Terreno", "v1", docs...)
	if err != nil {
		return nil, fmt.Errorf("describe the interface: %w", err)
	}
	return merged, nil
}
