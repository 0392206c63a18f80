package activity

import (
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/photo"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity/internal/api"
	"github.com/terreno/terreno/services/activity/internal/help"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const name = "activity"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run. The service also reads views of identity, and schedule.Schema
// holds the plan of its job.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet},
}

// Config of the service.
type Config struct {
	BlobDir    string        `env:"BLOB_DIR" help:"folder for the files that people send, such as photos of visits; all replicas need the same one"`
	PhotoBytes int64         `env:"ACTIVITY_PHOTO_BYTES" default:"53687091200" help:"bytes that the photos of one company may have together"`
	Retention  time.Duration `env:"ACTIVITY_RETENTION" default:"17520h" help:"how long a visit or a task is kept with its log after it ended and nothing changes it, and how long shifts are kept; who tracks people in their shifts only sees no position that is older than its shift is kept"`
}

const day = 24 * time.Hour

// Validate checks the limits.
func (c *Config) Validate() []error {
	var wrong []error
	if c.PhotoBytes < photo.MaxBytes {
		wrong = append(wrong, fmt.Errorf("TERRENO_ACTIVITY_PHOTO_BYTES=%d: give at least %d, the size of one photo", c.PhotoBytes, photo.MaxBytes))
	}
	// A phone may report what happened 30 days ago.
	if c.Retention < 60*day || c.Retention > 3650*day {
		wrong = append(wrong, fmt.Errorf("TERRENO_ACTIVITY_RETENTION=%v: give 1440h (60 days) to 87600h (ten years)", c.Retention))
	}
	return wrong
}

// New makes the service. Nothing runs until its runners run.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	if cfg.BlobDir == "" {
		return nil, errors.New("TERRENO_BLOB_DIR is missing: give a folder for the photos of visits, the same to all replicas")
	}
	files, err := blob.OpenFolder(filepath.Join(cfg.BlobDir, name))
	if err != nil {
		return nil, fmt.Errorf("TERRENO_BLOB_DIR=%q: %w", cfg.BlobDir, err)
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	changes := change.New(deps.DB, relay, Schema.Name, deps.Clock)
	data := store.New(deps.DB, changes, deps.Directory)
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, closeJob(data, deps), seriesJob(data, deps))
	if err != nil {
		return nil, err
	}
	calls, err := help.New(deps.Bus, data, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	tidy := newUpkeep(deps, data, files, cfg.Retention)
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, api.Deps{
		Store: data, Changes: changes, Files: files, PhotoRoom: cfg.PhotoBytes, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	})
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "outbox", Run: relay.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "help", Run: calls.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While the jobs wait, people can still work.
		Checks: []app.Check{{Name: "jobs", Ready: jobs.Ready, Soft: true}, {Name: "help", Ready: calls.Ready, Soft: true}},
	}, nil
}
